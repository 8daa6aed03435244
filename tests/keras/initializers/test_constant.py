"""Initializers without chance, compared with Keras."""

import numpy as np
import pytest

from keratin.keras import initializers
from tests.harness.real_keras import real

CASES = {
    "zeros": ("Zeros", {}, (2, 3)),
    "ones": ("Ones", {}, (2, 3)),
    "constant": ("Constant", {"value": 0.5}, (2, 3)),
    "identity": ("Identity", {"gain": 2.0}, (2, 3)),
    "stft": ("STFT", {}, (8, 1, 5)),
    "stft imag": ("STFT", {"side": "imag", "window": "hamming", "scaling": "spectrum"}, (8, 1, 5)),
    "stft periodic": ("STFT", {"periodic": True, "scaling": None}, (6, 1, 4)),
    "stft bare": ("STFT", {"window": None}, (4, 1, 9)),
}


@pytest.mark.parametrize("name,arguments,shape", CASES.values(), ids=CASES)
def test_values_and_configs(name, arguments, shape):
    ours = getattr(initializers, name)(**arguments)
    theirs = getattr(real.initializers, name)(**arguments)
    expected = np.asarray(theirs(shape))
    found = ours(shape).numpy()
    assert found.dtype == expected.dtype and found.shape == expected.shape
    assert np.allclose(found, expected, atol=1e-6)
    assert ours(shape, dtype="float16").dtype == "float16"
    config = initializers.serialize(ours)
    expected = real.initializers.serialize(theirs)
    if name == "Identity":  # Keras forgets the gain, but takes it
        expected["config"] = {"gain": 2.0}
        assert real.initializers.deserialize(config).gain == 2.0
    assert config == expected
    again = initializers.deserialize(config)
    assert type(again) is type(ours) and np.array_equal(again(shape), found)


def test_dtypes():
    assert initializers.Ones()((2,), dtype="bool").numpy().all()
    assert initializers.Zeros()((2,), dtype="int64").dtype == "int64"
    with pytest.raises(
        ValueError, match=r"Zeros makes tensors of the kinds .* given dtype='string'"
    ):
        initializers.Zeros()((2,), dtype="string")


def test_constant_of_an_array():
    values = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(initializers.Constant(values)((2, 3)), values)
    with pytest.raises(ValueError, match=r"a value of shape \(2, 3\) does not fill .* \(4,\)"):
        initializers.Constant(values)((4,))


def test_values_as_an_initializer(tf):
    for values in (np.arange(3), tf.range(3), tf.Variable([0, 1, 2])):
        found = initializers.get(values)((3,))
        assert found.dtype == "float32" and found.numpy().tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"has shape \(3,\), but the weight has shape \(2, 3\)"):
        initializers.get(np.arange(3))((2, 3))


ERRORS = {
    "rank": (lambda: initializers.Identity()((2,)), "Identity makes matrices; .* of 1 dimensions"),
    "side": (lambda: initializers.STFT("left"), "side must be 'real' or 'imag'; given 'left'"),
    "scaling": (lambda: initializers.STFT(scaling="x"), "scaling must be 'density', 'spectrum' or"),
    "window": (lambda: initializers.STFT(window="wall"), "there is no window 'wall'"),
    "length": (
        lambda: initializers.STFT(window=np.ones(3))((4, 1, 3)),
        r"the window has shape \(3,\), but the frames have 4 samples",
    ),
    "shape": (lambda: initializers.STFT()((4, 3)), r"shape must be \(frame_length, 1, fft_length"),
    "unknown": (lambda: initializers.Zeros()((None, 3)), "sizes that are all known"),
    "number": (lambda: initializers.Zeros()(3), r"shape must be a list .* given 3"),
}


@pytest.mark.parametrize("call,message", ERRORS.values(), ids=ERRORS)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
