"""Promotion: which dtype comes of arguments of several, where mixing them is allowed.

TensorFlow's ops refuse to mix dtypes. NumPy's functions, `tf.experimental.numpy` and Keras's ops
mix them, by rules that differ in a few places. The rules are here, and `promoting`, which makes
of an op a function that casts its arguments by such rules first:

    add = promoting(math.add, "x1 x2")        # by the rules in force
    add = promoting(math.add, rules=KERAS)    # by certain rules

A Python number has no dtype of its own: it takes that of the tensors it meets, if these are of
its kind or a wider one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import ml_dtypes
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.op import before_convert_hooks, op
from keratin._engine.operators import operators
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable

# A dtype, or the type of a Python number: bool, int, float or complex.
Kind = Any

_limits: Any = ml_dtypes.finfo

_NUMBERS = {bool: True, int: 1, float: 1.0, complex: 1.0j}
_PYTHON_TYPES = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


@dataclass(frozen=True, eq=False)
class Rules:
    """How dtypes combine: `combine` several, and what Python numbers alone become."""

    name: str
    combine: Callable[[tuple[Kind, ...]], np.dtype[Any]]
    integer: np.dtype[Any]
    floating: np.dtype[Any]
    # What an integer becomes where a floating result is needed.
    inexact: np.dtype[Any]
    # The dtypes and types of Python numbers in a value; by default `kinds_of`.
    kinds: Callable[[Any], Iterator[Kind]] | None = None

    def alone(self, kind: type) -> np.dtype[Any]:
        """The dtype of a Python number of this type that meets no tensor."""
        if kind is bool:
            return np.dtype(bool)
        if kind is complex:
            return np.result_type(self.floating, np.complex64)
        return self.integer if kind is int else self.floating


def _numpy_combine(kinds: tuple[Kind, ...]) -> np.dtype[Any]:
    return np.result_type(*(_NUMBERS.get(kind, kind) for kind in kinds))


def _numpy_32_combine(kinds: tuple[Kind, ...]) -> np.dtype[Any]:
    preferred = {float: np.dtype(np.float32), complex: np.dtype(np.complex64)}
    return _numpy_combine(tuple(preferred.get(kind, kind) for kind in kinds))


def _lattice_combine(kinds: tuple[Kind, ...]) -> np.dtype[Any]:
    # JAX counts a Python float among integers as float64, and widths of floats not by integers.
    return np.dtype(jnp.result_type(*(_NUMBERS.get(kind, kind) for kind in kinds)))


def _safe_combine(kinds: tuple[Kind, ...]) -> np.dtype[Any]:
    """The lattice, without the steps that lose digits or widen every argument."""
    result = _lattice_combine(kinds)
    weak = {int: np.dtype(np.int32), float: np.dtype(np.float32), complex: np.dtype(np.complex128)}
    strong = [kind for kind in kinds if isinstance(kind, np.dtype)]
    # Not `result in [None, ...]`: a NumPy dtype takes None for float64.
    reached = result in {*strong, *(weak[kind] for kind in kinds if kind in weak)}
    if not (reached and all(_holds(result, kind) for kind in strong)):
        raise TypeError("this step of promotion could lose digits or widen the result")
    return result


def _holds(wide: np.dtype[Any], narrow: np.dtype[Any]) -> bool:
    """Whether every value of `narrow` is exact in `wide`."""
    if narrow == wide or narrow == np.bool_:
        return True
    target, source = dtypes.of(wide), dtypes.of(narrow)
    if source.is_integer and target.is_integer:
        return bool(target.min <= source.min and source.max <= target.max)
    if source.is_complex and not target.is_complex:
        return False
    digits = _limits(target.real_dtype.numpy_dtype).nmant + 1
    if source.is_integer:
        return bool(int(source.max).bit_length() <= digits)
    own = _limits(source.real_dtype.numpy_dtype)
    wider = _limits(target.real_dtype.numpy_dtype)
    return bool(own.nmant < digits and own.maxexp <= wider.maxexp)


_INT32, _INT64 = np.dtype(np.int32), np.dtype(np.int64)
_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)

NUMPY = Rules("legacy", _numpy_combine, _INT64, _FLOAT64, _FLOAT64)
NUMPY_32 = replace(NUMPY, combine=_numpy_32_combine, floating=_FLOAT32)
LATTICE = Rules("all", _lattice_combine, _INT32, _FLOAT32, _FLOAT32)
SAFE = replace(LATTICE, name="safe", combine=_safe_combine)


class _InForce:
    """The rules that `tf.experimental.numpy` goes by at present."""

    rules = NUMPY

    def set(self, rules: Rules, everywhere: bool = False) -> None:
        """Put rules in force; `everywhere`: for all ops, which otherwise refuse to mix."""
        self.rules = rules
        before_convert_hooks[:] = [hook for hook in before_convert_hooks if hook is not _mix]
        if everywhere:
            before_convert_hooks.append(_mix)


in_force = _InForce()


def kinds_of(value: Any) -> Iterator[Kind]:
    """The dtype of a value or of the tensors in a list, types of Python numbers among them."""
    if isinstance(value, (bool, int, float, complex)) and not isinstance(value, np.generic):
        yield next(kind for kind in _NUMBERS if isinstance(value, kind))
    elif isinstance(value, (list, tuple)):
        if any(isinstance(item, (list, tuple)) or hasattr(item, "dtype") for item in value):
            for item in value:
                yield from kinds_of(item)
        else:
            yield _PYTHON_TYPES.get(np.asarray(value).dtype.kind, float)
    elif isinstance(value, (type, str, np.dtype, dtypes.DType)):
        yield value if value in _NUMBERS else dtypes.as_dtype(value).numpy_dtype
    elif hasattr(value, "dtype"):
        yield dtypes.as_dtype(value.dtype).numpy_dtype
    else:
        yield convert_to_tensor(value).dtype.numpy_dtype


@functools.lru_cache(maxsize=4096)
def _combined(kinds: tuple[Kind, ...], rules: Rules) -> np.dtype[Any]:
    if all(kind in _NUMBERS for kind in kinds):
        widest = max(kinds, key=list(_NUMBERS).index)
        return rules.alone(widest)
    try:
        return np.dtype(rules.combine(kinds))
    except (TypeError, ValueError) as error:  # JAX's own is a ValueError
        names = ", ".join(
            getattr(kind, "name", None) or f"Python {kind.__name__}" for kind in kinds
        )
        raise TypeError(
            f"The dtypes {names} do not promote to one (mode {rules.name!r}: {error}). Write "
            "tf.cast(x, dtype) for one of them."
        ) from None


def _kind_name(kind: Kind) -> str:
    return f"Python {kind.__name__}" if kind in _NUMBERS else str(kind.name)


def result_type(*values: Any, rules: Rules | None = None) -> np.dtype[Any]:
    """The dtype that values, or dtypes, promote to."""
    rules = rules or in_force.rules
    kinds_in = rules.kinds or kinds_of
    kinds = dict.fromkeys([kind for value in values for kind in kinds_in(value)])
    return _combined(tuple(kinds), rules) if kinds else rules.floating


def fitting(
    dtype: np.dtype[Any], accepted: Collection[str], rules: Rules | None = None
) -> np.dtype[Any]:
    """`dtype`, or the next wider one whose kind is among the `accepted` kinds."""
    kind = dtypes.of(dtype).kind
    rules = rules or in_force.rules
    if kind in accepted or kind not in ("bool", "int", "uint"):
        return dtype
    if "int" not in accepted:
        return rules.inexact
    return rules.integer if kind == "bool" else np.promote_types(dtype, np.int8)


def as_tensor(value: Any, dtype: np.dtype[Any]) -> Any:
    """`value` as a tensor of this dtype; whatever is a tensor already is cast."""
    given = getattr(value, "dtype", None)
    if given is None or isinstance(value, (np.ndarray, np.generic)):
        if isinstance(value, (list, tuple)) and any(hasattr(item, "dtype") for item in value):
            return operators.stack([as_tensor(item, dtype) for item in value])
        return convert_to_tensor(value, dtype=dtypes.of(dtype))
    return value if given == dtype else operators.cast(value, dtypes.of(dtype))


def promote(
    *values: Any,
    rules: Rules | None = None,
    accepted: Collection[str] | None = None,
    least: Any = None,
) -> list[Any]:
    """The values as tensors of the one dtype that they promote to.

    `accepted` are the kinds of dtype that the receiver takes: what is not of them is widened.
    `least` is a dtype that takes part in the promotion.
    """
    extra = () if least is None else (least,)
    dtype = result_type(*values, *extra, rules=rules)
    if accepted is not None:
        dtype = fitting(dtype, accepted, rules)
    return [as_tensor(value, dtype) for value in values]


def _mix(inputs: list[Any], shared: list[int]) -> None:
    """Promote those of an op's inputs that share a dtype, in place."""
    if len(shared) > 1:
        for index, value in zip(shared, promote(*(inputs[i] for i in shared)), strict=True):
            inputs[index] = value


def promoting(
    function: Callable[..., Any],
    names: str | None = None,
    *,
    rules: Rules | Callable[[], Rules] | None = None,
    accepted: str | None = None,
    name: str | None = None,
    target: Callable[[np.dtype[Any], Rules], np.dtype[Any]] | None = None,
    instead: Mapping[str, Callable[..., Any]] | None = None,
) -> Callable[..., Any]:
    """An op that promotes the arguments which share a dtype, instead of refusing to mix them.

    `names` are other names of its first parameters, the only ones it then has. Without `rules`,
    those in force at the call apply. `accepted` narrows the kinds of dtype that the op takes;
    `target` says which dtype the op gets for the one that is promoted to, where it is not the next
    accepted one; `instead` has functions to call for kinds of dtype in place of the op.
    """
    function = getattr(function, "unpromoted", function)
    spec = getattr(function, "spec", None)
    kinds = frozenset(accepted.split()) if accepted else spec and spec.kinds
    signature = _renamed(function, names)
    parameters = list(signature.parameters.values())
    shared = [i for i, p in enumerate(parameters) if _kind_of(p) in ("T", "Ts")]
    sequences = {i for i in shared if _kind_of(parameters[i]) == "Ts"}
    choice = _Choice(rules, kinds, target, instead or {})
    settled = choice.settled()
    own_name = name or function.__name__

    bound = _binder(own_name, parameters)
    count = len(parameters)

    def adapter(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != count:
            args = bound(args, kwargs)
        if _agree(args, shared, sequences, settled):
            return function(*args)
        flat = [list(args[i]) if i in sequences else [args[i]] for i in shared]
        given = [value for group in flat for value in group if value is not None]
        for value in given:
            for item in value if isinstance(value, (list, tuple)) else (value,):
                handler = getattr(type(item), "__keratin_op__", None)
                if handler is not None:
                    return handler(item, adapter, args)
        given = [_read(value) for value in given]
        chosen, found = choice.of(function, given)
        alike = iter(found)
        values = list(args)
        for i, group in zip(shared, flat, strict=True):
            group = [None if value is None else next(alike) for value in group]
            values[i] = group if i in sequences else group[0]
        return chosen(*values)

    adapter.__doc__ = function.__doc__
    adapter.__module__ = function.__module__
    adapter.__name__ = own_name
    # The examples are those of the op, and run where it is defined.
    adapter.__qualname__ = function.__qualname__
    adapter.__signature__ = signature  # type: ignore[attr-defined]
    adapter.unpromoted = function  # type: ignore[attr-defined]
    return adapter


def _renamed(function: Callable[..., Any], names: str | None) -> inspect.Signature:
    """The signature without `name`, its first parameters by other names."""
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "name"]
    if names is None:
        return inspect.Signature(parameters)
    pairs = zip(parameters, names.split(), strict=False)
    return inspect.Signature([parameter.replace(name=other) for parameter, other in pairs])


_MISSING = inspect.Parameter.empty


def _binder(
    function: str, parameters: Sequence[inspect.Parameter]
) -> Callable[[tuple[Any, ...], dict[str, Any]], tuple[Any, ...]]:
    """What puts the arguments of calls in the order of the parameters, and fills in defaults."""
    places = {parameter.name: place for place, parameter in enumerate(parameters)}
    defaults = [parameter.default for parameter in parameters]
    required = [place for place, default in enumerate(defaults) if default is _MISSING]

    def bound(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        if len(args) > len(defaults):
            raise TypeError(
                f"{function}() takes {len(defaults)} arguments ({', '.join(places)}), but "
                f"{len(args)} were given"
            )
        values = [*args, *defaults[len(args) :]]
        for key, value in kwargs.items():
            place = places.get(key, -1)
            if place < 0:
                raise errors.unknown_keyword(function, key, list(places))
            if place < len(args):
                raise TypeError(f"{function}() got two values for the argument {key!r}")
            values[place] = value
        for place in required:
            if values[place] is _MISSING:
                name = parameters[place].name
                raise TypeError(f"{function}() is missing the argument {name!r}")
        return tuple(values)

    return bound


def _kind_of(parameter: inspect.Parameter) -> str:
    return str(parameter.annotation).replace(" ", "").removesuffix("|None")


@dataclass(frozen=True)
class _Choice:
    """Which function promoted values go to, and in which dtype."""

    rules: Rules | Callable[[], Rules] | None
    kinds: Collection[str] | None
    target: Callable[[np.dtype[Any], Rules], np.dtype[Any]] | None
    instead: Mapping[str, Callable[..., Any]]

    def in_force(self) -> Rules:
        """The rules to go by."""
        if self.rules is None:
            return in_force.rules
        return self.rules if isinstance(self.rules, Rules) else self.rules()

    def wanted(self, dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
        """The dtype that the op gets where the values promote to `dtype`."""
        if self.target is not None:
            return self.target(dtype, rules)
        return dtype if self.kinds is None else fitting(dtype, self.kinds, rules)

    def settled(self) -> frozenset[str]:
        """The names of the dtypes that the op takes as they are."""
        rules = self.in_force()
        return frozenset(
            dtype.name
            for dtype in dtypes.ALL
            if dtype.kind not in self.instead
            and (self.kinds is None or dtype.kind in self.kinds)
            and (self.target is None or self.target(dtype.numpy_dtype, rules) == dtype)
        )

    def of(
        self, function: Callable[..., Any], values: list[Any]
    ) -> tuple[Callable[..., Any], list[Any]]:
        """The function, and the values cast for it, but for numbers that the op itself adapts."""
        rules = self.in_force()
        dtype = result_type(*values, rules=rules)
        other = self.instead.get(dtypes.of(dtype).kind)
        if other is None:
            dtype = self.wanted(dtype, rules)
        wanted = dtypes.of(dtype)
        settled = [getattr(value, "dtype", None) is wanted for value in values]
        adapted = any(settled)
        return other or function, [
            value if done or (adapted and _adapts(value, dtype)) else as_tensor(value, dtype)
            for value, done in zip(values, settled, strict=True)
        ]


def _adapts(value: Any, dtype: np.dtype[Any]) -> bool:
    if type(value) is int:
        return dtype.kind != "b"
    return type(value) is float and dtypes.of(dtype).kind in ("float", "complex")


def promoted(
    body: Callable[..., Any] | None = None, *, T: str = "any", rules: Rules | None = None
) -> Any:
    """`@op` and `promoting` in one: for functions that only exist with promotion."""
    if body is None:
        return functools.partial(promoted, T=T, rules=rules)
    return promoting(op(body, T=T), rules=rules)


def _read(value: Any) -> Any:
    """A variable as it is read, where that casts it."""
    if context.autocast is None or not isinstance(value, Variable):
        return value
    return operators.identity(value)


def _agree(
    args: Sequence[Any], shared: list[int], sequences: set[int], settled: frozenset[str]
) -> bool:
    """Whether the op takes the arguments as they are: tensors of one dtype, and Python numbers."""
    if sequences or context.autocast is not None:
        return False
    dtype = None
    number: type = bool
    for i in shared:
        value = args[i]
        if isinstance(value, (Tensor, Variable)):
            if dtype is None:
                dtype = value.dtype
            elif value.dtype is not dtype:
                return False
        elif type(value) is float:
            number = float
        elif type(value) is int:
            number = int if number is bool else number
        else:
            return False
    if dtype is None or dtype.name not in settled:
        return False
    if number is float:
        return dtype.is_floating or dtype.is_complex
    return number is bool or not dtype.is_bool
