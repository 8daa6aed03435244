"""What `restore` gives back: questions about what fitted."""

from __future__ import annotations

from typing import Any

from keratin._engine.errors import table
from keratin._engine.variable import Variable
from keratin.train._bundle import Bundle
from keratin.train._object_graph import search
from keratin.train._restoration import (
    Restoration,
    described,
    described_entry,
    misfit,
    rows_of_unmatched,
)
from keratin.train._trackable import values


class LoadStatus:
    """What a restoration brought, and what it did not."""

    def assert_consumed(self) -> LoadStatus:
        """Raise AssertionError unless all of the file was used, and all there is was restored."""
        raise NotImplementedError

    def assert_existing_objects_matched(self) -> LoadStatus:
        """Raise AssertionError unless all variables that exist by now were restored."""
        raise NotImplementedError

    def assert_nontrivial_match(self) -> LoadStatus:
        """Raise AssertionError if nothing was restored."""
        raise NotImplementedError

    def expect_partial(self) -> LoadStatus:
        """Say that it is right that not all is restored; nothing is told anyway."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Nothing: values are restored at once."""

    def initialize_or_restore(self, session: Any = None) -> None:
        """Nothing: variables have their values when they are made."""


class CheckpointLoadStatus(LoadStatus):
    """What restoring a checkpoint of objects brought."""

    def __init__(self, restoration: Restoration, root: Any):
        self._restoration = restoration
        self._root = root

    def assert_consumed(self) -> CheckpointLoadStatus:
        """Raise AssertionError unless all of the file was used, and all there is was restored."""
        rows = [*self._restoration.unused(), *self._restoration.conflicts]
        rows += self._unmatched()
        if rows:
            self._fail(rows, "and the program do not hold the same")
        return self

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """Raise AssertionError unless all variables that exist by now were restored."""
        self._restoration.look_again()
        rows = self._unmatched()
        if rows:
            self._fail(rows, "lacks what the program has")
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """Raise AssertionError if nothing but the root was restored."""
        self._restoration.look_again()
        if not any(number for number in self._restoration.met):
            names = [name.local_name for name in self._restoration.nodes[0].children]
            own = [each.path[0] for each in search(self._root) if len(each.path) == 1]
            raise AssertionError(
                f"{self._restoration.bundle.prefix}: nothing was restored. The checkpoint holds "
                f"{names[:10]}, the program {own[:10]}. Give tf.train.Checkpoint the objects under "
                "the names that they were saved with"
            )
        return self

    def _unmatched(self) -> list[tuple[str, str, str]]:
        found = [each for each in search(self._root) if not _is_optional(each.object)]
        states = {id(part) for each in search(self._root) if _is_optional(each.object)
                  for part in vars(each.object).values()}  # fmt: skip
        rest = [each for each in found if id(each.object) not in states]
        return list(rows_of_unmatched(self._restoration, rest))

    def _fail(self, rows: list[tuple[str, str, str]], what: str) -> None:
        raise AssertionError(
            f"{self._restoration.bundle.prefix}: the checkpoint {what}: {len(rows)} values do not "
            f"have a counterpart:\n{table(rows)}\nWhat has one was restored. If that is meant, "
            "call expect_partial() on what restore() returns"
        )


def _is_optional(part: Any) -> bool:
    """Whether files of TensorFlow do not hold it: generators of random numbers in layers."""
    return getattr(type(part), "_tracked_as", None) == "seed"


class NameBasedStatus(LoadStatus):
    """What restoring by the names of variables brought, from a file of TensorFlow 1."""

    def __init__(self, bundle: Bundle, root: Any, optional: Any = None):
        self._bundle = bundle
        self._root = root
        self._optional = optional
        self._used: set[str] = set()
        self._restored: set[int] = set()
        self._restore()

    def _restore(self) -> None:
        assignments, wrong = [], []
        for each in search(self._root):
            if not isinstance(each.object, Variable) or id(each.object) in self._restored:
                continue
            (value,) = values(each.object)
            key = value.full_name
            if key not in self._bundle.entries:
                continue
            problem = misfit(self._bundle, key, value)
            if problem is not None:
                wrong.append((key, described(value), problem))
            assignments.append((value, key, each.object))
        if wrong:
            raise ValueError(
                f"{self._bundle.prefix}: {len(wrong)} values of the checkpoint do not fit the "
                f"variables of their names:\n{table(wrong)}\nNothing was restored"
            )
        for _, key, _ in assignments:
            self._bundle.verify(key)
        for value, key, variable in assignments:
            value.assign(self._bundle.read(key, verified=True))
            self._used.add(key)
            self._restored.add(id(variable))

    def assert_consumed(self) -> NameBasedStatus:
        """Raise AssertionError unless all of the file was used, and all there is was restored."""
        rest = sorted(self._bundle.entries.keys() - self._used)
        rows = [(key, "nothing", described_entry(self._bundle, key)) for key in rest]
        self._check([*rows, *self._unmatched()])
        return self

    def assert_existing_objects_matched(self) -> NameBasedStatus:
        """Raise AssertionError unless all variables that exist by now were restored."""
        self._restore()
        self._check(self._unmatched())
        return self

    def assert_nontrivial_match(self) -> NameBasedStatus:
        """Raise AssertionError if nothing was restored."""
        if not self._restored:
            self._check(self._unmatched() or [("(root)", "variables", "nothing")])
        return self

    def _unmatched(self) -> list[tuple[str, str, str]]:
        return [
            (value.full_name, described(value), "nothing")
            for each in search(self._root)
            if each.object is not self._optional
            for value in values(each.object)
            if id(each.object) not in self._restored
        ]

    def _check(self, rows: list[tuple[str, str, str]]) -> None:
        if rows:
            raise AssertionError(
                f"{self._bundle.prefix}: the checkpoint knows variables by name alone, and "
                f"{len(rows)} names have no counterpart:\n{table(rows)}\nName the variables as in "
                "the file, or read them by tf.train.load_variable"
            )


class InitializationOnlyStatus(LoadStatus):
    """What `restore(None)` gives: there was no checkpoint."""

    def assert_consumed(self) -> LoadStatus:
        """Raise AssertionError: there was no checkpoint."""
        raise AssertionError(
            "No checkpoint was restored: restore() was given None, as tf.train.latest_checkpoint "
            "returns where there is none"
        )

    assert_existing_objects_matched = assert_consumed
    assert_nontrivial_match = assert_consumed
