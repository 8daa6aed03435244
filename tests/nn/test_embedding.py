"""Embedding lookups."""

import numpy as np
import pytest

from tests.harness.parity import case, f16, f32, parity

TABLE = f32(5, 3)
PLACES = np.array([[0, 0], [0, 2], [1, 1], [2, 0], [2, 1], [2, 3]])
IDS = np.array([1, 3, 4, 0, 1, 1])
WEIGHTS = np.array([0.5, 2, 1, 1, 3, 0.25], np.float32)
# A row without ids, ids that are none, weights that are none.
GAPS = np.array([[0, 0], [0, 2], [2, 1], [3, 0], [3, 1]])
SOME_IDS = np.array([1, -1, 4, -2, -1])
SOME_WEIGHTS = np.array([0.5, 2, -1, 1, 3], np.float32)


def sparse(tf, values, places=PLACES, shape=(3, 4)):
    return tf.SparseTensor(places, values, shape)


def combined(combiner, weighted, **options):
    def fn(tf, table, weights):
        ids = sparse(tf, tf.constant(IDS))
        pair = sparse(tf, weights) if weighted else None
        return tf.nn.embedding_lookup_sparse(table, ids, pair, combiner=combiner, **options)

    return fn


def safe(combiner, weighted, **options):
    def fn(tf, table, weights):
        ids = sparse(tf, tf.constant(SOME_IDS), GAPS, (5, 4))
        pair = sparse(tf, weights, GAPS, (5, 4)) if weighted else None
        return tf.nn.safe_embedding_lookup_sparse(table, ids, pair, combiner, **options)

    return fn


CASES = [
    case(
        "lookup", lambda tf, t, i: tf.nn.embedding_lookup(t, i), TABLE, np.array([[1, 4], [1, 0]])
    ),
    case("lookup_scalar", lambda tf, t: tf.nn.embedding_lookup(t, 2), TABLE),
    case(
        "lookup_empty", lambda tf, t, i: tf.nn.embedding_lookup(t, i), TABLE, np.zeros(0, np.int32)
    ),
    case(
        "lookup_max_norm",
        lambda tf, t, i: tf.nn.embedding_lookup(t, i, max_norm=1.0),
        TABLE,
        np.array([1, 4, 1]),
    ),
    case(
        "lookup_max_norm_rank_3",
        lambda tf, t, i: tf.nn.embedding_lookup(t, i, max_norm=1.5),
        f32(4, 2, 2),
        np.array([[1, 3]]),
    ),
    case(
        "lookup_parts",
        lambda tf, a, b, i: tf.nn.embedding_lookup([a, b], i),
        f32(3, 2),
        f32(2, 2),
        np.array([0, 4, 3, 2]),
    ),
    case("sparse_mean", combined("mean", True), TABLE, WEIGHTS),
    case("sparse_sum", combined("sum", True), TABLE, WEIGHTS),
    case("sparse_sqrtn", combined("sqrtn", True), TABLE, WEIGHTS),
    case("sparse_mean_unweighted", combined(None, False), TABLE, WEIGHTS, grad=[0]),
    case("sparse_sum_unweighted", combined("sum", False), TABLE, WEIGHTS, grad=[0]),
    case("sparse_sqrtn_unweighted", combined("sqrtn", False), TABLE, WEIGHTS, grad=[0]),
    case("sparse_max_norm", combined("mean", True, max_norm=1.0), TABLE, WEIGHTS),
    case("sparse_rank_3", combined("sum", True), f32(5, 2, 2), WEIGHTS),
    case("sparse_half", combined("mean", True), f16(5, 3), WEIGHTS),
    case("safe_mean", safe("mean", True), TABLE, SOME_WEIGHTS, grad=[0]),
    case("safe_sum", safe("sum", True), TABLE, SOME_WEIGHTS, grad=[0]),
    case("safe_sqrtn", safe("sqrtn", True), TABLE, SOME_WEIGHTS, grad=[0]),
    case("safe_unweighted", safe("mean", False), TABLE, SOME_WEIGHTS, grad=[0]),
    case("safe_default", safe("mean", True, default_id=2), TABLE, SOME_WEIGHTS, grad=[0]),
    case(
        "safe_default_max_norm",
        safe("sum", False, default_id=2, max_norm=1.0),
        TABLE,
        SOME_WEIGHTS,
        grad=[0],
    ),
    case(
        "safe_rank_3",
        lambda tf, t: tf.nn.safe_embedding_lookup_sparse(
            t, tf.SparseTensor([[0, 0, 1], [1, 0, 0], [1, 1, 1]], [3, 1, 2], [2, 2, 2])
        ),
        TABLE,
    ),
]
test_parity = parity("nn_embedding", CASES)


def test_rows_without_ids_at_the_end_are_zero(tf):
    # TensorFlow leaves them out of the result.
    ids = sparse(tf, [1], [[0, 0]], (3, 1))
    result = tf.nn.embedding_lookup_sparse(np.ones((2, 2), np.float32), ids, None)
    np.testing.assert_array_equal(result.numpy(), [[1, 1], [0, 0], [0, 0]])


def test_mistakes_are_named(tf):
    table = np.ones((2, 2), np.float32)
    with pytest.raises(ValueError, match=r"indices\[1\] = 2 is not in \[0, 2\)"):
        tf.nn.embedding_lookup(table, [0, 2])
    with pytest.raises(TypeError, match=r"expected a tf.SparseTensor.*tf.nn.embedding_lookup"):
        tf.nn.embedding_lookup_sparse(table, [0, 1], None)
    with pytest.raises(ValueError, match="'mean', 'sqrtn' or 'sum'"):
        tf.nn.embedding_lookup_sparse(table, sparse(tf, [1], [[0, 0]]), None, combiner="max")
    with pytest.raises(ValueError, match="2 values and the ids have 1"):
        tf.nn.embedding_lookup_sparse(
            table, sparse(tf, [1], [[0, 0]]), sparse(tf, [1.0, 2.0], [[0, 0], [0, 1]])
        )
