"""The inputs of models."""

from __future__ import annotations

from typing import Any

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin.keras._core import names
from keratin.keras._core.settings import settings
from keratin.keras._core.shapes import Shape, as_shape
from keratin.keras._core.symbolic import KerasTensor, Node
from keratin.keras.layers.layer import Layer


class InputLayer(Layer):
    """A layer that stands for an input of a model; made by `keras.Input`.

    >>> keras.layers.InputLayer(shape=(3,)).output.shape
    (None, 3)
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **_without_shapes(kwargs))
        if "input_shape" in kwargs and shape is None and batch_shape is None:
            shape = kwargs["input_shape"]
        batch_shape = batch_shape or kwargs.get("batch_input_shape")
        if input_tensor is not None:
            batch_shape = as_shape(input_tensor.shape)
            dtype = dtype or input_tensor.dtype
        self._batch_shape = _batch_shape(shape, batch_size, batch_shape)
        self._input_dtype = as_dtype(dtype or settings.floatx).name
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.optional = optional
        if input_tensor is None:
            input_tensor = KerasTensor(
                self.batch_shape,
                self._input_dtype,
                sparse=self.sparse,
                ragged=self.ragged,
                name=self.name,
            )
        elif not isinstance(input_tensor, KerasTensor):
            raise ValueError(
                f"InputLayer: input_tensor is a symbolic tensor, such as keras.Input gives; given "
                f"{input_tensor!r}"
            )
        self._input_tensor = input_tensor
        Node(self, (), {}, input_tensor)
        self.built = True

    @property
    def batch_shape(self) -> Shape:
        """The shape of the input, batch included."""
        return self._batch_shape

    @property
    def dtype(self) -> str:
        """The dtype of the input."""
        return str(self._input_dtype)

    def call(self) -> Any:
        """Nothing is computed."""
        return None

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this layer again."""
        return {
            "batch_shape": tuple(self.batch_shape),
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def _without_shapes(kwargs: dict[str, Any]) -> dict[str, Any]:
    shapes = ("input_shape", "batch_input_shape", "type_spec")
    return {name: value for name, value in kwargs.items() if name not in shapes}


def _batch_shape(shape: Any, batch_size: int | None, batch_shape: Any) -> Shape:
    if batch_shape is not None:
        if shape is not None:
            raise ValueError("Input: give shape (without the batch) or batch_shape, not both")
        return as_shape(batch_shape)
    if shape is None:
        raise ValueError("Input: give the shape of one example, such as keras.Input(shape=(784,))")
    if isinstance(shape, int):
        raise ValueError(f"Input: shape is a tuple; given {shape}. Write shape=({shape},)")
    return Shape((batch_size, *as_shape(shape)))


@errors.trimmed
def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
    **kwargs: Any,
) -> KerasTensor:
    """A symbolic tensor that stands for an input; `shape` is that of one example.

    >>> x = keras.Input((3,))
    >>> keras.Model(x, keras.layers.Dense(2)(x)).output_shape
    (None, 2)
    """
    batch_shape = kwargs.pop("batch_input_shape", batch_shape)
    if "type_spec" in kwargs:
        spec = kwargs.pop("type_spec")
        batch_shape, dtype = spec.shape, spec.dtype
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name or names.unique("input_layer"),
        **kwargs,
    )
    return layer.output
