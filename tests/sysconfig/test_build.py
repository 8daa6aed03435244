"""tf.sysconfig."""

from pathlib import Path


def test_headers_are_where_it_says(tf):
    include = Path(tf.sysconfig.get_include())
    assert list(include.rglob("ffi.h"))
    assert tf.sysconfig.get_compile_flags()[0] == f"-I{include}"


def test_the_library_lies_in_the_package(tf):
    assert Path(tf.sysconfig.get_lib()) == Path(tf.__file__).parent
    assert tf.sysconfig.get_link_flags() == []


def test_what_is_supported_is_what_is_installed(tf, monkeypatch):
    from keratin.sysconfig import _build

    monkeypatch.setattr(_build.importlib.util, "find_spec", lambda name: None)
    assert tf.sysconfig.get_build_info() == {
        "is_cuda_build": False,
        "is_rocm_build": False,
        "is_tensorrt_build": False,
    }
    monkeypatch.setattr(_build.importlib.util, "find_spec", lambda name: "cuda" in name or None)
    assert tf.sysconfig.get_build_info()["is_cuda_build"]
