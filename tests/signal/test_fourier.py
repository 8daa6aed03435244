"""The Fourier transforms."""

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f32, f64, i32, parity

CASES = [
    case("fft", lambda tf, x: tf.signal.fft(x), c64(5)),
    case("fft_batch", lambda tf, x: tf.signal.fft(x), c128(2, 6)),
    case("ifft", lambda tf, x: tf.signal.ifft(x), c64(2, 5)),
    case("fft2d", lambda tf, x: tf.signal.fft2d(x), c128(2, 3, 4)),
    case("ifft2d", lambda tf, x: tf.signal.ifft2d(x), c64(3, 4)),
    case("fft3d", lambda tf, x: tf.signal.fft3d(x), c64(2, 3, 2)),
    case("ifft3d", lambda tf, x: tf.signal.ifft3d(x), c128(2, 2, 3, 2)),
    case("rfft", lambda tf, x: tf.signal.rfft(x), f32(2, 6)),
    case("rfft_odd", lambda tf, x: tf.signal.rfft(x), f64(5)),
    case("rfft_longer", lambda tf, x: tf.signal.rfft(x, fft_length=[8]), f64(5), grad=[]),
    case("rfft_shorter", lambda tf, x: tf.signal.rfft(x, [4]), f32(5), grad=[]),
    case("irfft", lambda tf, x: tf.signal.irfft(x), c64(2, 4)),
    case("irfft_odd", lambda tf, x: tf.signal.irfft(x, [7]), c128(4)),
    case("irfft_longer", lambda tf, x: tf.signal.irfft(x, fft_length=[10]), c64(4), grad=[]),
    case("irfft_shorter", lambda tf, x: tf.signal.irfft(x, fft_length=[4]), c64(4), grad=[]),
    case("rfft2d", lambda tf, x: tf.signal.rfft2d(x), f32(2, 3, 4)),
    case("rfft2d_length", lambda tf, x: tf.signal.rfft2d(x, [4, 3]), f64(3, 4), grad=[]),
    case("irfft2d", lambda tf, x: tf.signal.irfft2d(x), c64(3, 3)),
    case("irfft2d_length", lambda tf, x: tf.signal.irfft2d(x, [2, 6]), c128(3, 3), grad=[]),
    case("rfft3d", lambda tf, x: tf.signal.rfft3d(x), f32(2, 3, 4), grad=[]),
    case("rfft3d_length", lambda tf, x: tf.signal.rfft3d(x, [3, 2, 4]), f64(2, 3, 3), grad=[]),
    case("irfft3d", lambda tf, x: tf.signal.irfft3d(x), c64(2, 3, 3), grad=[]),
    case("fftshift", lambda tf, x: tf.signal.fftshift(x), i32(4, 5)),
    case("fftshift_axis", lambda tf, x: tf.signal.fftshift(x, axes=1), f32(4, 5)),
    case("fftshift_axes", lambda tf, x: tf.signal.fftshift(x, axes=[0, -1]), c64(3, 2, 5)),
    case("ifftshift", lambda tf, x: tf.signal.ifftshift(x), f32(4, 5)),
    case("ifftshift_axis", lambda tf, x: tf.signal.ifftshift(x, axes=[-1]), i32(4, 5)),
]

test_parity = parity("signal_fourier", CASES)

# TensorFlow has no kernel of these on CPUs: NumPy is the judge.
OPTIONS = [
    {},
    {"axes": [0]},
    {"axes": [1, 0]},
    {"fft_length": [3, 4]},
    {"fft_length": [4], "axes": [-1]},
    {"fft_length": [3, 6], "axes": [1, 0], "norm": "ortho"},
    {"norm": "forward"},
    {"norm": "backward"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["fftnd", "ifftnd", "rfftnd", "irfftnd"])
@pytest.mark.parametrize("double", [False, True])
def test_any_axes(tf, name, options, double):
    real, imaginary = (f64, c128) if double else (f32, c64)
    x = np.asarray((real if name == "rfftnd" else imaginary)(2, 3, 5))
    asked = {"s": options.get("fft_length"), **options}
    asked.pop("fft_length", None)
    if asked["s"] and "axes" not in asked:
        asked["axes"] = tuple(range(-len(asked["s"]), 0))
    expected = getattr(np.fft, name.replace("nd", "n"))(x, **asked)
    found = getattr(tf.signal, name)(x, **options)
    assert found.dtype == (real if name == "irfftnd" else imaginary)(1).dtype
    np.testing.assert_allclose(found, expected, rtol=1e-10 if double else 1e-4, atol=1e-5)


def test_more_than_three_axes(tf):
    x = np.asarray(c128(2, 3, 2, 3, 2))
    np.testing.assert_allclose(tf.signal.fftnd(x), np.fft.fftn(x), rtol=1e-10)


def test_root_names(tf):
    x, y = np.asarray(f32(2, 4)), np.asarray(c64(2, 4))
    np.testing.assert_array_equal(tf.fftnd(y, [4], [1]), tf.signal.fftnd(y, [4], [1]))
    np.testing.assert_array_equal(tf.ifftnd(y, [4], [1]), tf.signal.ifftnd(y, [4], [1]))
    np.testing.assert_array_equal(tf.rfftnd(x, [4], [1]), tf.signal.rfftnd(x, [4], [1]))
    np.testing.assert_array_equal(
        tf.irfftnd(y, [6], [1], Treal=tf.float32), tf.signal.irfftnd(y, [6], [1])
    )


@pytest.mark.parametrize("name", ["rfft", "irfft", "rfft2d", "irfft2d", "rfft3d", "irfft3d"])
def test_gradients_against_differences(tf, name):
    """At other lengths, and in three dimensions, TensorFlow has none."""
    x = np.asarray((c128 if name.startswith("i") else f64)(2, 2, 3))
    lengths = [4, 3, 5][-(1 if name.endswith("fft") else int(name[-2])) :]
    function = getattr(tf.signal, name)
    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = function(source, lengths)
    weights = np.asarray((f64 if name.startswith("i") else c128)(*y.shape, seed=1))
    found = tape.gradient(y, source, output_gradients=tf.constant(weights)).numpy()
    for place in np.ndindex(*x.shape):
        for direction in (1, 1j) if np.iscomplexobj(x) else (1,):
            step = np.zeros_like(x)
            step[place] = direction
            # Linear: the difference is exact for any step.
            slope = np.vdot(weights, function(step, lengths).numpy()).real
            assert abs(slope - (found[place] * np.conj(direction)).real) < 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tf: tf.signal.fft(tf.constant([1.0])), "takes complex"),
        (lambda tf: tf.signal.rfft(tf.constant([1.0], tf.float16)), "tf.cast(x, tf.float32)"),
        (lambda tf: tf.signal.rfft(tf.constant([1])), "tf.cast"),
        (lambda tf: tf.signal.rfft2d([1.0]), "rank 2 or more"),
        (lambda tf: tf.signal.rfft2d([[1.0]], [4]), "one length for each of the 2 axes"),
        (lambda tf: tf.signal.rfftnd([[1.0]], [4], [0, 1]), "one length for each of the 2 axes"),
        (lambda tf: tf.signal.rfftnd([[1.0]], axes=[2]), "axes=2 is out of range"),
        (lambda tf: tf.signal.rfftnd([[1.0]], norm="half"), "norm='half' must be 'backward'"),
        (lambda tf: tf.signal.fftshift([1.0], axes=1), "axes=1 is out of range"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)
