"""What the parts of `Layer` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from keratin.keras._core.shapes import as_shape
from keratin.keras._core.symbolic import flatten
from keratin.keras.layers._call import is_leaf

Method = TypeVar("Method", bound=Callable[..., Any])


class Part:
    """A part of `Layer`: it uses attributes that the other parts define."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def default(method: Method) -> Method:
    """Mark a method that stands in for what a layer does not define itself."""
    method._is_default = True  # type: ignore[attr-defined]
    return method


def overrides(layer: Any, name: str) -> bool:
    """Whether a layer has a method of its own in place of the default."""
    return name in vars(layer) or not getattr(getattr(type(layer), name), "_is_default", False)


def map_tensors_to_shapes(structure: Any) -> Any:
    """The shapes of a structure of tensors."""
    if structure is None or hasattr(structure, "shape"):
        return None if structure is None else as_shape(structure.shape)
    if isinstance(structure, dict):
        return {key: map_tensors_to_shapes(value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)([map_tensors_to_shapes(value) for value in structure])
    return None


def has_tensors(value: Any) -> bool:
    """Whether a structure holds a tensor."""
    if isinstance(value, (list, tuple)):
        return any(has_tensors(item) for item in value)
    if isinstance(value, dict):
        return any(has_tensors(item) for item in value.values())
    return hasattr(value, "shape") and hasattr(value, "dtype")


def mask_leaves(mask: Any) -> list[Any]:
    """The masks in a structure of them, None among them."""
    return [mask] if is_leaf(mask) else flatten(mask)


def expected(variables: Sequence[Any]) -> str:
    """The names and shapes of variables, for messages."""
    names = [f"{getattr(v, 'path', v.name)} {tuple(v.shape)}" for v in variables]
    return f"Expected: {', '.join(names) or 'none'}."
