"""`with_space_to_batch`: a function of images made one with holes, by way of the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keratin._engine import errors
from keratin._engine.op import T, freeze
from keratin._engine.tensor import convert_to_tensor
from keratin.array._blocks import (
    batch_to_space,
    required_space_to_batch_paddings,
    space_to_batch_nd,
)
from keratin.array._support import composite

Operation = Callable[[Any, int, Any], Any]


@composite
def with_space_to_batch(
    input: T,
    dilation_rate: Sequence[int],
    padding: Any,
    op: Operation,
    filter_shape: Sequence[int] | None = None,
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
) -> T:
    """Do `op`, which looks at neighbours, to neighbours that are `dilation_rate` apart.

    `op(input, number of spatial dimensions, padding)` is called on an input whose every
    `dilation_rate`-th place has become an image of its own, so that its neighbours are adjacent.
    `padding="SAME"` needs `filter_shape`. `spatial_dims` are the dimensions meant, by default
    those after the batch, or after batch and channels where `data_format` starts with "NC".

    >>> x = tf.reshape(tf.range(5.0), [1, 5, 1])
    >>> pairs = lambda x, rank, padding: tf.nn.avg_pool1d(x, 2, 1, padding)
    >>> tf.nn.with_space_to_batch(x, [2], "VALID", pairs)[0, :, 0].numpy()
    array([1., 2., 3.], dtype=float32)
    """
    rates = tuple(freeze(dilation_rate))
    if any(rate < 1 for rate in rates):
        raise errors.InvalidArgumentError(
            f"dilation_rate={list(rates)} was given, expected positive integers."
        )
    if all(rate == 1 for rate in rates):
        return op(input, len(rates), padding)
    first = 2 if data_format is not None and data_format.startswith("NC") else 1
    axes = tuple(freeze(spatial_dims)) if spatial_dims else tuple(range(first, first + len(rates)))
    if len(axes) != len(rates) or axes[0] < 1 or list(axes) != sorted(set(axes)):
        raise errors.InvalidArgumentError(
            f"spatial_dims={list(axes)} was given, expected {len(rates)} dimensions after the "
            "batch in rising order, one for each dilation rate."
        )
    x = convert_to_tensor(input)
    base = _base_paddings(padding, filter_shape, rates, axes)
    sizes = [x.shape[axis] for axis in axes]
    found = [freeze(p) for p in required_space_to_batch_paddings(sizes, rates, base)]
    blocks, paddings, crops = (
        [values[axes.index(axis)] if axis in axes else rest for axis in range(1, axes[-1] + 1)]
        for values, rest in ((rates, 1), (found[0], (0, 0)), (found[1], (0, 0)))
    )
    result = op(space_to_batch_nd(x, blocks, paddings), len(rates), "VALID")
    return batch_to_space(result, blocks, crops)


def _base_paddings(
    padding: Any, filter_shape: Any, rates: Sequence[int], axes: Sequence[int]
) -> list[tuple[int, int]]:
    """What makes an operation without padding one with it."""
    if padding == "VALID":
        return [(0, 0)] * len(rates)
    if not isinstance(padding, str):
        pairs = freeze(padding)
        return [tuple(pairs[axis]) for axis in axes]
    if padding != "SAME" or filter_shape is None:
        raise errors.InvalidArgumentError(
            f"padding={padding!r} and filter_shape={filter_shape} were given, expected 'VALID', a "
            "list of pairs, or 'SAME' with the shape of the filter."
        )
    extra = [(size - 1) * rate for size, rate in zip(freeze(filter_shape), rates, strict=False)]
    return [(total // 2, total - total // 2) for total in extra]
