import numpy as np
import pytest

from keratin.keras import layers


class Shapes(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = []

    def build(self, *shapes):
        self.seen.append(shapes)

    def call(self, x):
        return x


def test_the_first_call_builds():
    layer = Shapes()
    assert not layer.built
    layer(np.ones((2, 3)))
    layer(np.ones((2, 3)))
    assert layer.built and layer.seen == [((2, 3),)]


def test_a_direct_build_counts():
    layer = layers.Dense(2)
    layer.build((None, 3))
    assert layer.built and layer.get_build_config() == {"input_shape": (None, 3)}
    again = layers.Dense(2)
    again.build_from_config({"input_shape": [None, 3]})
    assert again.kernel.shape == (3, 2)


def test_shapes_by_the_names_of_arguments():
    class Two(layers.Layer):
        def build(self, left_shape, right_shape):
            self.shapes = left_shape, right_shape

        def call(self, left, right):
            return left + right

    layer = Two()
    layer(np.ones((1, 2)), np.ones((1, 1)))
    assert layer.shapes == ((1, 2), (1, 1))
    shapes = {"left_shape": (1, 2), "right_shape": (1, 1)}
    assert layer.get_build_config() == {"shapes_dict": shapes}


def test_a_list_of_inputs_gives_a_list_of_shapes():
    class Listed(layers.Layer):
        def build(self, input_shape):
            self.shapes = input_shape

        def call(self, xs):
            return xs[0]

    layer = Listed()
    layer([np.ones((1, 2)), np.ones((1, 3))])
    assert layer.shapes == [(1, 2), (1, 3)]
    assert layer.shapes[1].as_list() == [1, 3]


def test_layers_within_are_built_by_symbolic_calls():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = layers.Dense(3)

        def call(self, x):
            return self.inner(x)

    layer = Outer()
    layer.build((None, 2))
    assert layer.inner.built and layer.compute_output_shape((None, 2)) == (None, 3)


def test_a_size_that_is_missing_is_named():
    with pytest.raises(ValueError, match=r"needs the size of axis -1 .* \(None, None\)"):
        layers.Dense(2).build((None, None))


def test_weights_given_to_the_constructor_are_set():
    layer = layers.Dense(1, weights=[[[2.0]], [1.0]])
    assert layer(np.ones((1, 1))).numpy() == [[3.0]]


def test_a_build_that_calls_that_of_its_base_keeps_its_own_shape():
    class Inner(layers.Dense):
        def build(self, input_shape):
            super().build((*input_shape[:-1], 2))

    layer = Inner(3)
    layer.build((None, 5))
    assert layer.get_build_config() == {"input_shape": (None, 5)}
    timed = layers.TimeDistributed(layers.Dense(3))
    timed(np.ones((2, 4, 5)))
    assert timed.get_build_config() == {"input_shape": (2, 4, 5)}
