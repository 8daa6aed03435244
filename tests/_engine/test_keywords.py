"""Keyword arguments that a class does not have."""

import pytest


def test_the_nearest_keyword_is_named(tf):
    with pytest.raises(TypeError, match=r"tf.Variable\(\) has no argument 'trainble'.*'trainable'"):
        tf.Variable(1.0, trainble=False)
    with pytest.raises(TypeError, match=r"'persistant'. Did you mean 'persistent'.*line \d+\.$"):
        tf.GradientTape(persistant=True)


def test_other_mistakes_keep_their_own_error(tf):
    with pytest.raises(TypeError, match="positional"):
        tf.GradientTape(True, True, True)
    with pytest.raises((TypeError, ValueError), match=r"dtype|kind"):
        tf.Variable(1.5, dtype=tf.int32)


def test_subclasses_are_judged_by_their_own_arguments(tf):
    class Counter(tf.Variable):
        def __init__(self, start=0):
            super().__init__(start)

    assert Counter(start=2).numpy() == 2
    with pytest.raises(
        TypeError, match=r"^Counter\(\) has no argument 'strat'. Did you mean 'start'"
    ):
        Counter(strat=2)
