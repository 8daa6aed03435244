"""Assertions about collections, text and commands, which `unittest` does not have."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import difflib
import itertools
import json
import re
import subprocess
import unittest
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib import parse


class CollectionAssertions(unittest.TestCase):
    """Assertions of a test case that take Python's collections, text and commands."""

    def assertEmpty(self, container: Any, msg: str | None = None) -> None:
        """Nothing in it."""
        self.assertLen(container, 0, msg)

    def assertNotEmpty(self, container: Any, msg: str | None = None) -> None:
        """Something in it."""
        if not len(container):
            self.fail(self._formatMessage(msg, f"{container!r} is empty."))

    def assertLen(self, container: Any, expected_len: int, msg: str | None = None) -> None:
        """As many items as expected."""
        if len(container) != expected_len:
            text = f"{container!r} has {len(container)} items, not {expected_len}."
            self.fail(self._formatMessage(msg, text))

    def assertBetween(self, value: Any, minv: Any, maxv: Any, msg: str | None = None) -> None:
        """Between two bounds, or one of them."""
        if not minv <= value <= maxv:
            self.fail(self._formatMessage(msg, f"{value!r} is not between {minv!r} and {maxv!r}."))

    def assertStartsWith(self, actual: Any, expected_start: Any, msg: str | None = None) -> None:
        """A beginning."""
        if not actual.startswith(expected_start):
            self.fail(self._formatMessage(msg, f"{actual!r} starts not with {expected_start!r}."))

    def assertNotStartsWith(
        self, actual: Any, unexpected_start: Any, msg: str | None = None
    ) -> None:
        """Another beginning."""
        if actual.startswith(unexpected_start):
            self.fail(self._formatMessage(msg, f"{actual!r} starts with {unexpected_start!r}."))

    def assertEndsWith(self, actual: Any, expected_end: Any, msg: str | None = None) -> None:
        """An end."""
        if not actual.endswith(expected_end):
            self.fail(self._formatMessage(msg, f"{actual!r} ends not with {expected_end!r}."))

    def assertNotEndsWith(self, actual: Any, unexpected_end: Any, msg: str | None = None) -> None:
        """Another end."""
        if actual.endswith(unexpected_end):
            self.fail(self._formatMessage(msg, f"{actual!r} ends with {unexpected_end!r}."))

    def assertSequenceStartsWith(self, prefix: Any, whole: Any, msg: str | None = None) -> None:
        """The first items of a sequence; a prefix that is no sequence is one item."""
        if isinstance(prefix, str) or not isinstance(prefix, Sequence):
            prefix = [prefix]
        self.assertEqual(list(prefix), list(whole[: len(prefix)]), msg)

    def assertContainsSubset(
        self, expected_subset: Any, actual_set: Any, msg: str | None = None
    ) -> None:
        """All of a set within another."""
        missing = set(expected_subset) - set(actual_set)
        if missing:
            self.fail(self._formatMessage(msg, f"{missing} is missing in {actual_set!r}."))

    def assertNoCommonElements(
        self, expected_seq: Any, actual_seq: Any, msg: str | None = None
    ) -> None:
        """Nothing that is in both."""
        common = set(expected_seq) & set(actual_seq)
        if common:
            self.fail(self._formatMessage(msg, f"{common} is in both."))

    def assertSameElements(
        self, expected_seq: Any, actual_seq: Any, msg: str | None = None
    ) -> None:
        """The same items, however often and in whatever order."""
        missing = [item for item in expected_seq if item not in actual_seq]
        extra = [item for item in actual_seq if item not in expected_seq]
        if missing or extra:
            self.fail(self._formatMessage(msg, f"Missing: {missing!r}; not expected: {extra!r}."))

    def assertItemsEqual(self, first: Any, second: Any, msg: str | None = None) -> None:
        """The same items as often, in whatever order."""
        self.assertCountEqual(first, second, msg)

    def assertContainsExactSubsequence(
        self, container: Any, subsequence: Any, msg: str | None = None
    ) -> None:
        """Items one after the other, somewhere in a sequence."""
        whole, part = list(container), list(subsequence)
        starts = range(len(whole) - len(part) + 1)
        if not any(whole[start : start + len(part)] == part for start in starts):
            self.fail(self._formatMessage(msg, f"{part!r} is not a run of items in {whole!r}."))

    def assertContainsSubsequence(
        self, container: Any, subsequence: Any, msg: str | None = None
    ) -> None:
        """Items in their order, others perhaps between them."""
        rest = iter(container)
        if not all(item in rest for item in subsequence):
            text = f"{list(subsequence)!r} is not in this order in {container!r}."
            self.fail(self._formatMessage(msg, text))

    def assertContainsInOrder(self, strings: Any, target: str, msg: str | None = None) -> None:
        """Parts of a text in their order."""
        place = 0
        for part in [strings] if isinstance(strings, str) else strings:
            found = target.find(part, place)
            if found < 0:
                self.fail(
                    self._formatMessage(msg, f"{part!r} is not found after {place}: {target}")
                )
            place = found + len(part)

    def assertRegexMatch(
        self, actual_str: Any, regexes: Sequence[Any], message: str | None = None
    ) -> None:
        """One of several patterns within a text."""
        if isinstance(regexes, (str, bytes)):
            self.fail("assertRegexMatch takes a list of patterns; use assertRegex for one.")
        if not any(re.search(pattern, actual_str) for pattern in regexes):
            self.fail(self._formatMessage(message, f"{actual_str!r} matches none of {regexes!r}."))

    def assertTotallyOrdered(self, *groups: Any, msg: str | None = None) -> None:
        """Groups of equal objects, each group above the one before, by all comparisons."""
        for one, two in itertools.product(enumerate(groups), repeat=2):
            for a, b in itertools.product(one[1], two[1]):
                order = (one[0] > two[0]) - (one[0] < two[0])
                facts = (a < b, a <= b, a == b, a != b, a >= b, a > b)
                wanted = (order < 0, order <= 0, order == 0, order != 0, order >= 0, order > 0)
                self.assertEqual(facts, wanted, msg)

    # Numbers in collections

    def assertSequenceAlmostEqual(
        self,
        expected_seq: Any,
        actual_seq: Any,
        places: Any = None,
        msg: str | None = None,
        delta: Any = None,
    ) -> None:
        """Number by number assertAlmostEqual."""
        self.assertLen(actual_seq, len(expected_seq), msg)
        for one, two in zip(expected_seq, actual_seq, strict=True):
            self.assertAlmostEqual(one, two, places, msg, delta)

    def assertDictAlmostEqual(
        self,
        a: Any,
        b: Any,
        places: Any = None,
        msg: str | None = None,
        delta: Any = None,
    ) -> None:
        """The same keys, and value by value assertAlmostEqual."""
        self.assertEqual(set(a), set(b), msg)
        for key, value in a.items():
            if isinstance(value, float):
                self.assertAlmostEqual(value, b[key], places, msg, delta)
            else:
                self.assertEqual(value, b[key], msg)

    # Structures

    def assertDictContainsSubset(
        self, subset: Mapping[Any, Any], dictionary: Mapping[Any, Any], msg: object = None
    ) -> None:
        """All items of one mapping in another."""
        self.assertEqual(dict(dictionary), {**dictionary, **subset}, msg)

    def assertMappingEqual(
        self,
        a: Any,
        b: Any,
        msg: str | None = None,
        mapping_type: type = collections.abc.Mapping,
        check_values_equality: Callable[[Any, Any], bool] = lambda a, b: a == b,
    ) -> None:
        """Two mappings of the same keys and values."""
        self.assertIsInstance(a, mapping_type, msg)
        self.assertIsInstance(b, mapping_type, msg)
        self.assertEqual(set(a), set(b), msg)
        for key in a:
            if not check_values_equality(a[key], b[key]):
                text = f"At {key!r}: {a[key]!r} and {b[key]!r}."
                self.fail(self._formatMessage(msg, text))

    def assertDataclassEqual(self, first: Any, second: Any, msg: str | None = None) -> None:
        """Two instances of one dataclass with equal fields."""
        self.assertIs(type(first), type(second), msg)
        for field in dataclasses.fields(first):
            one, two = getattr(first, field.name), getattr(second, field.name)
            if one != two:
                text = f"Field {field.name}: {one!r} and {two!r}."
                self.fail(self._formatMessage(msg, text))

    def assertSameStructure(
        self, a: Any, b: Any, aname: str = "a", bname: str = "b", msg: str | None = None
    ) -> None:
        """Nested dicts and lists alike; says each place where they are not."""
        problems = list(_differences(a, b, aname, bname))
        if problems:
            self.fail(self._formatMessage(msg, "; ".join(problems[:20])))

    def assertJsonEqual(self, first: str, second: str, msg: str | None = None) -> None:
        """Two texts of JSON that say the same."""
        self.assertSameStructure(json.loads(first), json.loads(second), "first", "second", msg)

    def assertUrlEqual(self, a: str, b: str, msg: str | None = None) -> None:
        """Two addresses alike, whatever the order of their parameters."""
        one, two = parse.urlparse(a), parse.urlparse(b)
        self.assertEqual(one._replace(query=""), two._replace(query=""), msg)
        queries = [sorted(parse.parse_qsl(u.query, keep_blank_values=True)) for u in (one, two)]
        self.assertEqual(queries[0], queries[1], msg)

    # Classes and errors

    def assertIsSubclass(self, cls: Any, superclass: Any, msg: str | None = None) -> None:
        """A class below another."""
        if not issubclass(cls, superclass):
            self.fail(self._formatMessage(msg, f"{cls!r} is no subclass of {superclass!r}."))

    def assertNotIsSubclass(self, cls: Any, superclass: Any, msg: str | None = None) -> None:
        """A class that is not below another."""
        if issubclass(cls, superclass):
            self.fail(self._formatMessage(msg, f"{cls!r} is a subclass of {superclass!r}."))

    def assertRaisesWithLiteralMatch(
        self,
        expected_exception: Any,
        expected_exception_message: str,
        callable_obj: Callable[..., Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """An error whose text is the expected one, to the letter."""
        context = self._literal(expected_exception, expected_exception_message)
        if callable_obj is None:
            return context
        with context:
            callable_obj(*args, **kwargs)
        return None

    @contextlib.contextmanager
    def _literal(self, kind: Any, message: str) -> Iterator[Any]:
        with self.assertRaises(kind) as raised:
            yield raised
        self.assertEqual(str(raised.exception), message)

    # Commands

    def assertCommandSucceeds(
        self,
        command: Any,
        regexes: Sequence[Any] = (b"",),
        env: Mapping[str, str] | None = None,
        close_fds: bool = True,
        msg: str | None = None,
    ) -> None:
        """A command that exits with 0, and whose output a pattern is found in."""
        status, output = _run(command, env, close_fds)
        if status:
            text = f"{command!r} exited with {status}: {output!r}"
            self.fail(self._formatMessage(msg, text))
        self.assertRegexMatch(output, _as_bytes(regexes), msg)

    def assertCommandFails(
        self,
        command: Any,
        regexes: Sequence[Any],
        env: Mapping[str, str] | None = None,
        close_fds: bool = True,
        msg: str | None = None,
    ) -> None:
        """A command that exits with another status than 0, and whose output matches."""
        status, output = _run(command, env, close_fds)
        if not status:
            self.fail(self._formatMessage(msg, f"{command!r} succeeded: {output!r}"))
        self.assertRegexMatch(output, _as_bytes(regexes), msg)

    # Names of older versions of unittest, which newer ones have no more.
    assert_ = failUnless = unittest.TestCase.assertTrue
    failIf = unittest.TestCase.assertFalse
    assertEquals = failUnlessEqual = unittest.TestCase.assertEqual
    assertNotEquals = failIfEqual = unittest.TestCase.assertNotEqual
    assertAlmostEquals = failUnlessAlmostEqual = unittest.TestCase.assertAlmostEqual
    assertNotAlmostEquals = failIfAlmostEqual = unittest.TestCase.assertNotAlmostEqual
    assertRaisesRegexp = unittest.TestCase.assertRaisesRegex
    assertRegexpMatches = unittest.TestCase.assertRegex
    assertNotRegexpMatches = unittest.TestCase.assertNotRegex
    failUnlessRaises = unittest.TestCase.assertRaises


def _differences(a: Any, b: Any, aname: str, bname: str) -> Iterator[str]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in a:
            if key in b:
                yield from _differences(a[key], b[key], f"{aname}[{key!r}]", f"{bname}[{key!r}]")
            else:
                yield f"{aname} has {key!r} and {bname} has not"
        yield from (f"{bname} has {key!r} and {aname} has not" for key in b if key not in a)
    elif _is_list(a) and _is_list(b):
        if len(a) != len(b):
            yield f"{aname} has {len(a)} items, {bname} {len(b)}"
        for i, (one, two) in enumerate(zip(a, b, strict=False)):
            yield from _differences(one, two, f"{aname}[{i}]", f"{bname}[{i}]")
    elif isinstance(a, str) and isinstance(b, str) and "\n" in a + b and a != b:
        yield "\n".join(difflib.ndiff(a.splitlines(), b.splitlines()))
    elif a != b:
        yield f"{aname} is {a!r}, {bname} is {b!r}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _as_bytes(patterns: Sequence[Any]) -> list[bytes]:
    return [p.encode() if isinstance(p, str) else p for p in patterns]


def _run(command: Any, env: Mapping[str, str] | None, close_fds: bool) -> tuple[int, bytes]:
    done = subprocess.run(
        command,
        env=env,
        close_fds=close_fds,
        shell=isinstance(command, str),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout
