"""Looking at the graphs of objects: that of a checkpoint, and that of a program."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

from keratin.train._object_graph import search
from keratin.train._reader import open_bundle, read_graph
from keratin.train._trackable import children, finder


class TrackableView:
    """The objects that a checkpoint of a root would hold.

    >>> class Pair(tf.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.a, self.b = tf.Variable(1.0), tf.Variable(2.0)
    >>> pair = Pair()
    >>> view = tf.train.TrackableView(pair)
    >>> view.root is pair, len(view.descendants()), list(view.children(pair))
    (True, 3, ['a', 'b'])
    """

    def __init__(self, root: Any):
        self._root: Callable[[], Any]
        try:
            self._root = weakref.ref(root)
        except TypeError:
            self._root = lambda: root

    @classmethod
    def children(cls, obj: Any, save_type: Any = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """The parts of an object by name."""
        if getattr(save_type, "value", save_type) != "checkpoint" or kwargs:
            raise ValueError(
                "TrackableView.children: save_type is 'checkpoint', without further arguments; "
                f"given {save_type!r} {kwargs or ''}"
            )
        return children(obj)

    @property
    def root(self) -> Any:
        """The object that all others are parts of."""
        return self._root()

    def descendants(self) -> list[Any]:
        """The root and all its parts, nearest first."""
        return [found.object for found in search(self.root)]


class CheckpointView:
    """The objects in a checkpoint, by number: the root is 0.

    >>> path = tf.train.Checkpoint(a=tf.Variable(1.0), b=tf.Variable(2.0)).write("ckpt")
    >>> view = tf.train.CheckpointView(path)
    >>> view.children(0), view.descendants()
    ({'a': 1, 'b': 2}, [0, 1, 2])
    >>> matched, only_in_file, only_here = view.diff(tf.train.Checkpoint(a=tf.Variable(0.0)))
    >>> sorted(matched), only_in_file, only_here
    ([0, 1], [2], [])
    """

    def __init__(self, save_path: Any):
        nodes = read_graph(open_bundle(save_path))
        if nodes is None:
            raise ValueError(
                f"{os.fspath(save_path)}: the checkpoint knows variables by name alone, and no "
                "objects. Use tf.train.list_variables"
            )
        self._nodes = nodes

    def children(self, node_id: int) -> dict[str, int]:
        """The parts of an object: their numbers by name."""
        return {each.local_name: each.node_id for each in self._nodes[node_id].children}

    def descendants(self) -> list[int]:
        """The numbers of all objects, nearest to the root first."""
        seen = dict.fromkeys([0])
        waiting = deque([0])
        while waiting:
            for number in self.children(waiting.popleft()).values():
                if number not in seen:
                    seen[number] = None
                    waiting.append(number)
        return list(seen)

    def match(self, obj: Any) -> dict[int, Any]:
        """The parts of an object that stand in the checkpoint, by number."""
        matched: dict[int, Any] = {0: obj}
        waiting = deque([(0, obj)])
        while waiting:
            number, part = waiting.popleft()
            find = finder(part)
            for name, below in self.children(number).items():
                inner = find(name)
                if inner is not None and below not in matched:
                    matched[below] = inner
                    waiting.append((below, inner))
        return matched

    def diff(self, obj: Any) -> tuple[dict[int, Any], list[int], list[Any]]:
        """What `match` gives, the numbers that the object lacks, and the parts the file lacks."""
        matched = self.match(obj)
        known = {id(part) for part in matched.values()}
        only_in_file = [number for number in self.descendants() if number not in matched]
        only_here = [p for p in TrackableView(obj).descendants() if id(p) not in known]
        return matched, only_in_file, only_here
