"""How variables come to be."""

import pytest


def test_a_creator_scope_takes_part(tf):
    made = []

    def creator(next_creator, **kwargs):
        made.append(kwargs["name"])
        return next_creator(**{**kwargs, "trainable": False})

    with tf.variable_creator_scope(creator):
        v = tf.Variable(1.0, name="a")
    assert made == ["a"]
    assert not v.trainable


def test_a_variable_is_created_on_the_first_call_only(tf):
    class Counter(tf.Module):
        v = None

        @tf.function
        def __call__(self, x):
            if self.v is None:
                self.v = tf.Variable(tf.zeros_like(x))
            self.v.assign_add(x)
            return self.v * 1.0

    counter = Counter()
    assert [counter(tf.constant(2.0)).numpy() for _ in range(3)] == [2.0, 4.0, 6.0]
    assert counter.variables[0].numpy() == 6.0

    @tf.function
    def careless(x):
        return tf.Variable(1.0) + x

    with pytest.raises(ValueError, match="created on a later call of the function 'careless'"):
        careless(tf.constant(1.0))


def test_a_variable_made_from_a_callable_in_a_function(tf):
    state = {}

    @tf.function
    def f(x):
        if "v" not in state:
            state["v"] = tf.Variable(lambda: tf.random.normal([2]))
        return state["v"] + x

    first = f(tf.constant([0.0, 0.0]))
    assert (first.numpy() == f(tf.constant([0.0, 0.0])).numpy()).all()
