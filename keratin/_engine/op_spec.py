"""What the dispatcher knows of an op: its parameters, and what each annotation means."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.kernel import Kernel
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin._engine.variable import Variable

GROUPS = {
    "number": "int uint float complex",
    "real": "int uint float",
    "any": "bool int uint float complex string",
}


class Parameter:
    """How one parameter of an op is treated; see the vocabulary at the top."""

    __slots__ = ("default", "kind", "name", "optional", "sequence")

    def __init__(self, parameter: inspect.Parameter):
        text = "" if parameter.annotation is parameter.empty else parameter.annotation
        if not isinstance(text, str):
            raise TypeError("@op reads annotations as text: from __future__ import annotations")
        text = text.replace(" ", "")
        base = text.removesuffix("|None")
        self.name = parameter.name
        self.default = parameter.default
        self.optional = base != text
        self.sequence = base in ("Ts", "Arrays")
        self.kind = {"T": "T", "Ts": "T", "Array": "Array", "Arrays": "Array"}.get(base, "static")
        if base == "DTypeArg":
            self.kind = "dtype"


class OpSpec:
    """All that the dispatcher knows of an op."""

    def __init__(
        self,
        body: Callable[..., Any],
        kinds: str,
        host: bool,
        strings: bool,
        vjp: Callable[..., Any] | None = None,
    ):
        self.body = body
        self.vjp = vjp
        self.name = body.__name__
        self.host = host
        self.strings = strings or host
        self.unmentioned = frozenset({"name"})  # parameters that errors leave out
        signature = inspect.signature(body)
        self.variadic = any(
            p.kind is inspect.Parameter.VAR_POSITIONAL for p in signature.parameters.values()
        )
        if self.variadic:
            raise TypeError(f"@op {self.name}: a variadic op takes its tensors as a list, `Ts`")
        self.parameters = [Parameter(p) for p in signature.parameters.values()]
        if "name" not in signature.parameters:
            extra = inspect.Parameter(
                "name", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation="Static"
            )
            self.parameters.append(Parameter(extra))
            signature = signature.replace(parameters=[*signature.parameters.values(), extra])
        self.takes_name = "name" in inspect.signature(body).parameters
        self.signature = signature
        self.names = [p.name for p in self.parameters]
        self.tensors = [p for p in self.parameters if p.kind in ("T", "Array")]
        self.statics = [
            p for p in self.parameters if p.kind in ("static", "dtype") and p.name != "name"
        ]
        self.plain = not any(p.sequence or p.optional for p in self.tensors)
        self.tensor_at = [self.names.index(p.name) for p in self.tensors]
        self.static_at = [self.names.index(p.name) for p in self.statics]
        self.shares = sum(p.kind == "T" for p in self.tensors)
        self.kinds = frozenset(_expand(kinds))
        self.kinds_text = kinds
        self.accepted = frozenset(
            d.numpy_dtype for d in dtypes.ALL if d.kind in self.kinds - {"string"}
        )
        self.kernels: dict[Any, Kernel] = {}
        first = [p.kind in ("T", "Array") for p in self.parameters]
        self.tensors_first = bool(self.tensors) and all(
            p.kind == "T" for p in self.tensors[: self.shares]
        )
        self.is_pair = (
            self.plain
            and not host
            and self.shares == 2
            and first[:2] == [True, True]
            and len(self.parameters) == 3
            and self.names[2] == "name"
        )
        self.tails = self._tails()

    def _tails(self) -> dict[int, tuple[Any, ...]]:
        """The defaults that fill up a call of so many positional arguments."""
        defaults = [p.default for p in self.parameters]
        return {
            given: tuple(defaults[given:])
            for given in range(len(defaults))
            if not any(default is inspect.Parameter.empty for default in defaults[given:])
        }

    def public_name(self) -> str:
        """The name that users know the op by, such as `tf.nn.dropout`."""
        return public_name(self.body.__module__, self.name)

    def default_float(self) -> bool:
        """Whether Python integers become floats: the op takes no integers."""
        return "float" in self.kinds and "int" not in self.kinds


def public_name(module: str, name: str) -> str:
    """The name that users know a function by, such as `tf.nn.dropout`."""
    name = name.strip("_")
    package, *spaces, _ = module.split(".")
    public = [space for space in spaces if space != "array" and not space.startswith("_")]
    if public[:1] == ["keras"]:
        return ".".join([*public, name])
    if name in dir(sys.modules.get(package)):
        public = []
    return ".".join(["tf", *public, name])


def _expand(kinds: str) -> list[str]:
    return [kind for word in kinds.split() for kind in GROUPS.get(word, word).split()]


def freeze(value: Any, parameter: Any = None) -> Any:
    """A static argument as a plain hashable value: tensors become numbers, lists tuples."""
    if parameter is not None and parameter.kind == "dtype":
        return None if value is None else as_dtype(value).numpy_dtype
    kind = type(value)
    if value is None or kind in (int, bool, str, float):
        return value
    if kind is list or kind is tuple:
        return tuple([freeze(item, parameter) for item in value])
    if isinstance(value, Variable):
        value = value.value()
    if isinstance(value, (Tensor, jax.Array)):
        array = value._value if isinstance(value, Tensor) else value
        if is_traced(array):
            what = f" {parameter.name!r}" if parameter is not None else ""
            raise errors.InvalidArgumentError(
                f"the argument{what} must be known while the function is traced, because the shape "
                "of the result depends on it; it is a tensor that is computed when the function "
                "runs. Pass a Python number, use x.shape (known while tracing), or call this "
                "outside of tf.function"
            )
        return _frozen_array(np.asarray(array))
    if isinstance(value, np.ndarray):
        return _frozen_array(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, DType):
        return value
    if hasattr(value, "as_list"):
        return tuple(value.as_list())
    if hasattr(value, "__tf_tensor__"):
        return freeze(convert_to_tensor(value), parameter)
    if (
        hasattr(value, "__iter__")
        and not isinstance(value, (str, bytes, dict))
        and not hasattr(value, "__members__")
    ):
        return tuple([freeze(item, parameter) for item in value])
    return value


def _frozen_array(array: np.ndarray[Any, Any]) -> Any:
    return freeze(array.tolist()) if array.ndim else array.item()
