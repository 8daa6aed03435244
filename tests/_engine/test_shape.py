import copy
import pickle

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from tests.harness.parity import case, parity

SHAPES = [None, [], [3], [2, 3], [2, None], [None, None, 4], [0, 2]]


def each(what):
    return lambda tf: [what(tf.TensorShape(dims)) for dims in SHAPES]


def each_pair(what):
    def row(tf):
        shapes = [tf.TensorShape(dims) for dims in SHAPES]
        return [outcome(lambda a=a, b=b: what(a, b)) for a in shapes for b in shapes]

    return row


def outcome(compute):
    """The result, or the class of the error."""
    try:
        return compute()
    except (ValueError, TypeError, IndexError) as error:
        return type(error).__name__


def dims(shape):
    return "unknown" if shape.rank is None else shape.as_list()


KEYS = [0, -1, 7, slice(1, None), slice(None, 2), slice(1, 3), slice(None, -1), slice(None)]

test_parity = parity(
    "engine_shape",
    [
        case("repr", each(repr)),
        case("str", each(str)),
        case("rank", each(lambda s: (s.rank, s.ndims))),
        case("bool", each(bool)),
        case("len", each(lambda s: outcome(lambda: len(s)))),
        case("list", each(lambda s: outcome(lambda: list(s)))),
        case("as_list", each(lambda s: outcome(s.as_list))),
        case("num_elements", each(lambda s: s.num_elements())),
        case("is_fully_defined", each(lambda s: s.is_fully_defined())),
        case("items", each(lambda s: [outcome(lambda k=k: s[k]) for k in KEYS])),
        case("with_rank", each(lambda s: outcome(lambda: s.with_rank(2)))),
        case("with_rank_at_least", each(lambda s: outcome(lambda: s.with_rank_at_least(2)))),
        case("with_rank_at_most", each(lambda s: outcome(lambda: s.with_rank_at_most(1)))),
        case("assert_has_rank", each(lambda s: outcome(lambda: s.assert_has_rank(1)))),
        case("assert_fully_defined", each(lambda s: outcome(s.assert_is_fully_defined))),
        case("add", each(lambda s: [s + [3], [3] + s, (None,) + s, s.concatenate(None)])),
        case("equal", each_pair(lambda a, b: a == b)),
        case("not_equal", each_pair(lambda a, b: a != b)),
        case("is_compatible_with", each_pair(lambda a, b: a.is_compatible_with(b))),
        case("merge_with", each_pair(lambda a, b: a.merge_with(b))),
        case("assert_compatible", each_pair(lambda a, b: a.assert_is_compatible_with(b))),
        case("assert_same_rank", each_pair(lambda a, b: a.assert_same_rank(b))),
        case("most_specific", each_pair(lambda a, b: a.most_specific_compatible_shape(b))),
        case("supertype", each_pair(lambda a, b: a.most_specific_common_supertype([b]))),
        case("is_subtype_of", each_pair(lambda a, b: a.is_subtype_of(b))),
        case("concatenate", each_pair(lambda a, b: a.concatenate(b))),
        case("equal_to_others", lambda tf: [
            tf.TensorShape([2, 3]) == other for other in ((2, 3), [2, 3], [2], "a", None, [2, "a"])
        ]),
        case("from_others", lambda tf: [
            repr(tf.TensorShape(x)) for x in (3, (3,), tf.TensorShape([1]), tf.constant([1, 2]))
        ]),
        case("bad_sizes", lambda tf: [
            outcome(lambda x=x: tf.TensorShape(x)) for x in ([-1], ["a"], [2.5], [2.0])
        ]),
    ],
)  # fmt: skip


def test_a_shape_stands_where_numpy_and_jax_take_a_tuple(tf):
    import jax.numpy as jnp

    shape = tf.TensorShape([2, 3])
    assert np.zeros(shape).shape == (2, 3)
    assert jnp.zeros(shape).reshape(tf.TensorShape([3, 2])).shape == (3, 2)
    assert tuple(shape) == (2, 3)
    assert 3 in shape
    assert max(shape) == 3
    assert list(reversed(shape)) == [3, 2]
    assert "%s" % shape == "(2, 3)"


def test_dims_are_integers_or_none(tf):
    assert tf.TensorShape([np.int64(2), None]).dims == [2, None]
    assert type(tf.TensorShape([np.int64(2)])[0]) is int
    assert tf.TensorShape(None).dims is None
    assert tf.TensorShape(np.array([2, 3])) == (2, 3)


def test_equal_shapes_have_equal_hashes(tf):
    assert hash(tf.TensorShape([2, None])) == hash(tf.TensorShape((2, None))) == hash((2, None))


def test_copies_and_pickles(tf):
    for shape in (tf.TensorShape([2, None]), tf.TensorShape(None)):
        assert copy.deepcopy(shape) is shape
        assert repr(pickle.loads(pickle.dumps(shape))) == repr(shape)  # noqa: S301


def test_type_protocol(tf):
    shape = tf.TensorShape([None])
    assert (shape.flatten(), shape.to_tensors(shape)) == ([], [])
    assert shape.from_tensors(iter([])) is shape.placeholder_value(None) is shape
    assert shape.cast(tf.TensorShape([3]), None) == [3]
    with pytest.raises(TypeError, match=r"TensorShape\(\[1, 2\]\) is not described by"):
        shape.cast(tf.TensorShape([1, 2]), None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s([2, -3]), "0 or more; -3 is not. Write None for an unknown size"),
        (lambda s: s(["a"]), "must be an integer or None; 'a' is of type str"),
        (lambda s: s([2.0]), "2.0 is of type float"),
        (lambda s: s("23"), "'23' is not a shape. Give a list of sizes"),
        (lambda s: s([2, 3])[5], r"Index 5 is outside shape \(2, 3\), which has 2 dimensions"),
        (lambda s: len(s(None)), "whose number of dimensions is unknown. Give the shape first"),
        (lambda s: s([2, None]).merge_with([3, 3]), r"\(2, None\) and \(3, 3\) are not compat"),
        (lambda s: s([2]).assert_is_compatible_with([3]), r"\(2,\) and \(3,\) are incompatible"),
        (lambda s: s([2]).assert_has_rank(3), r"\(2,\) must have rank 3, but it has 1"),
        (lambda s: s([2]).with_rank_at_least(3), "at least 3; it has 1"),
        (lambda s: s([2]).with_rank_at_most(0), "at most 0; it has 1"),
        (lambda s: s([None]).assert_is_fully_defined(), r"\(None,\) is not fully defined"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises((ValueError, TypeError, IndexError), match=message):
        call(tf.TensorShape)


SIZES = st.none() | st.lists(st.none() | st.integers(0, 4), max_size=3)


@hypothesis.given(SIZES, SIZES)
def test_merging_and_widening_agree_with_compatibility(tf, first, second):
    a, b = tf.TensorShape(first), tf.TensorShape(second)
    wide = a.most_specific_compatible_shape(b)
    assert a.is_subtype_of(wide)
    assert b.is_subtype_of(wide)
    if a.is_compatible_with(b):
        merged = a.merge_with(b)
        assert merged.is_subtype_of(a)
        assert merged.is_subtype_of(b)
    else:
        with pytest.raises(ValueError, match="not compatible"):
            a.merge_with(b)
