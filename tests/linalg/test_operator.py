"""The base of linear operators."""

import numpy as np
import pytest

from tests.linalg.operators import regular


def test_shapes(tf):
    operator = tf.linalg.LinearOperatorFullMatrix(np.zeros([5, 2, 3], np.float32))
    assert operator.shape == (5, 2, 3)
    assert operator.batch_shape == (5,)
    assert (operator.tensor_rank, operator.range_dimension, operator.domain_dimension) == (3, 2, 3)
    assert operator.shape_tensor().numpy().tolist() == [5, 2, 3]
    assert operator.batch_shape_tensor().numpy().tolist() == [5]
    assert operator.tensor_rank_tensor().numpy() == 3
    assert operator.range_dimension_tensor().numpy() == 2
    assert operator.domain_dimension_tensor().dtype == tf.int32
    assert operator.is_square is False
    assert "shape=(5, 2, 3), dtype=float32" in repr(operator)


def test_a_subclass_needs_little(tf):
    class Twice(tf.linalg.LinearOperator):
        def __init__(self, size):
            super().__init__(dtype=tf.float32, is_self_adjoint=True, is_positive_definite=True)
            self.size = size

        def _shape(self):
            return tf.TensorShape([self.size, self.size])

        def _shape_tensor(self):
            return tf.constant([self.size, self.size])

        def _matmul(self, x, adjoint=False, adjoint_arg=False):
            x = tf.linalg.adjoint(x) if adjoint_arg else x
            return 2 * x

    operator = Twice(3)
    assert operator.parameters == {"size": 3}
    np.testing.assert_array_equal(operator.to_dense(), 2 * np.eye(3))
    np.testing.assert_allclose(operator.solvevec([2.0, 4.0, 6.0]), [1, 2, 3])
    np.testing.assert_allclose(operator.determinant(), 8, rtol=1e-5)
    np.testing.assert_allclose(operator.log_abs_determinant(), np.log(8), rtol=1e-5)
    np.testing.assert_allclose(operator.eigvals(), [2, 2, 2])
    np.testing.assert_allclose(operator.cholesky().to_dense(), 2**0.5 * np.eye(3), rtol=1e-6)
    np.testing.assert_allclose(operator.trace(), 6)
    np.testing.assert_allclose(operator.add_to_tensor(np.ones([3, 3])).numpy()[0], [3, 1, 1])
    assert operator.cond() == 1
    assert operator.adjoint() is operator
    operator.assert_non_singular()
    operator.assert_positive_definite()
    operator.assert_self_adjoint()


def test_a_subclass_that_defines_too_little_is_told(tf):
    class Nothing(tf.linalg.LinearOperator):
        pass

    class Shaped(tf.linalg.LinearOperator):
        def _shape(self):
            return (2, 2)

    with pytest.raises(NotImplementedError, match="Nothing must define _shape"):
        Nothing(tf.float32).shape
    with pytest.raises(NotImplementedError, match="Shaped must define _matmul or _to_dense"):
        Shaped(tf.float32).to_dense()


def test_variables_are_found_read_late_and_trained(tf):
    v = tf.Variable([1.0, 2.0])
    operator = tf.linalg.LinearOperatorDiag(v) @ tf.linalg.LinearOperatorFullMatrix(
        np.eye(2, dtype="f")
    )
    assert operator.trainable_variables == (v,)
    assert operator.variables == (v,)
    assert len(operator.submodules) == 2
    v.assign([3.0, 4.0])
    with tf.GradientTape() as tape:
        loss = operator.log_abs_determinant()
    np.testing.assert_allclose(loss.numpy(), np.log(12), rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(loss, v), [1 / 3, 1 / 4], rtol=1e-6)


def test_within_a_compiled_function(tf):
    v = tf.Variable(regular(3, 3))
    operator = tf.linalg.LinearOperatorFullMatrix(v)

    @tf.function
    def solve(x):
        made = tf.linalg.LinearOperatorLowerTriangular(v)
        return operator.solve(x), made.matmul(x)

    x = tf.ones([3, 1])
    for found, expected in zip(solve(x), (operator.solve(x), np.tril(v.numpy()) @ x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    before = solve(x)[0].numpy()
    v.assign(2 * v)
    np.testing.assert_allclose(solve(x)[0], before / 2, rtol=1e-5)


def every_operator(L):
    full = L.LinearOperatorFullMatrix(regular(4, 4))
    small = L.LinearOperatorLowerTriangular(regular(2, 2))
    diag = L.LinearOperatorDiag([1.0, 2.0, 3.0, 4.0])
    return [
        L.LinearOperatorIdentity(4),
        L.LinearOperatorScaledIdentity(4, 2.0),
        L.LinearOperatorZeros(4, batch_shape=[1]),
        diag,
        full,
        small,
        L.LinearOperatorPermutation([1, 0, 3, 2]),
        L.LinearOperatorHouseholder([1.0, 2.0]),
        L.LinearOperatorTridiag(regular(4, 4), diagonals_format="matrix"),
        L.LinearOperatorTridiag([[1.0, 0.0], [4.0, 5.0], [0.0, 2.0]], diagonals_format="sequence"),
        L.LinearOperatorToeplitz([1.0, 2.0], [1.0, 3.0]),
        L.LinearOperatorCirculant([4.0, 1.0], "float32"),
        L.LinearOperatorCirculant2D([[4.0, 1.0]], "float32"),
        L.LinearOperatorCirculant3D([[[4.0, 1.0]]], "float32"),
        L.LinearOperatorKronecker([small, small]),
        L.LinearOperatorLowRankUpdate(diag, regular(4, 4)[:, :2]),
        L.LinearOperatorLowRankUpdate(diag, regular(4, 4)[:, :1], [2.0], regular(4, 4)[:, 1:2]),
        L.LinearOperatorAdjoint(full),
        L.LinearOperatorInversion(full),
        L.LinearOperatorComposition([full, diag]),
        L.LinearOperatorBlockDiag([small, small]),
        L.LinearOperatorBlockLowerTriangular([[small], [small, small]]),
    ]


@pytest.mark.filterwarnings("ignore:tf.function .apply. was traced")
def test_operators_are_arguments_and_results_of_compiled_functions(tf):
    traces = []

    @tf.function
    def apply(operator):
        traces.append(operator)
        return operator.to_dense(), operator.adjoint()

    for _ in range(2):
        for operator in every_operator(tf.linalg):
            dense, adjoint = apply(operator)
            np.testing.assert_allclose(dense, operator.to_dense(), rtol=1e-5, atol=1e-6)
            transposed = np.swapaxes(dense.numpy(), -1, -2)
            np.testing.assert_allclose(adjoint.to_dense(), transposed, rtol=1e-5, atol=1e-6)
            assert adjoint.shape == operator.shape
    assert len(traces) == len(every_operator(tf.linalg))


def test_an_operator_of_a_variable_is_an_argument_of_a_compiled_function(tf):
    v = tf.Variable([2.0, 4.0])
    solve = tf.function(lambda operator, x: operator.solvevec(x))
    operator = tf.linalg.LinearOperatorDiag(v)
    np.testing.assert_allclose(solve(operator, tf.ones([2])), [0.5, 0.25])
    v.assign([1.0, 2.0])
    with tf.GradientTape() as tape:
        found = solve(operator, tf.ones([2]))
    np.testing.assert_allclose(found, [1, 0.5])
    np.testing.assert_allclose(tape.gradient(found, v), [-1, -0.25])


def test_a_slice_of_the_batch(tf):
    operator = tf.linalg.LinearOperatorDiag(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    dense = operator.to_dense().numpy()
    np.testing.assert_array_equal(operator[..., 1].to_dense(), dense[:, 1])
    for key in (0, (slice(None), slice(1, None)), (1, 2), (None, 0)):
        np.testing.assert_array_equal(operator[key].to_dense(), dense[key])
    identity = tf.linalg.LinearOperatorIdentity(2, batch_shape=[3, 4])
    assert identity[1].shape == (4, 2, 2)


def test_arguments_that_do_not_fit_are_refused(tf):
    operator = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with pytest.raises(ValueError, match="dimension -2 of the argument must be 2"):
        operator.matmul(tf.ones([3, 1]))
    with pytest.raises(ValueError, match="dimension -1 of the argument must be 3"):
        operator.matvec(tf.ones([2]), adjoint=True)
    with pytest.raises(TypeError, match=r"tf\.cast\(x, tf\.float32\)"):
        operator.matmul(tf.ones([2, 1], tf.float64))
    for method in (operator.determinant, operator.log_abs_determinant):
        with pytest.raises(NotImplementedError, match="not be square"):
            method()
    with pytest.raises(NotImplementedError, match="singular"):
        tf.linalg.LinearOperatorZeros(2).solve(tf.ones([2, 1]))
    with pytest.raises(NotImplementedError, match="self-adjoint"):
        tf.linalg.LinearOperatorFullMatrix([[1.0]]).eigvals()
    with pytest.raises(ValueError, match="is_positive_definite=True"):
        tf.linalg.LinearOperatorFullMatrix([[1.0]]).cholesky()


@pytest.mark.parametrize(
    "hints",
    [
        {"is_positive_definite": True, "is_non_singular": False},
        {"is_non_singular": True, "is_square": False},
    ],
)
def test_hints_that_contradict_are_refused(tf, hints):
    with pytest.raises(ValueError, match="always"):
        tf.linalg.LinearOperatorFullMatrix([[1.0]], **hints)


def test_a_hint_that_the_shape_contradicts_is_refused(tf):
    with pytest.raises(ValueError, match="is_square=True was given"):
        tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0]], is_square=True).is_square


def test_assertions(tf):
    L, error = tf.linalg, tf.errors.InvalidArgumentError
    L.LinearOperatorFullMatrix([[2.0, 1.0], [1.0, 2.0]]).assert_positive_definite()
    with pytest.raises(error, match="singular, up to the precision"):
        L.LinearOperatorFullMatrix([[1.0, 2.0], [2.0, 4.0]]).assert_non_singular()
    with pytest.raises(error, match="not positive definite"):
        L.LinearOperatorFullMatrix([[1.0, 2.0], [2.0, 1.0]]).assert_positive_definite()
    with pytest.raises(error, match="not equal to its adjoint"):
        L.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]]).assert_self_adjoint()


def test_solving_for_an_operator_composes(tf):
    full = tf.linalg.LinearOperatorFullMatrix(regular(3, 3))
    diag = tf.linalg.LinearOperatorDiag([1.0, 2.0, 3.0])
    found = full.solve(diag)
    np.testing.assert_allclose(found.to_dense(), full.solve(diag.to_dense()), rtol=1e-5)
    assert type(diag.solve(diag)) is type(diag)
