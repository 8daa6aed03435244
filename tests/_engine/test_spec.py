import pickle

import numpy as np
import pytest

from tests.harness.parity import case, parity


def outcome(compute):
    """The result, or the class of the error."""
    try:
        return compute()
    except (ValueError, TypeError) as error:
        return type(error).__name__


def specs(tf):
    return [
        tf.TensorSpec([2]),
        tf.TensorSpec([None]),
        tf.TensorSpec([3]),
        tf.TensorSpec(None),
        tf.TensorSpec([2], tf.int32),
        tf.TensorSpec([2], name="x"),
        tf.TensorSpec([None], name="x"),
    ]


def each_pair(what):
    return lambda tf: [outcome(lambda a=a, b=b: what(a, b)) for a in specs(tf) for b in specs(tf)]


def text(value):
    return value if value is None or isinstance(value, str) else repr(value)


test_parity = parity(
    "engine_spec",
    [
        case("repr", lambda tf: [repr(spec) for spec in specs(tf)]),
        case("fields", lambda tf: [(s.shape, s.dtype, s.name) for s in specs(tf)]),
        case("value_type", lambda tf: tf.TensorSpec([2]).value_type.__name__),
        case("equal", each_pair(lambda a, b: a == b)),
        case("is_compatible_with", each_pair(lambda a, b: a.is_compatible_with(b))),
        case("is_subtype_of", each_pair(lambda a, b: a.is_subtype_of(b))),
        case("supertype", each_pair(lambda a, b: text(a.most_specific_common_supertype([b])))),
        case("compatible", each_pair(lambda a, b: text(a.most_specific_compatible_type(b)))),
        case("flatten", lambda tf: repr(tf.TensorSpec([2]).flatten())),
        case("none", lambda tf: (tf.NoneTensorSpec() == tf.NoneTensorSpec(),
                                 tf.NoneTensorSpec().is_compatible_with(None),
                                 tf.NoneTensorSpec().is_compatible_with(1))),
        case("from_spec", lambda tf: repr(tf.TensorSpec.from_spec(tf.TensorSpec([2]), name="y"))),
        case("from_tensor", lambda tf: repr(tf.TensorSpec.from_tensor(tf.zeros([2], tf.int8)))),
        case("from_value", lambda tf: [
            repr(tf.type_spec_from_value(value))
            for value in (np.zeros(2), 5, [1, 2.0], "a", tf.zeros([2]))
        ]),
        case("with_values", lambda tf: [
            tf.TensorSpec([None]).is_compatible_with(value)
            for value in (tf.zeros([2]), tf.zeros([2], tf.int32), tf.zeros([]), 5, "a")
        ]),
        case("tensors", lambda tf: tf.TensorSpec([2]).to_tensors(tf.ones([2])), vectorize=False),
        case("from_tensors", lambda tf: tf.TensorSpec([2]).from_tensors(iter([tf.ones([2])])),
             vectorize=False),
    ],
)  # fmt: skip


class Interval:
    """A composite tensor of two bounds."""

    def __init__(self, low, high):
        self.low, self.high = low, high

    @property
    def _type_spec(self):
        return interval_spec()(self.low.shape)


def interval_spec():
    import keratin as tf

    if "IntervalSpec" not in globals():

        class IntervalSpec(tf.TypeSpec):
            def __init__(self, shape):
                self.shape = tf.TensorShape(shape)

            @property
            def value_type(self):
                return Interval

            def _serialize(self):
                return (self.shape,)

            @property
            def _component_specs(self):
                return (tf.TensorSpec(self.shape), tf.TensorSpec(self.shape))

            def _to_components(self, value):
                return (value.low, value.high)

            def _from_components(self, components):
                return Interval(*components)

        globals()["IntervalSpec"] = IntervalSpec
    return globals()["IntervalSpec"]


def test_a_spec_of_ones_own(tf):
    spec_class = interval_spec()
    wide, narrow = spec_class([None]), spec_class([2])
    interval = Interval(tf.zeros([2]), tf.ones([2]))
    assert tf.type_spec_from_value(interval) == narrow != wide
    assert hash(narrow) == hash(spec_class([2]))
    assert wide.is_compatible_with(interval)
    assert narrow.is_subtype_of(wide)
    assert not wide.is_subtype_of(narrow)
    assert narrow.most_specific_compatible_type(spec_class([3])) == wide
    assert [s.shape for s in wide.flatten()] == [[None], [None]]
    tensors = wide.to_tensors(interval)
    assert [t.numpy().tolist() for t in tensors] == [[0, 0], [1, 1]]
    assert wide.from_tensors(iter(tensors)).high is interval.high
    assert repr(wide) == "IntervalSpec(TensorShape([None]))"


def test_nest_takes_composites_apart(tf):
    interval = Interval(tf.zeros([2]), tf.ones([2]))
    assert tf.nest.flatten([interval]) == [interval]
    assert len(tf.nest.flatten([interval], expand_composites=True)) == 2
    moved = tf.nest.map_structure(lambda x: x + 1, interval, expand_composites=True)
    assert moved.high.numpy().tolist() == [2, 2]
    tf.nest.assert_same_structure(interval, interval_spec()([None]), expand_composites=True)
    packed = tf.nest.pack_sequence_as(interval_spec()([2]), [1, 2], expand_composites=True)
    assert (packed.low, packed.high) == (1, 2)


def test_indexed_slices_are_made_of_tensors(tf):
    slices = tf.IndexedSlices(tf.ones([2, 3]), tf.constant([0, 4]), [5, 3])
    spec = tf.type_spec_from_value(slices)
    assert repr(spec) == (
        "IndexedSlicesSpec(TensorShape([5, 3]), tf.float32, tf.int32, tf.int32, TensorShape([2]))"
    )
    tensors = tf.nest.flatten(slices, expand_composites=True)
    assert [tensor.shape for tensor in tensors] == [[2, 3], [2], [2]]
    assert [part.shape for part in spec.flatten()] == [[2, 3], [2], [2]]
    doubled = tf.nest.map_structure(lambda x: x * 2, slices, expand_composites=True)
    assert isinstance(doubled, tf.IndexedSlices)
    assert doubled.indices.numpy().tolist() == [0, 8]


def test_tensor_arrays_are_made_of_one_tensor(tf):
    spec = tf.TensorArraySpec([2], tf.float32)
    array = tf.TensorArray(tf.float32, 2).unstack(tf.ones([2, 2]))
    (stacked,) = spec.to_tensors(array)
    assert stacked.shape == [2, 2]
    assert spec.from_tensors(iter([stacked * 3])).read(1).numpy().tolist() == [3, 3]


def test_pickles(tf):
    spec = tf.TensorSpec([None, 2], tf.int8, "x")
    assert pickle.loads(pickle.dumps(spec)) == spec  # noqa: S301


def test_values_that_do_not_fit_are_named(tf):
    with pytest.raises(TypeError, match=r"is not described by TensorSpec\(shape=\(3,\)"):
        tf.TensorSpec([3]).cast(tf.zeros([2]), None)
    with pytest.raises(TypeError, match=r"no spec of <object .*cannot be converted"):
        tf.type_spec_from_value(object())
    with pytest.raises(ValueError, match="No spec describes the values of both"):
        tf.TensorSpec([2]).most_specific_compatible_type(tf.TensorSpec([2], tf.int32))


def test_an_incomplete_subclass_is_told_what_it_lacks(tf):
    class Empty(tf.TypeSpec):
        pass

    with pytest.raises(TypeError, match="Empty must define `value_type`"):
        Empty().value_type
    with pytest.raises(TypeError, match="Empty must define `_serialize`"):
        assert Empty() == Empty()
