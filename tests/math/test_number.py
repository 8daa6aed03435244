"""Numbers as arrays."""

import numpy as np


def test_python_numbers_become_float64_and_the_rest_stays(tf):
    from keratin.math._number import as_number

    one = as_number(0.1)
    assert one.dtype == tf.float64
    assert one.numpy() == 0.1
    assert as_number(2).dtype == tf.float64
    x = tf.constant(1.0)
    assert as_number(x) is x
    assert as_number(None) is None
    inside = []
    tf.function(lambda: inside.append(as_number(0.5)))()
    assert isinstance(inside[0], np.float64)
