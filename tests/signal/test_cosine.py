"""The discrete cosine transforms."""

import numpy as np
import pytest
import scipy.fft

from tests.harness.parity import case, f32, f64, parity


def rows():
    for name in ("dct", "idct"):
        for kind in (1, 2, 3, 4):
            for norm in (None, "ortho") if kind > 1 else (None,):
                for n in (None, 3, 8):

                    def call(tf, x, name=name, kind=kind, norm=norm, n=n):
                        return getattr(tf.signal, name)(x, type=kind, n=n, norm=norm)

                    yield case(f"{name}_{kind}_{norm}_{n}", call, f64(2, 5))


CASES = [
    *rows(),
    case("default", lambda tf, x: tf.signal.dct(x), f32(2, 6)),
    case("inverse_default", lambda tf, x: tf.signal.idct(x, norm="ortho"), f32(6)),
    case("float32_fourth", lambda tf, x: tf.signal.dct(x, 4, norm="ortho"), f32(6)),
]

test_parity = parity("signal_cosine", CASES)


def test_other_axes(tf):
    x = np.asarray(f64(4, 3))
    np.testing.assert_allclose(
        tf.signal.dct(x, axis=0, norm="ortho"), scipy.fft.dct(x, axis=0, norm="ortho")
    )


@pytest.mark.parametrize("kind", [2, 3, 4])
def test_orthonormal_inverse(tf, kind):
    x = np.asarray(f64(2, 7))
    back = tf.signal.idct(tf.signal.dct(x, kind, norm="ortho"), kind, norm="ortho")
    np.testing.assert_allclose(back, x, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tf: tf.signal.dct([1.0, 2.0], 5), "type=5 must be 1, 2, 3 or 4"),
        (lambda tf: tf.signal.dct([1.0, 2.0], norm="backward"), "must be None or 'ortho'"),
        (lambda tf: tf.signal.dct([1.0, 2.0], 1, norm="ortho"), "has no norm='ortho'"),
        (lambda tf: tf.signal.dct([1.0], 1), "needs two values or more"),
        (lambda tf: tf.signal.dct([1.0], n=0), "n=0 must be 1 or more"),
        (lambda tf: tf.signal.dct(1.0), "is a scalar"),
        (lambda tf: tf.signal.dct(tf.constant([1.0], tf.float16)), "tf.cast(x, tf.float32)"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)
