"""Gradients of tables by the rows that were taken from them.

The gradient of a table is a tensor of its size, however few of its rows a batch uses. Where an
optimizer changes only rows that have a gradient, it needs no more than those: within
`value_and_gradients`, `take_rows` gives rows that a zero was added to, and the derivative with
respect to that zero is the gradient of the rows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine.indexed_slices import IndexedSlices
from keratin._engine.state import Scope, context
from keratin._engine.tensor import Tensor, wrap
from keratin._engine.variable import Variable


class TakenRows:
    """The rows that a loss takes from some tables, in the order in which it takes them."""

    def __init__(self, tables: Sequence[Variable], scope: Scope, zeros: Sequence[Any] | None):
        """`zeros` are what is added to the rows; None to find out how many there will be."""
        self.tables = {id(table): table for table in tables}
        self.scope = scope
        self.zeros = zeros
        self.taken_from: list[Variable] = []
        self.indices: list[Any] = []
        self.rows: list[Any] = []

    def takes_from(self, table: Any) -> bool:
        """Whether rows of this table are noted; not within branches and loops of the program."""
        return id(table) in self.tables and context.scope is self.scope

    def note(self, table: Variable, indices: Tensor, rows: Tensor) -> Tensor:
        """The rows, with the zero added that their gradient is taken by."""
        place = len(self.taken_from)
        self.taken_from.append(table)
        self.indices.append(indices._value)
        self.rows.append(rows._value)
        return rows if self.zeros is None else wrap(rows._value + self.zeros[place])

    def constant(self, table: Variable) -> Tensor:
        """The table, through which no gradient flows."""
        return wrap(jax.lax.stop_gradient(self.scope.values[id(table)]))


@contextlib.contextmanager
def taking_rows(taken: TakenRows) -> Iterator[None]:
    """Note in `taken` what `take_rows` takes within the block."""
    outer, context.taken_rows = context.taken_rows, taken
    try:
        yield
    finally:
        context.taken_rows = outer


def take_rows(table: Any, indices: Any, gather: Any) -> Any:
    """`gather(table, indices)`, along the first axis, by which a table may be trained."""
    taken = context.taken_rows
    if taken is None or not taken.takes_from(table):
        return gather(table, indices)
    return taken.note(table, indices, gather(taken.constant(table), indices))


def slices(
    tables: Sequence[Variable], indices: Sequence[Any], gradients: Sequence[Any]
) -> dict[int, IndexedSlices]:
    """The gradient of each table by its id, from those of the rows that were taken."""
    found: dict[int, IndexedSlices] = {}
    for table in {id(table): table for table in tables}.values():
        mine = [i for i, each in enumerate(tables) if each is table]
        size = tuple(table.shape)[1:]
        rows = jnp.concatenate([gradients[i].reshape(-1, *size) for i in mine])
        places = jnp.concatenate([indices[i].reshape(-1).astype(jnp.int64) for i in mine])
        # A number that no row has gave zeros, and changes nothing: JAX drops what is just beyond
        # the end, but counts negative numbers from there and cuts large ones to 32 bits.
        count = table._array.shape[0]
        places = jnp.where((places < 0) | (places > count), count, places)
        found[id(table)] = IndexedSlices(wrap(rows), wrap(places), tuple(table.shape))
    return found
