"""Nested structures of lists, tuples and dicts, with tensors at their leaves."""

from keratin import _lazy
from keratin._engine.nest import assert_same_structure as assert_same_structure
from keratin._engine.nest import flatten as flatten
from keratin._engine.nest import is_nested as is_nested
from keratin._engine.nest import map_structure as map_structure
from keratin._engine.nest import pack_sequence_as as pack_sequence_as

_lazy.advise(__name__)
