"""Names of TensorFlow 1, and what is said of them."""

import functools
import re

import pytest

from keratin._former import FORMER


def test_names_of_tensorflow_1_say_what_to_write_instead():
    import keratin as tf

    for name, remedy in FORMER.items():
        with pytest.raises(AttributeError) as raised:
            getattr(tf, name)
        assert str(raised.value).startswith(f"tf.{name} is TensorFlow 1's")
        for path in re.findall(r"Write tf\.([\w.]+\w)\.$", remedy):
            assert functools.reduce(getattr, path.split("."), tf) is not None
