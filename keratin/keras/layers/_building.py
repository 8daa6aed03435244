"""How a layer comes by its weights: the first call builds it."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import jax

from keratin._engine import naming, state
from keratin.keras._core import abstract
from keratin.keras._core.shapes import as_shape, map_shapes
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras._core.variable import autocast
from keratin.keras.layers._call import is_leaf, spec_of
from keratin.keras.layers._part import Part, default, has_tensors, map_tensors_to_shapes, overrides


class Building(Part):
    """Builds a layer for the shapes of its inputs."""

    _first_weights: Any

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _noting_shapes(vars(cls)["build"])  # type: ignore[method-assign]

    @property
    def built(self) -> bool:
        """Whether the weights are there."""
        return bool(self._built)

    @built.setter
    def built(self, value: bool) -> None:
        vars(self)["_built"] = bool(value)

    @contextlib.contextmanager
    def _build_scope(self) -> Iterator[None]:
        """Have variables named by this layer, unless it is being called or built already."""
        scopes = state.context.name_scopes
        if scopes and scopes[-1] == self.name:
            yield
        else:
            with naming.name_scope(self.name):
                yield

    @default
    def build(self, input_shape: Any) -> None:
        """Make the weights; subclasses do, and are given the shapes of their inputs.

        A layer without a `build` of its own is built by calling it on symbolic tensors.
        """
        self._check_initialized()
        if self._has_parts_to_build() and not overrides(self, "build"):
            symbolic = map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), input_shape)
            abstract.infer(self._call_inside, (symbolic,), {}, KerasTensor)
        self.built = True

    def _first_parameter(self) -> str:
        """The name of what `call` takes first."""
        return spec_of(self.call).names[0]

    def _has_parts_to_build(self) -> bool:
        return any(not layer.built for layer in self._layers)

    def _maybe_build(self, arguments: dict[str, Any]) -> None:
        if self._built:
            return
        shapes = {
            name: map_tensors_to_shapes(value)
            for name, value in arguments.items()
            if has_tensors(value)
        }
        with self._build_scope(), state.listening(()), autocast(None):
            vars(self)["_path"] = "/".join(state.context.name_scopes)
            if overrides(self, "build"):
                self._build_with(shapes)
            self.built = True
        vars(self).setdefault("_build_shapes", shapes)
        vars(self)["_build_specs"] = {
            name: _specs(value) for name, value in arguments.items() if has_tensors(value)
        }
        self._set_first_weights()

    def _build_with(self, shapes: dict[str, Any]) -> None:
        names = [
            name
            for name, p in inspect.signature(self.build).parameters.items()
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
        first = next(iter(shapes.values()), None)
        if len(names) > 1 and all(name.endswith("_shape") for name in names):
            wanted = {name: shapes.get(name.removesuffix("_shape")) for name in names}
            if wanted[names[0]] is None:
                wanted[names[0]] = first
            self.build(**{name: shape for name, shape in wanted.items() if shape is not None})
        elif names or inspect.signature(self.build).parameters:
            self.build(first)
        else:
            self.build()  # type: ignore[call-arg]

    def _set_first_weights(self) -> None:
        if self._first_weights is not None:
            first, self._first_weights = self._first_weights, None
            self.set_weights(first)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the weights were made for."""
        shapes = vars(self).get("_build_shapes")
        if not shapes:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": {f"{name}_shape": shape for name, shape in shapes.items()}}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make the weights for the shapes of a build config."""
        if self.built or not config:
            return
        shapes = {
            name.removesuffix("_shape"): map_shapes(as_shape, shape)
            for name, shape in config.get("shapes_dict", config).items()
        }
        with self._build_scope(), state.listening(()):
            self._build_with(shapes)
            self.built = True
        vars(self)["_build_shapes"] = shapes


def _noting_shapes(build: Callable[..., Any]) -> Callable[..., Any]:
    """A `build` after which the layer is built, and knows for what shapes."""
    signature = inspect.signature(build)

    @functools.wraps(build)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs).arguments
        shapes = {n: value for n, value in list(given.items())[1:] if value is not None}
        is_first = "_build_shapes" not in vars(self)
        with self._build_scope():
            vars(self).setdefault("_path", "/".join(state.context.name_scopes))
            result = build(self, *args, **kwargs)
        self.built = True
        if shapes and is_first:
            # After what a `build` of the base class, called within, has noted of its own.
            named = {name.removesuffix("_shape"): shape for name, shape in shapes.items()}
            vars(self)["_build_shapes"] = named
        return result

    return call


def _specs(structure: Any) -> Any:
    """Symbolic tensors like those of a structure."""
    return jax.tree.map(
        lambda leaf: KerasTensor(leaf.shape, leaf.dtype) if has_tensors(leaf) else leaf,
        structure,
        is_leaf=is_leaf,
    )
