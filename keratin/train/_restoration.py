"""Bringing the values of a checkpoint to the objects of a program, those yet to come included.

The graph of the file is followed along with that of the objects, by the names of their parts. Where
the file has a part that an object lacks, the object is kept in mind, and looked at again whenever
variables have been made since. So a variable has its value from the file before anybody reads it.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from keratin._engine import errors, state
from keratin._engine.errors import table
from keratin._engine.variable import Variable
from keratin.train._bundle import Bundle, dtype_of, shape_of
from keratin.train._messages import ObjectNode
from keratin.train._trackable import Value, finder, is_container, values

Review = Callable[[list[tuple[str, str, str]]], None]


class _Pair(NamedTuple):
    """An object and its node in the file; where an object keeps it, if it is a list or the like."""

    object: Any
    node: int
    path: tuple[str, ...]
    owner: Any
    owner_node: int
    owner_path: tuple[str, ...]


class _Assignment(NamedTuple):
    value: Value
    key: str
    place: str


class _Lacking(NamedTuple):
    """An object that lacks a part: a reference, and the path to it for each of its nodes."""

    reference: Any
    nodes: dict[int, tuple[str, ...]]


class Restoration:
    """The values of one checkpoint on their way to the objects of one program."""

    def __init__(self, bundle: Bundle, nodes: list[ObjectNode], skip_slots: bool = False):
        self.bundle = bundle
        self.nodes = nodes
        self.skip_slots = skip_slots
        # The nodes that have met an object, each with the objects that it has met.
        self.met: dict[int, list[Any]] = {}
        # Variables that stand in two places of the file.
        self.conflicts: list[tuple[str, str, str]] = []
        self._values_of: dict[int, tuple[Any, int]] = {}
        self._lacking: dict[int, _Lacking] = {}
        self._is_new_variable_there = False
        self._is_at_work = False

    def start(self, root: Any, review: Review | None = None) -> None:
        """Restore what is there, and wait for the rest.

        `review` is told what does not fit, before anything is assigned, and may raise.
        """
        self._run([_Pair(root, 0, (), root, 0, ())], review or self._refuse)
        for each in list(state.waiting):
            if isinstance(each, Restoration):
                each._leave(self)
        if self._lacking:
            state.waiting.append(self)

    def _leave(self, later: Restoration) -> None:
        """Leave what waits here to a later restoration of the same objects."""
        references = [reference for objects in later.met.values() for reference in objects]
        for part in [reference() for reference in references]:
            self._lacking.pop(id(part), None)
        self._rest()

    # What is told while waiting

    def created(self, variable: Variable) -> None:
        """A variable has been made, which may be one to come."""
        if not self._is_at_work:
            self._is_new_variable_there = True
            state.put_off(variable)

    def used(self) -> None:
        """Somebody needs the value of a new variable."""
        if self._is_new_variable_there:
            self.look_again()

    def attached(self, owner: Any) -> None:
        """An attribute was set; the object may be one that lacked it."""
        if id(owner) in self._lacking and not self._is_at_work:
            self._look_at([id(owner)])

    def look_again(self) -> None:
        """Restore what has come since."""
        if not self._is_at_work:
            self._is_new_variable_there = False
            self._look_at(list(self._lacking))

    def _look_at(self, identities: list[int]) -> None:
        pairs = []
        for identity in identities:
            reference, nodes = self._lacking.pop(identity)
            owner = reference()
            if owner is not None and id(owner) == identity:
                pairs += [_Pair(owner, n, path, owner, n, path) for n, path in nodes.items()]
        try:
            self._run(pairs, self._refuse)
        finally:
            self._rest()

    def _rest(self) -> None:
        """Wait no longer if nothing is lacking."""
        if not self._lacking and self in state.waiting:
            state.waiting.remove(self)

    # The work

    def _refuse(self, wrong: list[tuple[str, str, str]]) -> None:
        if wrong:
            raise ValueError(
                f"{self.bundle.prefix}: {len(wrong)} values of the checkpoint do not fit what they "
                f"are for:\n{table(wrong)}\nNothing was restored. Make the variables as they were "
                "when the checkpoint was written"
            )

    def _run(self, pairs: list[_Pair], review: Review) -> None:
        if not pairs:
            return
        self._is_at_work = True
        try:
            assignments, wrong = self._compare(pairs)
            review(wrong)
            self._assign(assignments)
        finally:
            self._is_at_work = False

    def _compare(self, pairs: list[_Pair]) -> tuple[list[_Assignment], list[tuple[str, str, str]]]:
        """What is to be assigned, and what does not fit."""
        assignments: list[_Assignment] = []
        wrong: list[tuple[str, str, str]] = []
        waiting = deque(pairs)
        with_slots: list[_Pair] = []
        seen: set[tuple[int, int]] = set()
        alive = []  # so that no identity is used twice
        while waiting:
            pair = waiting.popleft()
            if (id(pair.object), pair.node) in seen:
                continue
            seen.add((id(pair.object), pair.node))
            alive.append(pair.object)
            if self._meet(pair):
                self._own_values(pair, assignments, wrong)
            waiting.extend(self._parts(pair))
            if self.nodes[pair.node].slot_variables:
                with_slots.append(pair)
            if not waiting:  # slots belong to variables, all of which are known by now
                waiting.extend(slot for pair in with_slots for slot in self._slots(pair))
                with_slots.clear()
        return assignments, wrong

    def _meet(self, pair: _Pair) -> bool:
        """Note that an object stands for a node; whether its values are news."""
        objects = self.met.setdefault(pair.node, [])
        if is_container(pair.object):
            return False
        if self._has_met(pair.object, pair.node):
            return False
        objects.append(_reference(pair.object))
        before = self._values_of.get(id(pair.object))
        if before is not None and before[0]() is pair.object:
            if self.nodes[pair.node].attributes:
                self.conflicts.append(
                    (
                        "/".join(pair.path),
                        f"a part of its own ({_keys(self.nodes[pair.node])})",
                        f"the one restored from {_keys(self.nodes[before[1]])}",
                    )
                )
            return False
        if self.nodes[pair.node].attributes:
            self._values_of[id(pair.object)] = (_reference(pair.object), pair.node)
        return True

    def _own_values(
        self, pair: _Pair, assignments: list[_Assignment], wrong: list[tuple[str, str, str]]
    ) -> None:
        stored = {a.name: a.checkpoint_key for a in self.nodes[pair.node].attributes}
        place = "/".join(pair.path) or "(root)"
        for value in values(pair.object):
            key = stored.get(value.name)
            if key is None:
                continue
            problem = misfit(self.bundle, key, value)
            if problem is None:
                assignments.append(_Assignment(value, key, place))
            else:
                wrong.append((place, described(value), problem))

    def _parts(self, pair: _Pair) -> Iterator[_Pair]:
        """The parts that have not met their nodes yet."""
        references = self.nodes[pair.node].children
        skips = getattr(type(pair.object), "_checkpoint_skips", None)
        skipped = () if skips is None else skips(pair.object, {r.local_name for r in references})
        find = finder(pair.object)
        for reference in references:
            if reference.local_name in skipped:
                continue
            part = find(reference.local_name)
            if part is None:
                self._lacks(pair)
                continue
            path = (*pair.path, reference.local_name)
            if is_container(part):
                owner = (pair.owner, pair.owner_node, pair.owner_path)
            elif self._has_met(part, reference.node_id):
                continue
            else:
                owner = (part, reference.node_id, path)
            yield _Pair(part, reference.node_id, path, *owner)

    def _has_met(self, part: Any, node: int) -> bool:
        return any(reference() is part for reference in self.met.get(node, ()))

    def _lacks(self, pair: _Pair) -> None:
        lacking = self._lacking.get(id(pair.owner))
        if lacking is None or lacking.reference() is not pair.owner:
            lacking = self._lacking[id(pair.owner)] = _Lacking(_reference(pair.owner), {})
        lacking.nodes[pair.owner_node] = pair.owner_path

    def _slots(self, pair: _Pair) -> Iterator[_Pair]:
        """What an optimizer of TensorFlow's keeps for each variable, by its name."""
        find = getattr(type(pair.object), "_checkpoint_slot", None)
        if find is None or self.skip_slots:
            return
        for slot in self.nodes[pair.node].slot_variables:
            path = (*pair.path, slot.slot_name)
            node = slot.slot_variable_node_id
            for reference in self.met.get(slot.original_variable_node_id, ()):
                kept = find(pair.object, reference(), slot.slot_name)
                if kept is None:
                    self._lacks(pair)
                elif not self._has_met(kept, node):
                    yield _Pair(kept, node, path, kept, node, path)

    def _assign(self, assignments: list[_Assignment]) -> None:
        """Set all values, once the checksums of all have been found right."""
        for assignment in assignments:
            self.bundle.verify(assignment.key)
        for assignment in assignments:
            assignment.value.assign(self.bundle.read(assignment.key, verified=True))

    # What is asked afterwards

    def unused(self, without: Collection[int] = ()) -> list[tuple[str, str, str]]:
        """The values of the file that have met no object, those of some nodes aside."""
        self.look_again()
        rows = []
        for number, node in enumerate(self.nodes):
            if number in self.met or number in without:
                continue
            if self.skip_slots and number in self._slot_nodes():
                continue
            for attribute in node.attributes:
                found = described_entry(self.bundle, attribute.checkpoint_key)
                rows.append((attribute.checkpoint_key, "nothing", found))
        return rows

    def _slot_nodes(self) -> set[int]:
        return {slot.slot_variable_node_id for node in self.nodes for slot in node.slot_variables}

    def nodes_behind(self, names: Collection[str]) -> set[int]:
        """The nodes that only parts of these names lead to."""
        reached = {0}
        waiting = [0]
        while waiting:
            for reference in self.nodes[waiting.pop()].children:
                if reference.local_name not in names and reference.node_id not in reached:
                    reached.add(reference.node_id)
                    waiting.append(reference.node_id)
        return set(range(len(self.nodes))) - reached

    def has_values_for(self, part: Any) -> bool:
        """Whether an object has been given values of the file."""
        found = self._values_of.get(id(part))
        return found is not None and found[0]() is part


def _reference(part: Any) -> Any:
    """A reference that does not keep an object alive, if there can be one."""
    try:
        return weakref.ref(part)
    except TypeError:
        return lambda: part


def _keys(node: ObjectNode) -> str:
    return ", ".join(attribute.checkpoint_key for attribute in node.attributes)


def misfit(bundle: Bundle, key: str, value: Value) -> str | None:
    """What the file has for a value, if it is not of its dtype and shape."""
    entry = bundle.entries.get(key)
    if entry is None:
        return "nothing"
    fits = dtype_of(entry) is value.dtype and (
        value.shape is None
        or (
            len(value.shape) == len(shape_of(entry))
            and all(
                size is None or size == found
                for size, found in zip(value.shape, shape_of(entry), strict=True)
            )
        )
    )
    return None if fits else described_entry(bundle, key)


def described(value: Value) -> str:
    """Shape and dtype, for tables."""
    return f"{'' if value.shape is None else tuple(value.shape)} {value.dtype.name}".strip()


def described_entry(bundle: Bundle, key: str) -> str:
    """Shape and dtype of a value in a file, for tables."""
    entry = bundle.entries.get(key)
    if entry is None:
        return "nothing"
    return f"{shape_of(entry)} {dtype_of(entry).name}"


def checked_nodes(bundle: Bundle, nodes: list[ObjectNode]) -> list[ObjectNode]:
    """The nodes of a file, none of which leads out of them."""
    count = len(nodes)
    if not count:
        raise errors.DataLossError(f"{bundle.prefix}: its graph of objects has no objects")
    for node in nodes:
        numbers = [reference.node_id for reference in node.children]
        for slot in node.slot_variables:
            numbers += [slot.original_variable_node_id, slot.slot_variable_node_id]
        if any(not 0 <= number < count for number in numbers):
            raise errors.DataLossError(
                f"{bundle.prefix}: its graph of objects has {count} objects, and leads to number "
                f"{next(n for n in numbers if not 0 <= n < count)}"
            )
    return nodes


def rows_of_unmatched(restoration: Restoration, found: list[Any]) -> Iterator[tuple[str, str, str]]:
    """The objects with values of their own that have been given none."""
    for each in found:
        own = values(each.object)
        if own and not restoration.has_values_for(each.object):
            yield each.place, ", ".join(described(value) for value in own), "nothing"
