"""Decorators of tests."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def disable_with_predicate(pred: Callable[[], bool], skip_message: str) -> Callable[..., Any]:
    """Skip a test method while `pred()` holds.

    >>> class Test(tf.test.TestCase):
    ...     @tf.test.disable_with_predicate(lambda: True, "not today")
    ...     def test_it(self):
    ...         self.fail()
    >>> result = Test("test_it").defaultTestResult()
    >>> _ = Test("test_it").run(result)
    >>> result.skipped[0][1]
    'not today'
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if pred():
                self.skipTest(skip_message)
            return method(self, *args, **kwargs)

        return call

    return decorate


def with_eager_op_as_function(cls: Any = None, only_as_function: bool = False) -> Any:
    """The class as it is: there is one way to run an op.

    >>> tf.test.with_eager_op_as_function(str)
    <class 'str'>
    """
    return cls if cls is not None else (lambda decorated: decorated)
