"""The harness itself: what is right passes, and whatever is wrong fails and says what."""

from types import SimpleNamespace

import ml_dtypes
import numpy as np
import pytest

from tests.harness import golden
from tests.harness.parity import (
    Mismatch,
    bf16,
    boolean,
    c64,
    case,
    check,
    f32,
    f64,
    i32,
    parity,
    run,
    text,
)


class FakeTensor:
    def __init__(self, array):
        self.array = np.asarray(array)
        kind = self.array.dtype
        self.dtype = SimpleNamespace(name="string" if kind.hasobject else kind.name)

    def numpy(self):
        return self.array


class FakeTape:
    """Gradient of `factor * x`, whatever was recorded."""

    factor = 1.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def watch(self, source):
        pass

    def gradient(self, targets, sources, output_gradients):
        if self.factor is None:
            return [None for _ in sources]
        return [FakeTensor(self.factor * output_gradients[0].array) for _ in sources]


def framework(factor=1.0, gradient=None, traced=None, vectorized=None, **names):
    """A stand-in for a framework whose one op multiplies by `factor`."""

    def vectorized_map(function, stacks):
        lanes = zip(*(s.array for s in stacks), strict=True)
        results = [function([FakeTensor(x) for x in lane]).array for lane in lanes]
        return FakeTensor(np.stack(results) * np.float32(vectorized or 1.0))

    def function(fn, autograph):
        return lambda *x: FakeTensor(fn(*x).array * np.float32(traced or 1.0))

    def scale(x):
        return FakeTensor(x.array * np.asarray(factor, x.array.dtype))

    tape = type("Tape", (FakeTape,), {"factor": factor if gradient is None else gradient})
    return SimpleNamespace(
        constant=FakeTensor,
        convert_to_tensor=lambda x: x,
        scale=scale,
        function=function,
        vectorized_map=vectorized_map,
        GradientTape=tape,
        **names,
    )


def scaled(**options):
    return case("scaled", lambda tf, x: tf.scale(x), f32(2, 3), **options)


def test_what_is_right_passes():
    row = scaled()
    check(framework(2.0), row, run(framework(2.0), row))


@pytest.mark.parametrize(
    ("ours", "message"),
    [
        ({"factor": 2.001}, "output 0: 6 of 6 values differ"),
        ({"factor": 2.0, "gradient": 2.001}, "gradient by input 0: 6 of 6 values differ"),
        ({"factor": 2.0, "traced": 1.1}, "output 0 in a tf.function: 6 of 6 values differ"),
        ({"factor": 2.0, "vectorized": 1.1}, "output 0, slice 0 of vectorized_map: 6 of 6"),
    ],
)
def test_a_wrong_value_fails(ours, message):
    row = scaled()
    with pytest.raises(Mismatch, match=message):
        check(framework(**ours), row, run(framework(2.0), row))


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda tf, x: FakeTensor(x.array.astype(np.float64)), "dtype float64, TensorFlow float32"),
        (lambda tf, x: FakeTensor(x.array[None]), r"shape \(1, 2, 3\), TensorFlow \(2, 3\)"),
        (lambda tf, x: [x], r"the result is \[\*\], TensorFlow's \*"),
        (lambda tf, x: FakeTensor(x.array * np.nan), "6 of 6 values differ"),
    ],
)
def test_a_wrong_dtype_shape_or_structure_fails(result, message):
    row = case("row", result, f32(2, 3), grad=[])
    right = run(framework(1.0), case("row", lambda tf, x: tf.scale(x), f32(2, 3), grad=[]))
    with pytest.raises(Mismatch, match=message):
        check(framework(1.0), row, right)


def test_a_missing_gradient_fails_both_ways():
    row = scaled()
    none, some = framework(2.0), run(framework(2.0), row)
    none.GradientTape = type("Tape", (FakeTape,), {"factor": None})
    with pytest.raises(Mismatch, match="gradient by input 0: None, TensorFlow a tensor"):
        check(none, row, some)
    with pytest.raises(Mismatch, match="gradient by input 0: a tensor, TensorFlow None"):
        check(framework(2.0), row, run(none, row))
    check(none, row, run(none, row))


def test_small_differences_pass_and_only_those():
    row, right = scaled(), run(framework(1.0), scaled())
    check(framework(1.000005), row, right)
    with pytest.raises(Mismatch):
        check(framework(1.0001), row, right)
    check(framework(1.0001), scaled(rtol=1e-3), right)
    double = case("double", lambda tf, x: tf.scale(x), f64(3), traced=False)
    with pytest.raises(Mismatch, match="rtol 1e-10"):
        check(framework(1 + 1e-8), double, run(framework(1.0), double))


def test_integers_booleans_and_strings_are_compared_exactly():
    for inputs in (i32(4), boolean(4), text(["a", "bc"])):
        row = case("row", lambda tf, x: x, inputs, traced=False, rtol=10.0)
        right = run(framework(), row)
        check(framework(), row, right)
        wrong = right.outputs[0].array.copy()
        wrong[0] = b"x" if wrong.dtype == object else not wrong[0]
        altered = golden.Row("*", [golden.Leaf(right.outputs[0].dtype, wrong)], {}, right.digest)
        with pytest.raises(Mismatch, match="1 of"):
            check(framework(), row, altered)


def test_a_nan_equals_a_nan():
    row = case("nan", lambda tf, x: x, np.array([np.nan, np.inf], np.float32), grad=[])
    check(framework(), row, run(framework(), row))


def test_golden_files_keep_every_dtype_and_structure(tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    arrays = [
        bf16(3),
        f32(2, 2),
        f32(),
        c64(2),
        boolean(3),
        text([["a", "\x00é"]]),
        np.zeros((0, 2), np.int64),
        np.array([1.5], ml_dtypes.float8_e5m2),
    ]

    def nest(tf, *x):
        return {"b": [x[0], (x[1], x[2])], "a": x[3], "c": list(x[4:]), "d": 7}

    row = case("nest", nest, *arrays, grad=[])
    before = run(framework(), row)
    golden.save("kept", {"nest": before}, "a test")
    after = golden.load("kept")["nest"]
    assert (
        after.structure
        == before.structure
        == ("{'a': *, 'b': [*, (*, *)], 'c': [*, *, *, *], 'd': <7>}")
    )
    for old, new in zip(before.outputs, after.outputs, strict=True):
        assert (old.dtype, old.array.shape) == (new.dtype, new.array.shape)
        assert old.array.tolist() == new.array.tolist()
    check(framework(), row, after)


def test_a_missing_or_outdated_golden_row_fails_with_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    golden.save("outdated", {"scaled": run(framework(), scaled())}, "a test")
    rows = {
        "absent": (scaled(), "no golden file absent.npz"),
        "outdated": (case("other", lambda tf, x: x, f32(2)), "has no row 'other'"),
    }
    for name, (row, message) in rows.items():
        with pytest.raises(Mismatch, match=message) as raised:
            parity(name, [row])(framework(), row)
        assert f"tests/golden/make.py {name}" in str(raised.value)
    moved = case("scaled", lambda tf, x: tf.scale(x), f32(2, 3, seed=1))
    with pytest.raises(Mismatch, match="made from other inputs"):
        parity("outdated", [moved])(framework(), moved)


def test_inputs_are_the_same_each_time_and_differ_within_a_row():
    assert f32(2, 3).tolist() == f32(2, 3).tolist() != f32(2, 3, seed=1).tolist()
    first, second, third = case("row", None, f32(4), f32(4), f32(4)).inputs
    assert len({tuple(first), tuple(second), tuple(third)}) == 3
    low, high = f32(100, low=2.0, high=3.0).min(), f32(100, low=2.0, high=3.0).max()
    assert 2.0 <= low < high <= 3.0
    assert i32(3).dtype == np.int32 and c64().shape == ()
    # These very numbers are in the golden files: another generator would make them all anew.
    assert f64(3).tolist() == [0.704, -0.471, -1.522]


def test_rows_need_arrays_and_names_of_their_own():
    with pytest.raises(TypeError, match="Input 0 of case 'row' is 3"):
        case("row", None, 3)
    with pytest.raises(ValueError, match="names of their own: scaled"):
        parity("any", [scaled(), scaled()])
