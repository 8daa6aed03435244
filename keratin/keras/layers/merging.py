"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jax import lax

from keratin import math
from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.array import concat, expand_dims, ones_like
from keratin.keras._core.shapes import as_shape
from keratin.keras.layers.layer import Layer


class Merge(Layer):
    """A layer of two or more tensors that are combined element by element, with broadcasting."""

    # How two tensors become one.
    combine: Callable[[Any, Any], Any]
    exactly_two = False

    def __init__(self, **kwargs: Any):
        _drop_old_mode(kwargs)
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check that the shapes go together."""
        shapes = self._shapes(input_shape)
        self._merged_shape(shapes)

    def _shapes(self, input_shape: Any) -> list[Any]:
        is_list = isinstance(input_shape, (list, tuple)) and all(
            isinstance(shape, (list, tuple)) for shape in input_shape
        )
        if not is_list or len(input_shape) < 1:
            raise ValueError(
                f"{type(self).__name__} takes a list of tensors, as in "
                f"{type(self).__name__}()([a, b]); given one of shape {input_shape}"
            )
        if self.exactly_two and len(input_shape) != 2:
            raise ValueError(f"{type(self).__name__} takes two tensors; given {len(input_shape)}")
        return [as_shape(shape) for shape in input_shape]

    def _merged_shape(self, shapes: Sequence[Any]) -> Any:
        rank = max(len(shape) for shape in shapes)
        aligned = [_aligned(shape, rank) for shape in shapes]
        sizes = []
        for axis in range(rank):
            found = {shape[axis] for shape in aligned} - {1}
            known = found - {None}
            if len(known) > 1:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: the inputs have sizes "
                    f"{' and '.join(str(size) for size in sorted(known))} on axis {axis}, which do "
                    f"not go together. Their shapes are {[tuple(s) for s in shapes]}. "
                    f"At {errors.user_location()}."
                )
            sizes.append(next(iter(known), None if found else 1))
        if any(shape[0] is None for shape in aligned):
            sizes[0] = None
        return tuple(sizes)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape that the inputs broadcast to."""
        return self._merged_shape(self._shapes(input_shape))

    def call(self, inputs: Any) -> Any:
        """The combined tensor."""
        inputs = self._of_one_rank(inputs)
        result = inputs[0]
        for other in inputs[1:]:
            result = type(self).combine(result, other)
        return result

    def _of_one_rank(self, inputs: Sequence[Any]) -> list[Any]:
        """Tensors of fewer axes get axes of size 1 after the batch."""
        rank = max(len(tensor.shape) for tensor in inputs)
        found = []
        for tensor in inputs:
            while len(tensor.shape) < rank:
                tensor = expand_dims(tensor, 1)
            found.append(tensor)
        return found

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """What counts in all of the inputs that have a mask."""
        masks = [mask for mask in previous_mask or [] if mask is not None]
        if not masks:
            return None
        result = masks[0]
        for mask in masks[1:]:
            result = math.logical_and(result, mask)
        return result


def _aligned(shape: Any, rank: int) -> Any:
    """The shape with axes of size 1 after the batch, up to a rank."""
    if not len(shape):
        return (1,) * rank
    return (shape[0], *(1,) * (rank - len(shape)), *shape[1:])


def _drop_old_mode(kwargs: dict[str, Any]) -> None:
    """`merge` of Keras 1 had a `mode`, which the class says now."""
    kwargs.pop("mode", None)


class Add(Merge):
    """The sum of the inputs.

    >>> keras.layers.Add()([np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[2., 2.]], dtype=float32)
    """

    combine = staticmethod(math.add)


class Subtract(Merge):
    """The first of two inputs minus the second.

    >>> keras.layers.Subtract()([np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """

    combine = staticmethod(math.subtract)
    exactly_two = True


class Multiply(Merge):
    """The product of the inputs, element by element.

    >>> keras.layers.Multiply()([2 * np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[2., 2.]], dtype=float32)
    """

    combine = staticmethod(math.multiply)


class Average(Merge):
    """The mean of the inputs.

    >>> keras.layers.Average()([np.ones((1, 2)), np.zeros((1, 2))]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """

    combine = staticmethod(math.add)

    def call(self, inputs: Any) -> Any:
        """The mean."""
        return super().call(inputs) / len(inputs)


class Maximum(Merge):
    """The largest of the inputs, element by element.

    >>> keras.layers.Maximum()([np.ones((1, 2)), np.zeros((1, 2))]).numpy()
    array([[1., 1.]], dtype=float32)
    """

    combine = staticmethod(math.maximum)


class Minimum(Merge):
    """The smallest of the inputs, element by element.

    >>> keras.layers.Minimum()([np.ones((1, 2)), np.zeros((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """

    combine = staticmethod(math.minimum)


class Concatenate(Merge):
    """The inputs one after the other on an axis.

    >>> keras.layers.Concatenate()([np.ones((1, 2)), np.zeros((1, 1))]).numpy()
    array([[1., 1., 0.]], dtype=float32)
    """

    def __init__(self, axis: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis

    def _merged_shape(self, shapes: Sequence[Any]) -> Any:
        rank = len(shapes[0])
        if any(len(shape) != rank for shape in shapes):
            raise ValueError(
                f"Concatenate {self.name!r}: the inputs need equally many axes; their shapes are "
                f"{[tuple(shape) for shape in shapes]}. At {errors.user_location()}."
            )
        axis = self.axis % rank
        sizes: list[Any] = []
        for place in range(rank):
            found = [shape[place] for shape in shapes]
            if place == axis:
                sizes.append(None if None in found else sum(found))
                continue
            known = {size for size in found if size is not None}
            if len(known) > 1:
                raise ValueError(
                    f"Concatenate {self.name!r}: on each axis but axis={self.axis} the inputs need "
                    f"the same size; their shapes are {[tuple(shape) for shape in shapes]}. "
                    f"At {errors.user_location()}."
                )
            sizes.append(None if place == 0 and None in found else next(iter(known), None))
        return tuple(sizes)

    def call(self, inputs: Any) -> Any:
        """The tensors one after the other."""
        return concat(list(inputs), self.axis)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The masks one after the other; inputs without one count whole."""
        if previous_mask is None or all(mask is None for mask in previous_mask):
            return None
        masks = []
        for tensor, mask in zip(inputs, previous_mask, strict=True):
            if mask is None:
                masks.append(ones_like(tensor, dtype="bool"))
                continue
            while len(mask.shape) < len(tensor.shape):
                mask = expand_dims(mask, -1)
            masks.append(math.logical_and(mask, ones_like(tensor, dtype="bool")))
        return math.reduce_all(concat(masks, self.axis), axis=-1)


class Dot(Merge):
    """The products of the vectors of two inputs along axes: of one example with itself.

    >>> keras.layers.Dot(axes=1)([np.ones((1, 2)), 2 * np.ones((1, 2))]).numpy()
    array([[4.]], dtype=float32)
    """

    exactly_two = True

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        is_pair = isinstance(axes, (list, tuple)) and len(axes) == 2
        if not isinstance(axes, int) and not (
            is_pair and all(isinstance(axis, int) for axis in axes)
        ):
            raise ValueError(f"Dot: axes is one axis, or a pair of them; given {axes!r}")
        self.axes = axes
        self.normalize = normalize

    def _pair(self, ranks: Sequence[int]) -> tuple[int, int]:
        axes = (self.axes, self.axes) if isinstance(self.axes, int) else tuple(self.axes)
        found = tuple([axis % rank for axis, rank in zip(axes, ranks, strict=True)])
        if 0 in found:
            raise ValueError(f"Dot {self.name!r}: axis 0 is the batch, which is not multiplied")
        return found[0], found[1]

    def _merged_shape(self, shapes: Sequence[Any]) -> Any:
        first, second = self._pair([len(shape) for shape in shapes])
        sizes = shapes[0][first], shapes[1][second]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ValueError(
                f"Dot {self.name!r}: the inputs have sizes {sizes[0]} and {sizes[1]} on the axes "
                f"{self.axes}, which need to be equal; their shapes are "
                f"{[tuple(shape) for shape in shapes]}. At {errors.user_location()}."
            )
        left = [size for axis, size in enumerate(shapes[0]) if axis != first]
        right = [size for axis, size in enumerate(shapes[1]) if axis not in (0, second)]
        found = (*left, *right)
        return found if len(found) > 1 else (*found, 1)

    def call(self, inputs: Any) -> Any:
        """The products."""
        left, right = inputs
        axes = self._pair([len(left.shape), len(right.shape)])
        if self.normalize:
            left, right = (
                math.l2_normalize(left, axis=axes[0]),
                math.l2_normalize(right, axis=axes[1]),
            )
        return batch_dot(left, right, axes)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: the axes that a mask speaks of are gone."""
        return None


@op(T="int uint float complex")
def batch_dot(x: T, y: T, axes: Any) -> Any:
    """The products of each example of two tensors along an axis of each."""
    dimensions = (([axes[0]], [axes[1]]), ([0], [0]))
    product = lax.dot_general(x, y, dimensions)
    return product[:, None] if product.ndim == 1 else product


def add(inputs: Any, **kwargs: Any) -> Any:
    """The sum of the inputs, see `Add`.

    >>> keras.layers.add([np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[2., 2.]], dtype=float32)
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """The first of two inputs minus the second, see `Subtract`.

    >>> keras.layers.subtract([np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """The product of the inputs, see `Multiply`.

    >>> keras.layers.multiply([2 * np.ones((1, 2)), np.ones((1, 2))]).numpy()
    array([[2., 2.]], dtype=float32)
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Any:
    """The mean of the inputs, see `Average`.

    >>> keras.layers.average([np.ones((1, 2)), np.zeros((1, 2))]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """The largest of the inputs, see `Maximum`.

    >>> keras.layers.maximum([np.ones((1, 2)), np.zeros((1, 2))]).numpy()
    array([[1., 1.]], dtype=float32)
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """The smallest of the inputs, see `Minimum`.

    >>> keras.layers.minimum([np.ones((1, 2)), np.zeros((1, 2))]).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """The inputs one after the other on an axis, see `Concatenate`.

    >>> keras.layers.concatenate([np.ones((1, 2)), np.zeros((1, 1))]).numpy()
    array([[1., 1., 0.]], dtype=float32)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """The products of the vectors of two inputs along axes, see `Dot`.

    >>> keras.layers.dot([np.ones((1, 2)), 2 * np.ones((1, 2))], axes=1).numpy()
    array([[4.]], dtype=float32)
    """
    return Dot(axes=axes, **kwargs)(inputs)
