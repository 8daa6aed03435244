"""What there is to run on."""

from types import SimpleNamespace

import pytest


def test_names_and_support_agree(tf):
    assert bool(tf.test.gpu_device_name()) == tf.test.is_gpu_available()
    assert tf.test.is_built_with_xla()
    built = tf.test.is_built_with_cuda() or tf.test.is_built_with_rocm()
    assert tf.test.is_built_with_gpu_support() == built


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, True),
        ({"cuda_only": True}, True),
        ({"min_cuda_compute_capability": (7, 0)}, True),
        ({"min_cuda_compute_capability": (9, 0)}, False),
    ],
)
def test_a_gpu_is_told_by_its_capability(tf, monkeypatch, options, found):
    from keratin.test import _devices

    gpu = SimpleNamespace(platform="gpu", compute_capability="8.6")
    monkeypatch.setattr(_devices, "_gpus", lambda: [gpu])
    assert tf.test.is_gpu_available(**options) is found


def test_processors_have_several_names(tf, monkeypatch):
    from keratin.test import _devices

    monkeypatch.setattr(_devices.platform, "machine", lambda: "arm64")
    assert tf.test.is_cpu_target_available("aarch64")
    assert not tf.test.is_cpu_target_available("x86_64")
