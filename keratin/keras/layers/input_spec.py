"""What a layer expects of its inputs, checked at every call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin.keras._core.config import Configurable
from keratin.keras._core.shapes import as_shape


class InputSpec(Configurable):
    """The rank, shape, dtype or sizes of single axes that an input must have.

    >>> spec = keras.layers.InputSpec(ndim=3, axes={-1: 8})
    >>> spec.ndim, spec.axes
    (3, {-1: 8})
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape = None if shape is None else as_shape(shape)
        self.ndim = ndim if shape is None else len(self.shape or ())
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional
        limits = [n for n in (self.ndim, max_ndim) if n is not None]
        for axis in self.axes:
            if limits and axis > min(limits) - 1:
                raise ValueError(
                    f"InputSpec: axes names axis {axis}, but the input has at most {min(limits)} "
                    "axes"
                )

    def __repr__(self) -> str:
        said = {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim,
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": self.axes,
        }
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in said.items() if v)})"

    def problem(self, shape: Any, dtype: Any) -> str | None:
        """What is wrong with an input of this shape and dtype; None if nothing is."""
        rank = len(shape)
        if self.ndim is not None and not self.allow_last_axis_squeeze and rank != self.ndim:
            return f"expects {_axes(self.ndim)}, and got {_axes(rank)}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"expects at most {_axes(self.max_ndim)}, and got {_axes(rank)}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"expects at least {_axes(self.min_ndim)}, and got {_axes(rank)}"
        if self.dtype is not None and as_dtype(dtype).name != self.dtype:
            return f"expects dtype {self.dtype}, and got {as_dtype(dtype).name}"
        for axis, size in self.axes.items():
            if size is not None and shape[axis] not in (size, None):
                return f"expects size {size} on axis {axis}, and got {shape[axis]}"
        return self._problem_of_shape(tuple(shape))

    def _problem_of_shape(self, shape: tuple[Any, ...]) -> str | None:
        wanted = self.shape
        if wanted is None:
            return None
        if self.allow_last_axis_squeeze:
            if len(shape) == len(wanted) + 1 and shape[-1] == 1:
                shape = shape[:-1]
            elif len(wanted) == len(shape) + 1 and wanted[-1] == 1:
                wanted = wanted[:-1]
        fits = len(shape) == len(wanted) and all(
            a is None or b is None or a == b for a, b in zip(wanted, shape, strict=True)
        )
        return None if fits else f"expects shape {tuple(wanted)}, and got another"


def _axes(count: int) -> str:
    return f"{count} {'axis' if count == 1 else 'axes'}"


def check_inputs(specs: Any, inputs: Any, layer_name: str) -> None:
    """Raise where inputs do not fit what a layer expects."""
    if specs is None:
        return
    wanted = _leaves(specs)
    given = _matched(specs, inputs, wanted)
    if len(given) != len(wanted):
        raise ValueError(
            f"Layer {layer_name!r} expects {len(wanted)} input(s), and got {len(given)}. "
            f"At {errors.user_location()}."
        )
    for index, (spec, value) in enumerate(zip(wanted, given, strict=True)):
        if spec is None or (value is None and spec.optional):
            continue
        shape = getattr(value, "shape", None)
        if shape is None:
            raise ValueError(
                f"Layer {layer_name!r}: input {index} is no tensor: {value!r}."
                f"{_SOURCE_OF_NONE if value is None else ''} At {errors.user_location()}."
            )
        problem = spec.problem(shape, value.dtype)
        if problem:
            which = f"input {spec.name or index}" if len(wanted) > 1 else "the input"
            raise ValueError(
                f"Layer {layer_name!r} {problem}: {which} has shape {tuple(shape)}"
                f"{_remedy(spec, tuple(shape))}. At {errors.user_location()}."
            )


_SOURCE_OF_NONE = " What made it returned nothing: is a `return` missing in a call()?"


def _matched(specs: Any, inputs: Any, wanted: list[Any]) -> list[Any]:
    """The inputs in the order of the specs, those of a dictionary by name."""
    names = [getattr(spec, "name", None) for spec in wanted]
    if isinstance(inputs, Mapping) and all(name in inputs for name in names):
        return [inputs[name] for name in names]
    return _leaves(inputs)


def _leaves(inputs: Any) -> list[Any]:
    if isinstance(inputs, Mapping):
        return [leaf for key in sorted(inputs) for leaf in _leaves(inputs[key])]
    if isinstance(inputs, (list, tuple)):
        return [leaf for value in inputs for leaf in _leaves(value)]
    return [inputs]


def _remedy(spec: InputSpec, shape: tuple[Any, ...]) -> str:
    """What makes an input of this shape one that fits, if that is plain."""
    rank = len(shape)
    least = spec.ndim if spec.ndim is not None else spec.min_ndim
    if least is not None and rank == least - 1:
        if least == 4:
            return ". If the channels are missing, add them: x[..., None]"
        return ". If an axis is missing, add it: x[..., None] for features, x[None] for a batch"
    most = spec.ndim if spec.ndim is not None else spec.max_ndim
    if most == 2 and rank > 2:
        return ". Put a Flatten() layer before it"
    if spec.ndim is not None and rank > spec.ndim and 1 in shape[1:]:
        return ". Take out the axis of size 1 with keras.ops.squeeze"
    return ""
