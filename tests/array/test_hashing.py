"""Fingerprints."""

import pytest

from tests.harness.parity import boolean, case, f32, i32, i64, parity, text

# One text for each way the hash goes by length, and lengths around its blocks of 64 bytes.
LENGTHS = [0, 1, 3, 4, 7, 8, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 66, 127, 128, 129, 200]
TEXTS = text(["".join(chr(33 + (7 * i + n) % 90) for i in range(n)) for n in LENGTHS])

CASES = [
    case("texts", lambda tf, x: tf.fingerprint(x), TEXTS, traced=False),
    case("text_rows", lambda tf, x: tf.fingerprint(x), text([["a", "b"], ["c", ""]]), traced=False),
    case("ints", lambda tf, x: tf.fingerprint(x), i32(3, 2), traced=False),
    case("long_rows", lambda tf, x: tf.fingerprint(x), i64(2, 5, 3), traced=False),
    case("floats", lambda tf, x: tf.fingerprint(x), f32(2), grad=[], traced=False),
    case("bools", lambda tf, x: tf.fingerprint(x), boolean(2, 3), traced=False),
]
test_parity = parity("array_hashing", CASES)


def test_errors(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="scalar"):
        tf.fingerprint("a")
    with pytest.raises(tf.errors.InvalidArgumentError, match="'md5' must be 'farmhash64'"):
        tf.fingerprint(["a"], "md5")
