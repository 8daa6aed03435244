"""Rows of ops, each run against values that real TensorFlow gave.

A test module lists its rows and asks for one test function:

    from tests.harness.parity import case, f32, i32, parity

    CASES = [
        case("softplus", lambda tf, x: tf.math.softplus(x), f32(2, 3)),
        case("gather", lambda tf, p, i: tf.gather(p, i, axis=1), f32(3, 4), np.array([0, 2])),
    ]
    test_parity = parity("math_elementwise", CASES)

`tests/golden/make.py` runs the same lambdas with TensorFlow as `tf` and writes
`tests/golden/math_elementwise.npz`; the test runs them with Keratin as `tf` and compares values,
dtypes, shapes, structure and gradients; then the traced result with the eager one; then
`tf.vectorized_map` with a loop. Only NumPy is needed here, and a module `pytest`,
for which the maker of golden files has a stand-in.
"""

import functools
import warnings
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from tests.harness import golden

# What counts as equal: |ours - theirs| <= tolerance + tolerance * |theirs|, by the dtype of theirs.
TOLERANCES = {
    "float32": 1e-5,
    "complex64": 1e-5,
    "float64": 1e-10,
    "complex128": 1e-10,
    "float16": 1e-2,
    "bfloat16": 1e-2,
}

# Every table of rows in the modules imported so far, for the maker of golden files.
TABLES: "dict[str, list[Case]]" = {}


class Mismatch(AssertionError):
    """Keratin and the golden file, or two ways of running Keratin, disagree."""


# ---------------------------------------------------------------------------------- inputs


class Drawn(np.ndarray):
    """An array that remembers how it was drawn, until anything is computed from it."""

    recipe: Callable[[object], np.ndarray] | None = None
    key: tuple[object, ...] | None = None

    def __array_finalize__(self, _: object) -> None:
        self.recipe = self.key = None


def _drawn(recipe: Callable[[object], np.ndarray], key: tuple[object, ...], seed: object) -> Drawn:
    # crc32 of what is drawn, not a counter: a row's data does not depend on the rows before it.
    array = np.asarray(recipe(zlib.crc32(repr((*key, seed)).encode()))).view(Drawn)
    array.recipe, array.key = recipe, (*key, seed)
    return array


def _floats(dtype: Any, *shape: int, low: float, high: float, seed: int) -> Drawn:
    def recipe(state: Any) -> np.ndarray:
        random = np.random.RandomState(state)
        if low == high == 0.0:
            values = random.standard_normal(shape)
        else:
            values = random.uniform(low, high, shape)
        # Three decimals: the same bits on every platform, and readable in a failure.
        return np.round(values, 3).astype(dtype)

    return _drawn(recipe, (np.dtype(dtype).name, shape, low, high), seed)


def _float_maker(dtype: Any) -> Callable[..., np.ndarray]:
    def make(*shape: int, low: float = 0.0, high: float = 0.0, seed: int = 0) -> np.ndarray:
        return _floats(dtype, *shape, low=low, high=high, seed=seed)

    make.__doc__ = f"{np.dtype(dtype).name}: standard normal, or uniform where low, high are given."
    return make


def _int_maker(dtype: Any, default_low: int, default_high: int) -> Callable[..., np.ndarray]:
    def make(
        *shape: int, low: int = default_low, high: int = default_high, seed: int = 0
    ) -> np.ndarray:
        def recipe(state: Any) -> np.ndarray:
            return np.asarray(np.random.RandomState(state).randint(low, high, shape)).astype(dtype)

        return _drawn(recipe, (np.dtype(dtype).name, shape, low, high), seed)

    make.__doc__ = f"{np.dtype(dtype).name}: uniform in [low, high)."
    return make


def _complex_maker(dtype: Any) -> Callable[..., np.ndarray]:
    def make(*shape: int, seed: int = 0) -> np.ndarray:
        def recipe(state: Any) -> np.ndarray:
            real, imaginary = np.round(np.random.RandomState(state).standard_normal((2, *shape)), 3)
            return np.asarray(real + 1j * imaginary).astype(dtype)

        return _drawn(recipe, (np.dtype(dtype).name, shape), seed)

    make.__doc__ = f"{np.dtype(dtype).name}: standard normal in both parts."
    return make


f16 = _float_maker(np.float16)
bf16 = _float_maker(ml_dtypes.bfloat16)
f32 = _float_maker(np.float32)
f64 = _float_maker(np.float64)
i8 = _int_maker(np.int8, -5, 6)
i16 = _int_maker(np.int16, -5, 6)
i32 = _int_maker(np.int32, -5, 6)
i64 = _int_maker(np.int64, -5, 6)
u8 = _int_maker(np.uint8, 0, 10)
u16 = _int_maker(np.uint16, 0, 10)
u32 = _int_maker(np.uint32, 0, 10)
u64 = _int_maker(np.uint64, 0, 10)
boolean = _int_maker(np.bool_, 0, 2)
c64 = _complex_maker(np.complex64)
c128 = _complex_maker(np.complex128)


def text(values: Any) -> np.ndarray:
    """A string tensor's array from nested lists of str or bytes."""
    return np.vectorize(lambda v: v.encode() if isinstance(v, str) else v, otypes=[object])(
        np.array(values, dtype=object)
    )


# ------------------------------------------------------------------------------------ rows


@dataclass(frozen=True, eq=False)
class Case:
    """One row: a function of a namespace and of tensors, and what it is run on."""

    name: str
    fn: Callable[..., Any]
    inputs: tuple[np.ndarray, ...]
    grad: tuple[int, ...] | None
    rtol: float | None
    atol: float | None
    traced: bool
    vectorize: bool | tuple[int, ...]

    def tolerance(self, dtype: str) -> tuple[float, float]:
        default = TOLERANCES.get(dtype, 0.0)
        rtol = default if self.rtol is None else self.rtol
        atol = rtol if self.atol is None else self.atol
        return (rtol, atol) if default else (0.0, 0.0)

    def stacked(self) -> tuple[int, ...]:
        """Positions of the inputs that `vectorized_map` maps over."""
        if self.vectorize is True:
            return tuple(i for i, x in enumerate(self.inputs) if x.dtype != object)
        return self.vectorize or ()


def case(
    name: str,
    fn: Callable[..., Any],
    *inputs: np.ndarray,
    grad: Sequence[int] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    vectorize: bool | Sequence[int] = True,
    traced: bool = True,
) -> Case:
    """One row: `fn(tf, *tensors)` may return any nest of tensors.

    Inputs are NumPy arrays; two that were drawn alike get different data. `grad` lists the inputs
    to differentiate by (default: each float or complex one). `traced=False` leaves out
    `tf.function` and `vectorized_map`; `vectorize` leaves out the latter alone, or lists the
    inputs to map over (default: all that are not strings). `atol` is `rtol` unless given.
    """
    arrays, keys = [], set()
    for position, value in enumerate(inputs):
        if not isinstance(value, (np.ndarray, np.generic)):
            raise TypeError(
                f"Input {position} of case {name!r} is {value!r}, and inputs are NumPy arrays: "
                "write a Python value into the lambda, or make it an array with a dtype."
            )
        if isinstance(value, Drawn) and value.recipe is not None and value.key is not None:
            if value.key in keys:
                value = _drawn(value.recipe, value.key, position)
            keys.add(value.key)
        # A copy, and a plain array. (`np.array(x, dtype=x.dtype)` keeps 0-d arrays arrays.)
        array = np.array(value, dtype=value.dtype, subok=False)
        arrays.append(array.astype(object) if array.dtype.kind in "SU" else array)
    return Case(
        name=name,
        fn=fn,
        inputs=tuple(arrays),
        grad=None if grad is None else tuple(grad),
        rtol=rtol,
        atol=atol,
        traced=traced,
        vectorize=vectorize if isinstance(vectorize, bool) else tuple(vectorize),
    )


# --------------------------------------------------------------------- running in either world


def differentiable(dtype: str) -> bool:
    return dtype in TOLERANCES


def flatten(tf: Any, value: Any) -> tuple[str, list[Any]]:
    """The structure of a nest as text, and its tensors in order.

    `*` stands for a tensor; a Python value (a shape, a dtype, a number) is part of the text, as
    in `(*, <[2, 3]>)`.
    """
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        value = tf.convert_to_tensor(value)
    if isinstance(value, (np.ndarray, np.generic)) or hasattr(value, "numpy"):
        return "*", [value]
    if isinstance(value, dict):
        keys, items, form = sorted(value), [value[k] for k in sorted(value)], "{%s}"
        labels = [f"{key!r}: " for key in keys]
    elif isinstance(value, (list, tuple)):
        items, form = list(value), "[%s]" if isinstance(value, list) else "(%s)"
        labels = [f"{field}=" for field in getattr(value, "_fields", ())] or [""] * len(items)
    elif hasattr(value, "as_list"):  # TensorShape
        return f"<{value.as_list() if value.rank is not None else None}>", []
    elif hasattr(value, "as_numpy_dtype"):  # DType
        return f"<{value.name}>", []
    else:
        return f"<{value!r}>", []
    parts = [flatten(tf, item) for item in items]
    inner = ", ".join(label + part[0] for label, part in zip(labels, parts, strict=True))
    return form % inner, [leaf for part in parts for leaf in part[1]]


def to_leaf(tensor: Any) -> golden.Leaf:
    """Any framework's tensor as (dtype name, NumPy array)."""
    array = np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)
    name = "string" if array.dtype.kind in "OSU" else array.dtype.name
    return golden.Leaf(getattr(tensor.dtype, "name", name), array)


def tensors(tf: Any, inputs: Sequence[np.ndarray]) -> list[Any]:
    return [tf.constant(x) for x in inputs]


def weights(position: int, leaf: golden.Leaf) -> np.ndarray:
    """What an output is multiplied by before all are summed, so that no gradient is symmetric."""
    maker = c128 if leaf.array.dtype.kind == "c" else f64
    return np.asarray(maker(*leaf.array.shape, seed=1000 + position)).astype(leaf.array.dtype)


def run(tf: Any, row: Case) -> golden.Row:
    """Runs a row eagerly, with gradients, in the framework `tf`."""
    structure, outputs = flatten(tf, row.fn(tf, *tensors(tf, row.inputs)))
    leaves = [to_leaf(tensor) for tensor in outputs]
    return golden.Row(structure, leaves, gradients(tf, row, leaves), golden.digest(row.inputs))


def gradients(tf: Any, row: Case, leaves: Sequence[golden.Leaf]) -> dict[int, golden.Leaf | None]:
    """Gradients of the weighted sum of the float outputs, by position of the input."""
    picked = row.grad
    if picked is None:
        picked = tuple(i for i, x in enumerate(row.inputs) if differentiable(x.dtype.name))
    targets = [i for i, leaf in enumerate(leaves) if differentiable(leaf.dtype)]
    if not picked or not targets:
        return {}
    inputs = tensors(tf, row.inputs)
    sources = [inputs[i] for i in picked]
    with tf.GradientTape() as tape:
        for source in sources:
            tape.watch(source)
        outputs = flatten(tf, row.fn(tf, *inputs))[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # None is a valid answer here, warned of or not.
        found = tape.gradient(
            [outputs[i] for i in targets],
            sources,
            output_gradients=[tf.constant(weights(i, leaves[i])) for i in targets],
        )
    dense = (g if g is None else tf.convert_to_tensor(g) for g in found)
    return {i: None if g is None else to_leaf(g) for i, g in zip(picked, dense, strict=True)}


# -------------------------------------------------------------------------------- comparing


def compare(row: Case, what: str, ours: golden.Leaf, theirs: golden.Leaf, judge: str) -> None:
    """Raises Mismatch unless `ours` has the dtype, shape and values of `theirs`."""
    __tracebackhide__ = True
    if ours.dtype != theirs.dtype:
        raise Mismatch(f"{what}: dtype {ours.dtype}, {judge} {theirs.dtype}")
    if ours.array.shape != theirs.array.shape:
        raise Mismatch(f"{what}: shape {ours.array.shape}, {judge} {theirs.array.shape}")
    a, b = _comparable(ours), _comparable(theirs)
    rtol, atol = row.tolerance(theirs.dtype)
    if theirs.dtype == "string" or not (rtol or atol):
        wrong = np.asarray(a != b)
    else:
        wrong = ~np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return
    places = np.argwhere(wrong)
    shown = "\n".join(
        f"    at {tuple(map(int, place))}: {a[tuple(place)]!r}, {judge} {b[tuple(place)]!r}"
        for place in places[:5]
    )
    raise Mismatch(
        f"{what}: {len(places)} of {a.size} values differ "
        f"({theirs.dtype}, rtol {rtol:g}, atol {atol:g})\n{shown}"
    )


def _comparable(leaf: golden.Leaf) -> np.ndarray:
    array = leaf.array
    if leaf.dtype == "string":
        values = [v.encode() if isinstance(v, str) else bytes(v) for v in array.ravel()]
        return np.array(values, dtype=object).reshape(array.shape)
    wide = {"f": np.float64, "c": np.complex128, "V": np.float64}.get(array.dtype.kind)
    return array.astype(wide) if wide else array


def check(tf: Any, row: Case, expected: golden.Row) -> None:
    """The whole check of one row: golden values, gradients, traced, vectorised."""
    __tracebackhide__ = True
    found = run(tf, row)
    if found.structure != expected.structure:
        raise Mismatch(f"the result is {found.structure}, TensorFlow's {expected.structure}")
    for i, (ours, theirs) in enumerate(zip(found.outputs, expected.outputs, strict=True)):
        compare(row, f"output {i}", ours, theirs, "TensorFlow")
    if found.gradients.keys() != expected.gradients.keys():
        raise Mismatch(
            f"gradients were asked by inputs {sorted(found.gradients)}, the golden file has "
            f"{sorted(expected.gradients)}: make it again"
        )
    for i, theirs_gradient in expected.gradients.items():
        compare_gradients(row, i, found.gradients[i], theirs_gradient)
    # Python values in a result (a shape, a dtype) are an eager matter: nothing to trace.
    if row.traced and "<" not in found.structure:
        check_traced(tf, row, found)
        if row.stacked():
            check_vectorized(tf, row)


def compare_gradients(
    row: Case, position: int, ours: golden.Leaf | None, theirs: golden.Leaf | None
) -> None:
    __tracebackhide__ = True
    what = f"gradient by input {position}"
    if ours is None or theirs is None:
        if ours is not theirs:
            raise Mismatch(
                f"{what}: {'None' if ours is None else 'a tensor'}, "
                f"TensorFlow {'None' if theirs is None else 'a tensor'}"
            )
        return
    compare(row, what, ours, theirs, "TensorFlow")


def check_traced(tf: Any, row: Case, eager: golden.Row) -> None:
    __tracebackhide__ = True
    traced = tf.function(functools.partial(row.fn, tf), autograph=False)
    structure, outputs = flatten(tf, traced(*tensors(tf, row.inputs)))
    if structure != eager.structure:
        raise Mismatch(f"tf.function gives {structure}, eagerly it is {eager.structure}")
    for i, (ours, theirs) in enumerate(zip(outputs, eager.outputs, strict=True)):
        compare(row, f"output {i} in a tf.function", to_leaf(ours), theirs, "eagerly")


def check_vectorized(tf: Any, row: Case) -> None:
    """Over two slices, the row's data and the same back to front, which any op takes as well."""
    __tracebackhide__ = True
    positions = row.stacked()
    lanes = []
    for turn in (slice(None), slice(None, None, -1)):
        lane = list(row.inputs)
        for i in positions:
            lane[i] = row.inputs[i].ravel()[turn].reshape(row.inputs[i].shape)
        lanes.append(lane)
    fixed = tensors(tf, row.inputs)

    def mapped(slices: Sequence[Any]) -> Any:
        by_position = dict(zip(positions, slices, strict=True))
        return row.fn(tf, *(by_position.get(i, x) for i, x in enumerate(fixed)))

    stacks = tuple(tf.constant(np.stack([lane[i] for lane in lanes])) for i in positions)
    structure, outputs = flatten(tf, tf.vectorized_map(mapped, stacks))
    for number, lane in enumerate(lanes):
        expected_structure, expected = flatten(tf, row.fn(tf, *tensors(tf, lane)))
        if structure != expected_structure:
            raise Mismatch(f"vectorized_map gives {structure}, a loop {expected_structure}")
        for i, (ours, theirs) in enumerate(zip(outputs, expected, strict=True)):
            whole, leaf = to_leaf(ours), to_leaf(theirs)
            if whole.array.shape[:1] != (2,):
                raise Mismatch(
                    f"output {i} of vectorized_map has shape {whole.array.shape}, "
                    f"a loop gives 2 of {leaf.array.shape}"
                )
            part = golden.Leaf(whole.dtype, np.asarray(whole.array[number]))
            compare(row, f"output {i}, slice {number} of vectorized_map", part, leaf, "in a loop")


# ------------------------------------------------------------------------------ the test itself


def parity(golden_name: str, cases: Sequence[Case]) -> Callable[..., None]:
    """The test function of a module: one test per row."""
    names = [row.name for row in cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Rows of {golden_name} need names of their own: {', '.join(twice)}")

    def test(tf: Any, row: Case) -> None:
        __tracebackhide__ = True
        expected = expect(golden_name, row)
        try:
            check(tf, row, expected)
        except Mismatch as mismatch:
            raise Mismatch(f"{golden_name}: {row.name}: {mismatch}") from None

    TABLES[golden_name] = list(cases)
    return pytest.mark.parametrize("row", cases, ids=names)(test)


def expect(golden_name: str, row: Case) -> golden.Row:
    """The golden row, or a failure that says how to make it."""
    __tracebackhide__ = True
    command = f"<python with tensorflow-cpu> tests/golden/make.py {golden_name}"
    rows = golden.load(golden_name)
    if rows is None:
        raise Mismatch(f"there is no golden file {golden_name}.npz; make it with: {command}")
    if row.name not in rows:
        raise Mismatch(f"{golden_name}.npz has no row {row.name!r}; make it with: {command}")
    if rows[row.name].digest != golden.digest(row.inputs):
        raise Mismatch(
            f"{golden_name}.npz: row {row.name!r} was made from other inputs; run: {command}"
        )
    return rows[row.name]
