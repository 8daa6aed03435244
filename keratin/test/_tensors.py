"""Assertions about tensors and arrays."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import ml_dtypes
import numpy as np

from keratin._engine import errors, nest
from keratin._engine.device_spec import DeviceSpec
from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable

Array = np.ndarray[Any, Any]


def value_of(value: Any) -> Any:
    """A tensor's value as NumPy; everything else as it is."""
    return value.numpy() if hasattr(value, "numpy") else value


def assert_equal_graph_def(expected: Any, actual: Any) -> None:
    """Raise AssertionError unless two descriptions of graphs are of one class and equal.

    >>> tf.test.assert_equal_graph_def("node", "node")
    """
    if type(expected) is not type(actual):
        raise TypeError(
            f"The graphs are of different classes, {type(expected).__name__} and "
            f"{type(actual).__name__}."
        )
    if expected != actual:
        raise AssertionError(f"The graphs differ.\nExpected:\n{expected}\nActual:\n{actual}")


class TensorAssertions:
    """Assertions of a test case that take tensors, variables, arrays, numbers and lists."""

    # Of the test case that this is mixed into.
    fail: Any
    failureException: Any
    assertEqual: Any

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors, in the structure they are given in."""
        return nest.map_structure(value_of, tensors)

    def evaluate_if_both_tensors(self, a: Any, b: Any) -> tuple[Any, Any]:
        """The values of two tensors; other things as they are."""
        both = isinstance(a, (Tensor, Variable)) and isinstance(b, (Tensor, Variable))
        return (a.numpy(), b.numpy()) if both else (a, b)

    def _GetNdArray(self, a: Any) -> Array:
        a = a if isinstance(a, np.ndarray) else self.evaluate(a)
        return np.asarray(a)

    def _pair(self, a: Any, b: Any, msg: str | None) -> tuple[Array, Array]:
        one, two = self._GetNdArray(a), self._GetNdArray(b)
        if one.shape != two.shape:
            self.fail(
                f"Shape mismatch: {one.shape} and {two.shape}. Contents: {_brief(one)} and "
                f"{_brief(two)}. {msg or ''}"
            )
        return one, two

    def _unless(self, holds: Array, problem: str, msg: str | None, **arrays: Array) -> None:
        """Fail with the places where `holds` is false, and the values there."""
        if np.all(holds):
            return
        wrong = np.argwhere(~np.atleast_1d(holds))
        shown = []
        for place in map(tuple, wrong[:10].tolist()):
            values = ", ".join(f"{k} {np.atleast_1d(v)[place]!r}" for k, v in arrays.items())
            shown.append(f"  at {list(place)}: {values}")
        more = ["  ..."] if len(wrong) > 10 else []
        text = f"{len(wrong)} of {np.size(holds)} elements {problem}:"
        self.fail("\n".join([msg or "", text, *shown, *more]).strip())

    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Equal shapes and elements; NaN equals NaN."""
        one, two = self._pair(a, b, msg)
        same = np.asarray(one == two)
        if one.dtype.kind in "fcV" and two.dtype.kind in "fcV":
            same = same | (np.asarray(one != one) & np.asarray(two != two))
        self._unless(same, "differ", msg, first=one, second=two)

    def assertNotAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Other shapes or elements."""
        self._negated(self.assertAllEqual, a, b, msg=msg)

    def _negated(self, assertion: Any, *args: Any, msg: str | None, **options: Any) -> None:
        try:
            assertion(*args, **options)
        except self.failureException:
            return
        self.fail(msg or f"The values are the same, to what was asked: {_brief(args[0])}")

    def assertAllClose(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None
    ) -> None:
        """|a - b| no more than atol + rtol * |b|, in nested dicts and lists as well."""
        self._close(a, b, rtol, atol, "", msg)

    def _close(self, a: Any, b: Any, rtol: float, atol: float, path: str, msg: str | None) -> None:
        if isinstance(a, Mapping) or isinstance(b, Mapping):
            if not (isinstance(a, Mapping) and isinstance(b, Mapping)) or a.keys() != b.keys():
                self.fail(f"At {path or 'the top'}: mappings of other keys, {a!r} and {b!r}. {msg}")
            for key in a:
                self._close(a[key], b[key], rtol, atol, f"{path}[{key!r}]", msg)
        elif _is_structure(a) or _is_structure(b):
            if len(a) != len(b):
                self.fail(f"At {path or 'the top'}: {len(a)} items and {len(b)}. {msg or ''}")
            for index, (one, two) in enumerate(zip(a, b, strict=True)):
                self._close(one, two, rtol, atol, f"{path}[{index}]", msg)
        else:
            self._close_arrays(a, b, rtol, atol, path, msg)

    def _close_arrays(
        self, a: Any, b: Any, rtol: float, atol: float, path: str, msg: str | None
    ) -> None:
        one, two = (_wide(array) for array in self._pair(a, b, msg))
        if one.dtype.kind not in "biufc":
            self.assertAllEqual(one, two, msg)
            return
        close = np.isclose(one, two, rtol=rtol, atol=atol, equal_nan=True)
        where = f" at {path}" if path else ""
        problem = f"are not close{where} (rtol {rtol:g}, atol {atol:g})"
        self._unless(close, problem, msg, first=one, second=two)

    def assertNotAllClose(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None
    ) -> None:
        """Some element further away than assertAllClose allows."""
        self._negated(self.assertAllClose, a, b, rtol=rtol, atol=atol, msg=msg)

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        bfloat16_rtol: float = 1e-2,
        bfloat16_atol: float = 1e-2,
        msg: str | None = None,
    ) -> None:
        """Close by the tolerance of the narrower dtype of the two."""
        dtypes = {self._GetNdArray(value).dtype for value in (a, b)}
        tolerances = [(rtol, atol)]
        if dtypes & {np.dtype(np.float32), np.dtype(np.complex64)}:
            tolerances.append((float_rtol, float_atol))
        if np.dtype(np.float16) in dtypes:
            tolerances.append((half_rtol, half_atol))
        if np.dtype(ml_dtypes.bfloat16) in dtypes:
            tolerances.append((bfloat16_rtol, bfloat16_atol))
        relative, absolute = zip(*tolerances, strict=True)
        self.assertAllClose(a, b, max(relative), max(absolute), msg)

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """Every element above the target."""
        array = self._GetNdArray(a)
        self._unless(array > comparison_target, f"are not > {comparison_target}", None, it=array)

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """No element below the target."""
        array = self._GetNdArray(a)
        self._unless(array >= comparison_target, f"are not >= {comparison_target}", None, it=array)

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """Every element below the target."""
        array = self._GetNdArray(a)
        self._unless(array < comparison_target, f"are not < {comparison_target}", None, it=array)

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """No element above the target."""
        array = self._GetNdArray(a)
        self._unless(array <= comparison_target, f"are not <= {comparison_target}", None, it=array)

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: Any,
        upper_bound: Any,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Every element between the bounds; an open bound is not in the range itself."""
        array = self._GetNdArray(target)
        above = array > lower_bound if open_lower_bound else array >= lower_bound
        below = array < upper_bound if open_upper_bound else array <= upper_bound
        left, right = "(" if open_lower_bound else "[", ")" if open_upper_bound else "]"
        bounds = f"{left}{lower_bound}, {upper_bound}{right}"
        self._unless(above & below, f"are outside the range {bounds}", None, it=array)

    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        """Every element one of a set."""
        array = self._GetNdArray(target)
        among = np.isin(array, list(expected_set))
        self._unless(among, f"are not in {expected_set}", None, it=array)

    def assertArrayNear(
        self, farray1: Any, farray2: Any, err: float, msg: str | None = None
    ) -> None:
        """As many elements, no two further apart than `err`."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for one, two in zip(farray1, farray2, strict=True):
            self.assertNear(float(one), float(two), err, msg)

    def assertNDArrayNear(
        self, ndarray1: Any, ndarray2: Any, err: float, msg: str | None = None
    ) -> None:
        """The root of the summed squares of the differences no more than `err`."""
        distance = float(np.linalg.norm(self._GetNdArray(ndarray1) - self._GetNdArray(ndarray2)))
        if not distance < err:
            self.fail(f"The arrays are {distance} apart, more than {err}. {msg or ''}")

    def assertNear(self, f1: float, f2: float, err: float, msg: str | None = None) -> None:
        """Two numbers no further apart than `err`."""
        if not (f1 == f2 or abs(f1 - f2) <= err):
            self.fail(f"{f1} != {f2} +/- {err} (difference: {abs(f1 - f2)}). {msg or ''}")

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """The dtype of a tensor or array."""
        given = as_dtype(
            target.dtype if hasattr(target, "dtype") else self._GetNdArray(target).dtype
        )
        if given != as_dtype(expected_dtype):
            self.fail(f"The dtype is {given.name}, not {as_dtype(expected_dtype).name}.")

    def assertShapeEqual(self, input_a: Any, input_b: Any, msg: str | None = None) -> None:
        """Two tensors or arrays of one shape."""
        self.assertEqual(tuple(input_a.shape), tuple(input_b.shape), msg)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: str | None = None) -> None:
        """Two names of one device."""
        names = [_canonical(device) for device in (device1, device2)]
        if names[0] != names[1]:
            self.fail(f"{names[0]} and {names[1]} are different devices. {msg or ''}")

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type: Any, expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """An error of a class, whose text a pattern is found in, or that a predicate holds of."""
        pattern = expected_err_re_or_predicate
        try:
            yield
        except exception_type as error:
            if not (pattern(error) if callable(pattern) else _found(pattern, str(error))):
                self.fail(f"{type(error).__name__} is not as expected ({pattern!r}): {error}")
        else:
            self.fail(f"No error was raised; expected {exception_type.__name__}.")

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:
        """An error of an op, whose text a pattern is found in."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def assertRaisesIncompatibleShapesError(self, exception_type: Any = None) -> Any:
        """An error about shapes that do not fit each other."""
        kind = exception_type or errors.InvalidArgumentError
        return self.assertRaisesWithPredicateMatch(
            kind, lambda error: _found("shape|dimension|broadcast", str(error).lower())
        )

    def assertProtoEquals(
        self,
        expected_message_maybe_ascii: Any,
        validate_message: Any,
        msg: str | None = None,
        relative_tolerance: float | None = None,
    ) -> None:
        """Two messages alike in their text form; `relative_tolerance` is not taken."""
        if relative_tolerance is not None:
            raise ValueError("assertProtoEquals compares text: it takes no relative_tolerance.")
        texts = [" ".join(str(m).split()) for m in (expected_message_maybe_ascii, validate_message)]
        self.assertEqual(texts[0], texts[1], msg)

    def assertProtoEqualsVersion(
        self,
        expected: Any,
        actual: Any,
        producer: int = 2474,
        min_consumer: int = 0,
        msg: str | None = None,
    ) -> None:
        """Two descriptions of graphs alike, the first with its version added."""
        versions = f"versions {{ producer: {producer} min_consumer: {min_consumer} }}"
        versions = versions.replace(" min_consumer: 0", "")
        self.assertProtoEquals(f"{expected} {versions}", actual, msg)


def _wide(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype.kind == "V" else array


def _is_structure(value: Any) -> bool:
    """Whether a list is compared item by item, and not as an array of numbers."""
    return isinstance(value, (list, tuple)) and any(
        isinstance(item, (Mapping, list, tuple)) or hasattr(item, "shape") for item in value
    )


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "..."


def _canonical(device: Any) -> str:
    return (
        str(DeviceSpec.from_string(device).to_string()) if isinstance(device, str) else str(device)
    )
