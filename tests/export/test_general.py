"""One program of the traces at several sizes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from keratin.export._general import general
from keratin.export._sizes import NotGeneralError, Sizes, of_spec


@pytest.fixture(autouse=True)
def _wide(tf):
    """64-bit types are on once an op was used."""
    tf.zeros([])


def exported(function, *dims, dtype=np.float32):
    """A function exported for sizes that are not known, by its traces."""
    names = list(dict.fromkeys(d for one in dims for d in one if isinstance(d, str)))
    sizes = Sizes(names)

    def structs(sample=None):
        return [jax.ShapeDtypeStruct(of_spec(one, sizes, sample), dtype) for one in dims]

    programs = [jax.make_jaxpr(function)(*structs(k)) for k in range(sizes.count)]
    return jax.export.export(jax.jit(general(programs, sizes)))(*structs())


def check(function, *dims, others=({"batch": 1, "size1": 2}, {"batch": 5, "size1": 9})):
    program = exported(function, *dims)
    for values in others:
        rng = np.random.default_rng(0)
        arrays = [
            rng.normal(size=[values.get(d, d) for d in one]).astype(np.float32) for one in dims
        ]
        expected = jax.tree.leaves(jax.jit(function)(*arrays))
        for ours, theirs in zip(program.call(*arrays), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def loops(x):
    total = lax.while_loop(lambda s: s[0] < 3, lambda s: (s[0] + 1, s[1] * 2), (0, x))[1]
    carried, stacked = lax.scan(lambda c, row: (c + row, c * row), x[0], x)
    counted = lax.fori_loop(0, x.shape[0], lambda i, v: v + x[i], jnp.zeros_like(x[0]))
    chosen = lax.cond(x.sum() > 0, lambda v: v + 1, lambda v: v - 1, x)
    return total, carried, stacked, counted, chosen


def constants(x):
    rows, columns = x.shape
    return (
        x * np.arange(rows, dtype=np.float32)[:, None],
        x + np.full((rows, columns), 2.5, np.float32),
        jnp.where(np.tril(np.ones((columns, columns), bool)), x[:1, :] * x[:1, :].T, 0),
        jnp.array([rows, columns, 3]),
        x / rows + 1 / columns + rows**0.5,
    )


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.reshape(-1) * 2,
        lambda x: jnp.concatenate([x, x], axis=1)[:, 1:-1],
        lambda x: jax.nn.softmax(x @ x.T) @ x,
        lambda x: jnp.mean(x, axis=0) + jnp.var(x),
        lambda x: jnp.pad(x, ((1, 2), (0, 1))),
        lambda x: jnp.repeat(x[:, None], 3, axis=1).swapaxes(0, 1),
        lambda x: x[:, jnp.argmax(x, axis=1)].sum(axis=1),
        lambda x: jnp.sort(x, axis=1)[:, ::-1],
        lambda x: jax.random.normal(jax.random.key(0), x.shape),
        lambda x: jax.checkpoint(jnp.tanh)(x),
        lambda x: jnp.cumsum(jnp.round(x * 4), axis=1),
        lambda x: jnp.linalg.solve(x.T @ x + jnp.eye(x.shape[1]), x.T),
        loops,
        constants,
    ],
    ids=[
        *("reshape", "slices", "attention", "moments", "pad", "repeat", "gather", "sort"),
        *("random", "remat", "cumsum", "solve", "loops", "constants"),
    ],
)
def test_programs_are_the_same_at_other_sizes(function):
    check(function, ("batch", "size1"))


def windows(stride, padding):
    def function(x):
        kernel = np.linspace(-1, 1, 27, dtype=np.float32).reshape(3, 3, 3, 1)
        numbers = ("NHWC", "HWIO", "NHWC")
        return lax.conv_general_dilated(
            x, kernel, (stride,) * 2, padding, dimension_numbers=numbers
        )

    return function


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_windows_are_padded_as_odd_and_even_sizes_ask_for(padding):
    others = [{"batch": 2, "size1": 7, "size2": 8}, {"batch": 1, "size1": 12, "size2": 5}]
    check(windows(2, padding), ("batch", "size1", "size2", 3), others=others)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: jnp.stack([x[i] for i in range(x.shape[0])]), "more steps for some sizes"),
        (lambda x: x if x.shape[0] % 2 else -x, "more steps|other things"),
        (lambda x: x[: x.shape[0] % 5], "no simple way"),
        (lambda x: x + np.sin(np.arange(x.shape[0])).astype("f"), "a constant of shape"),
        (lambda x: x * float(x.shape[0] % 7), "a number changes with the sizes"),
    ],
    ids=["unrolled", "parity", "remainder", "table", "number"],
)
def test_what_is_another_program_for_other_sizes_is_refused(function, message):
    with pytest.raises(NotGeneralError, match=message):
        exported(function, ("batch",))


def test_known_sizes_need_one_trace():
    program = exported(lambda x: jnp.sin(x), (2, 3))
    assert program.in_avals[0].shape == (2, 3)
