"""How much a program is worth compiling: its work, and the options that follow from it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import keratin as tf
from keratin._engine import compiling


def work(function, *arrays):
    return compiling.work_of(jax.make_jaxpr(function)(*arrays).jaxpr)


X = np.ones((4, 6), np.float32)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x + x, 24),
        (lambda x: x.sum(), 24),
        (lambda x: x @ x.T, 2 * 4 * 4 * 6 + 24),
        (lambda x: jax.lax.scan(lambda c, _: (c + c, None), x, None, length=10)[0], 240),
        (lambda x: jax.lax.cond(x[0, 0] > 0, lambda: x @ x.T @ x, lambda: x), None),
        (lambda x: jax.lax.while_loop(lambda c: c[0, 0] < 9, lambda c: c + 1, x), np.inf),
        (lambda x: jnp.sort(x), np.inf),
    ],
    ids=["add", "sum", "matmul", "scan", "cond", "while", "sort"],
)
def test_work(function, expected):
    found = work(function, X)
    if expected is None:  # that of the dearer branch
        expected = work(lambda x: x @ x.T @ x, X) + work(lambda x: x[0, 0] > 0, X) + 1
        assert 0 <= expected - found <= 1
    else:
        assert found == expected


def test_little_work_is_compiled_cheaply_and_much_is_not(monkeypatch):
    options = []

    class Lowered:
        def compile(self, compiler_options=None):
            options.append(compiler_options)

    few, many = np.ones((4, 4)), np.ones((100, 100))
    for x in (few, many):
        compiling.compiled(Lowered(), jax.make_jaxpr(lambda x: x @ x)(x).jaxpr)
    assert options == [compiling.cheap_options(), None]


def test_an_xla_without_the_options_compiles_all_the_same(monkeypatch):
    compiling.cheap_options.cache_clear()
    monkeypatch.setattr(compiling, "_CHEAPLY", {"xla_cpu_no_such_option": 1})
    monkeypatch.setattr(jax, "__version_info__", (0, 11, 0))
    try:
        assert compiling.cheap_options() is None
        assert compiling.jit_op(lambda x: x + 1)(X)[0, 0] == 2
    finally:
        compiling.cheap_options.cache_clear()


def test_on_other_devices_nothing_is_asked_for(monkeypatch):
    compiling.cheap_options.cache_clear()
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    try:
        assert compiling.cheap_options() is None
    finally:
        compiling.cheap_options.cache_clear()


def test_ops_work_where_jax_traces_tensors():
    x = tf.constant([1.0, 2.0])
    found = jax.vmap(lambda t: tf.tanh(t) * 2.0)(x)
    np.testing.assert_allclose(found, np.tanh([1, 2]) * 2, rtol=1e-6)
    found = jax.jit(lambda t: tf.tanh(t)[0])(x)
    np.testing.assert_allclose(found, np.tanh(1), rtol=1e-6)


def test_what_an_op_refuses_is_told_though_jax_traces():
    with pytest.raises(tf.errors.InvalidArgumentError, match="matmul"):
        tf.linalg.matmul(tf.ones((2, 3)), tf.ones((2, 3)))


def test_a_call_of_python_without_arguments_is_no_work():
    program = jax.make_jaxpr(lambda: jax.debug.callback(lambda: None, ordered=True))()
    assert compiling.work_of(program.jaxpr) == 0
