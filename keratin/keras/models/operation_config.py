"""The configs of calls of ops in a functional model, in the format of Keras 3.

Keras has a class for each op, such as `Mean`: what its constructor takes (`axis`, `keepdims`)
stands in the config, and what it is called with (`x`) in the node. Here an op is one function; the
names of its parameters say which of the two they are.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from keratin._engine.operators import operators
from keratin._lazy import read_exports
from keratin.keras._core import serialization
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.symbolic import OpCall, any_symbolic


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parameters that an op of Keras is called with; the others are those of its constructor.
_CALLED_WITH = _words(
    """
    a abs_ angle array b beta bias bins choicelist condition condlist constant_values coordinates
    data default depthwise_kernel end_points fill_value gamma image1 image2 images index indices
    inputs kernel key mask mean offset operands output output_length output_shape pattern
    pointwise_kernel predictions q query rtol atol scale segment_ids sequence_lengths
    sorted_sequence start start_indices start_points step stop target target_length targets tensor
    transform translation updates value values variable variance weights x x1 x2 xs y
    """
)
# Classes whose constructors take parameters of such names all the same.
_CONSTRUCTED_WITH = {
    "AffineTransform": "fill_value",
    "AllClose": "rtol atol",
    "Bincount": "weights",
    "Diagonal": "offset",
    "ElasticTransform": "fill_value",
    "Histogram": "bins",
    "MapCoordinates": "fill_value",
    "PerspectiveTransform": "fill_value",
    "Resize": "fill_value",
    "Squareplus": "b",
    "Trace": "offset",
    "Trapezoid": "x",
    "Unique": "fill_value",
}

# In which of its modules Keras has a class, if not in that of the namespace of the function.
_IN_MATH = _words(
    """
    CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp RFFT
    Rsqrt STFT SegmentMax SegmentMin SegmentProd SegmentSum TopK ViewAsComplex ViewAsReal
    """
)
_NOT_OF_KERAS = ("ExtractPatches3d",)
_NAMESPACES = ("numpy", "nn", "linalg", "image")

# Ops of TensorFlow and operators, as the op of Keras that does the same: class and parameters.
_SAME_AS = {
    "_pow_known": ("Power", "x1 x2"),
    "abs": ("Absolute", "x"),
    "add": ("Add", "x1 x2"),
    "cast": ("Cast", "x dtype"),
    "concat": ("Concatenate", "xs axis"),
    "divide": ("Divide", "x1 x2"),
    "equal": ("Equal", "x1 x2"),
    "exp": ("Exp", "x"),
    "expand_dims": ("ExpandDims", "x axis"),
    "floordiv": ("FloorDivide", "x1 x2"),
    "floormod": ("Mod", "x1 x2"),
    "getitem": ("GetItem", "x key"),
    "greater": ("Greater", "x1 x2"),
    "greater_equal": ("GreaterEqual", "x1 x2"),
    "less": ("Less", "x1 x2"),
    "less_equal": ("LessEqual", "x1 x2"),
    "log": ("Log", "x"),
    "logical_and": ("LogicalAnd", "x1 x2"),
    "logical_not": ("LogicalNot", "x"),
    "logical_or": ("LogicalOr", "x1 x2"),
    "matmul": ("Matmul", "x1 x2"),
    "maximum": ("Maximum", "x1 x2"),
    "minimum": ("Minimum", "x1 x2"),
    "multiply": ("Multiply", "x1 x2"),
    "negative": ("Negative", "x"),
    "not_equal": ("NotEqual", "x1 x2"),
    "pow": ("Power", "x1 x2"),
    "reduce_all": ("All", "x axis keepdims"),
    "reduce_any": ("Any", "x axis keepdims"),
    "reduce_max": ("Max", "x axis keepdims"),
    "reduce_mean": ("Mean", "x axis keepdims"),
    "reduce_min": ("Min", "x axis keepdims"),
    "reduce_prod": ("Prod", "x axis keepdims"),
    "reduce_sum": ("Sum", "x axis keepdims"),
    "relu": ("Relu", "x"),
    "reshape": ("Reshape", "x newshape"),
    "sigmoid": ("Sigmoid", "x"),
    "sqrt": ("Sqrt", "x"),
    "square": ("Square", "x"),
    "squeeze": ("Squeeze", "x axis"),
    "subtract": ("Subtract", "x1 x2"),
    "tanh": ("Tanh", "x"),
    "tensor_equals": ("Equal", "x1 x2"),
    "tensor_not_equals": ("NotEqual", "x1 x2"),
    "truediv": ("Divide", "x1 x2"),
}


class KerasCall(OpCall):
    """The call of an op that a file gives as a class of Keras, arguments of the class included."""

    def __init__(self, function: Callable[..., Any], name: str | None, fixed: Mapping[str, Any]):
        super().__init__(function, name=name)
        self.fixed = dict(fixed)

    def complete(self, args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the function: those of the node and those of the class."""
        parameters = inspect.signature(self.function).parameters.values()
        called = [p for p in parameters if _is_called_with(self.operation_name, p.name)]
        several = [p for p in called if p.kind is p.VAR_POSITIONAL]
        if several:
            first = [self.fixed[p.name] for p in parameters if p.name in self.fixed and _comes(p)]
            rest = {n: v for n, v in self.fixed.items() if not _comes(_named(parameters, n))}
            return [*first, *args], {**kwargs, **rest}
        if self.operation_name == "GetItem" and isinstance(args[-1], list):
            args = [*args[:-1], tuple(args[-1])]  # JSON has no tuples
        named = dict(zip([p.name for p in called], args, strict=False))
        return [], {**named, **kwargs, **self.fixed}


def _comes(parameter: inspect.Parameter) -> bool:
    """Whether an argument is given by its place."""
    return parameter.kind is not parameter.KEYWORD_ONLY


def _named(parameters: Any, name: str) -> inspect.Parameter:
    found: inspect.Parameter = next(p for p in parameters if p.name == name)
    return found


def config_and_node(operation: OpCall, args: Any, kwargs: Any) -> tuple[dict[str, Any], Any]:
    """The config of an op, and the arguments of its node: those of Keras, where it has the op."""
    found = _as_keras(operation.function, args, kwargs)
    if found is None:
        return _own_config(operation), (list(args), dict(kwargs))
    name, module, fixed, node = found
    return {
        "module": f"keras.src.ops.{module}",
        "class_name": name,
        "config": {"name": operation.name, **serialize_keras_object(fixed)},
        "registered_name": name,
    }, node


def exact_config_and_node(
    operation: OpCall, args: Any, kwargs: Any
) -> tuple[dict[str, Any], tuple[Any, Any]]:
    """The config of the very op, where it can be read, and the arguments of its node."""
    own = _own_config(operation)
    # JSON has no tuples, which make a difference there.
    is_key = getattr(operation.function, "__name__", "") == "getitem"
    try:
        is_known = not is_key and _read_own(own).function is operation.function
    except ValueError:
        is_known = False
    if is_known:
        return own, (list(args), dict(kwargs))
    return config_and_node(operation, args, kwargs)


def _as_keras(function: Any, args: Any, kwargs: Any) -> Any:
    """The class of Keras, its module, its arguments, and those of its call; None if it has none."""
    name = getattr(function, "__keras_operation__", None)
    try:
        signature = inspect.signature(function)
        arguments = dict(signature.bind(*args, **kwargs).arguments)
    except (TypeError, ValueError):
        return None
    order = list(signature.parameters)
    several = [p.name for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL]
    if name is None:
        name, arguments = _of_tensorflow(function, arguments)
        order, several = list(arguments), []
    if name not in _functions() or "kwargs" in arguments:
        return None
    fixed = {n: value for n, value in arguments.items() if not _is_called_with(name, n)}
    if any_symbolic(fixed):
        return None
    called = [n for n in order if _is_called_with(name, n)]
    if several:
        return name, _module_of(name), fixed, (list(arguments.get(several[0], ())), {})
    given = next((i for i, n in enumerate(called) if n not in arguments), len(called))
    rest = {n: arguments[n] for n in called[given:] if n in arguments}
    return name, _module_of(name), fixed, ([arguments[n] for n in called[:given]], rest)


def _of_tensorflow(function: Any, arguments: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    own = str(getattr(function, "__module__", ""))
    known = _SAME_AS.get(getattr(function, "__name__", ""))
    if known is None or own.split(".")[0] != "keratin" or own.startswith("keratin.keras"):
        return None, {}
    name, parameters = known
    given = [(n, value) for n, value in arguments.items() if n not in ("name", "_name")]
    names = parameters.split()
    rest = given[len(names) :]
    defaults = inspect.signature(function).parameters
    if any(value is not None and value != defaults[n].default for n, value in rest):
        return None, {}
    return name, dict(zip(names, [value for _, value in given], strict=False))


def _is_called_with(name: str, parameter: str) -> bool:
    return parameter in _CALLED_WITH and parameter not in _CONSTRUCTED_WITH.get(name, "").split()


@functools.cache
def _functions() -> dict[str, tuple[Any, str]]:
    """The function of each class of Keras, and the module of the class."""
    found: dict[str, tuple[Any, str]] = {"GetItem": (_getitem, "numpy")}
    for space in (*_NAMESPACES, None):
        module = importlib.import_module("keratin.keras.ops" + (f".{space}" if space else ""))
        for name in read_exports(Path(str(module.__file__)).with_suffix(".pyi")):
            function = getattr(module, name)
            kept = getattr(function, "__keras_operation__", None)
            if kept is not None and kept not in _NOT_OF_KERAS:
                other = {"Rearrange": "einops"}.get(kept, "math" if kept in _IN_MATH else "core")
                found.setdefault(kept, (function, space or other))
    return found


def _getitem(x: Any, key: Any) -> Any:
    return operators.getitem(x, key)


_getitem.__keras_operation__ = "GetItem"  # type: ignore[attr-defined]


def _module_of(name: str) -> str:
    return _functions()[name][1]


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def names_op(entry: Mapping[str, Any]) -> bool:
    """Whether the config is that of an op, by its module."""
    module = str(entry.get("module") or "")
    return module == "keras.ops" or module.startswith("keras.src.ops.")


def read(entry: Mapping[str, Any]) -> OpCall | None:
    """The operation of a config, if it is that of an op."""
    name, module = entry["class_name"], str(entry.get("module") or "")
    # In .h5 files there are no modules; what tells an op from a layer is that it is not trained.
    is_bare = not module and "trainable" not in entry["config"] and name in _functions()
    if not is_bare and not names_op(entry):
        return None
    if name == "OpCall":
        return _read_own(entry)
    found = _functions().get({"Abs": "Absolute", "Conj": "Conjugate"}.get(name, name))
    if found is None:
        raise ValueError(f"The config of the model names an op that does not exist: {name!r}")
    config = {key: deserialize_keras_object(value) for key, value in entry["config"].items()}
    own_name = config.pop("name", None)
    known = _parameters(found[0])
    unknown = [key for key in config if key not in known]
    if unknown:
        raise ValueError(
            f"The config of the op {name!r} has {unknown[0]!r}, which is none of its arguments: "
            f"{', '.join(known)}"
        )
    return KerasCall(found[0], own_name, config)


# Ops that Keras does not have stand under their own names, which it cannot read.

# The only places that a file may name functions in: they compute, and do nothing else.
_OP_NAMESPACES = ("array", "bitwise", "image", "linalg", "math", "nn", "random", "signal")


def _own_config(operation: OpCall) -> dict[str, Any]:
    function = operation.function
    return {
        "module": "keras.ops",
        "class_name": "OpCall",
        "config": {
            "name": operation.name,
            "function": f"{function.__module__}.{function.__qualname__}",
        },
        "registered_name": None,
    }


def _read_own(config: Mapping[str, Any]) -> OpCall:
    path = str(config["config"]["function"])
    module, _, name = path.rpartition(".")
    parts = module.split(".")
    allowed = parts[:1] == ["keratin"] and (
        parts[1:2] in [[space] for space in _OP_NAMESPACES]
        or parts[1:3] in [["keras", "ops"], ["keras", "activations"], ["keras", "random"]]
    )
    function = None
    if allowed and name.isidentifier() and all(part.isidentifier() for part in parts):
        try:
            function = getattr(importlib.import_module(module), name, None)
        except ImportError:
            function = None
    is_op = hasattr(function, "spec") or hasattr(function, "__keras_operation__")
    is_op = is_op or hasattr(function, "__wrapped__")
    if not isinstance(function, types.FunctionType) or not is_op:
        raise ValueError(f"The config of the model names an op that does not exist: {path!r}")
    return OpCall(function, name=config["config"]["name"])


serialization.readers["OpCall"] = _read_own
