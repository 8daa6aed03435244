import jax
import jax.numpy as jnp
import numpy as np
import pytest

import keratin as tf
from keratin.nn import _recurrent as recurrent

BATCH, TIME, FEATURES, UNITS = 3, 4, 2, 2
MASK = np.array([[1, 1, 1, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)
SOFT = recurrent.LSTMCell(jax.nn.softmax, jnp.tanh)

# The cell, whether the bias has two rows, a mask, masks of dropout for each gate, and options.
CASES = [
    (recurrent.SimpleCell(), False, None, 0, {}),
    (recurrent.LSTMCell(), False, None, 0, {"return_sequences": True}),
    (recurrent.LSTMCell(), False, MASK, 4, {"go_backwards": True}),
    (SOFT, False, MASK, 1, {"return_sequences": True, "zero_output_for_mask": True}),
    (recurrent.GRUCell(), True, MASK, 0, {"return_sequences": True, "go_backwards": True}),
    (recurrent.GRUCell(), True, None, 3, {"unroll": True}),
    (recurrent.FirstGRUCell(), False, MASK, 3, {"return_sequences": True}),
]


def given(cell, two_rows, mask, masks):
    random = np.random.default_rng(0)

    def values(*shape):
        return tf.constant(random.normal(0, 0.6, shape).astype("float32"))

    width = cell.gates * UNITS
    weights = {
        "inputs": values(BATCH, TIME, FEATURES),
        "states": [values(BATCH, UNITS) for _ in range(cell.state_count)],
        "kernel": values(FEATURES, width),
        "recurrent_kernel": values(UNITS, width),
        "bias": values(2, width) if two_rows else values(width),
    }
    fixed = {
        "mask": mask,
        "dropout": values(masks, BATCH, FEATURES) if masks else None,
        "recurrent_dropout": values(masks, BATCH, UNITS) if masks else None,
        "cell": cell,
    }
    return weights, fixed


def options(chosen):
    names = ("return_sequences", "go_backwards", "unroll", "zero_output_for_mask")
    return {name: chosen.get(name, False) for name in names}


def arrays(structure):
    return jax.tree.map(
        lambda x: x._value if isinstance(x, tf.Tensor) else x,
        structure,
        is_leaf=lambda x: isinstance(x, tf.Tensor),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[0]).__name__)
def test_sequences_are_steps_and_gradients_those_of_the_plain_loop(case):
    cell, two_rows, mask, masks, chosen = case
    weights, fixed = given(cell, two_rows, mask, masks)
    sources = tf.nest.flatten(weights)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        outputs = recurrent.recurrence(**weights, **fixed, **options(chosen))
        loss = sum(tf.reduce_sum(tf.sin(output)) for output in outputs)
    found = tape.gradient(loss, weights)

    plain = recurrent.recurrence.spec.body
    others = arrays(fixed) | {"mask": None if mask is None else jnp.asarray(mask)}

    @jax.jit
    def both(weights):
        outputs = plain(**weights, **others, **options(chosen))
        return sum(jnp.sum(jnp.sin(output)) for output in outputs), outputs

    (_, expected), by_weights = jax.value_and_grad(both, has_aux=True)(arrays(weights))
    for a, b in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for a, b in zip(tf.nest.flatten(found), jax.tree.leaves(by_weights), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-5)
    check_steps(weights, fixed, options(chosen), outputs)


def check_steps(weights, fixed, chosen, outputs):
    """Hold the states after the sequence against steps one by one."""
    mask, cell = fixed["mask"], fixed["cell"]
    kernels = [weights[name] for name in ("kernel", "recurrent_kernel", "bias")]
    drops = [fixed[name] for name in ("dropout", "recurrent_dropout")]
    states = weights["states"]
    for i in range(TIME)[:: -1 if chosen["go_backwards"] else 1]:
        after = recurrent.recurrent_step(weights["inputs"][:, i], states, *kernels, *drops, cell)
        if mask is not None:
            after = [tf.where(mask[:, i : i + 1], a, b) for a, b in zip(after, states, strict=True)]
        states = after
    for a, b in zip(outputs[1:], states, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def call(weights, fixed):
    return recurrent.recurrence(**weights, **fixed, **options({}))[0]


def test_states_are_zeros_if_none_are_given():
    weights, fixed = given(recurrent.LSTMCell(), False, None, 0)
    zeros = [tf.zeros((BATCH, UNITS))] * 2
    np.testing.assert_array_equal(
        call(weights | {"states": []}, fixed), call(weights | {"states": zeros}, fixed)
    )


def test_forward_accumulators_and_second_gradients():
    weights, fixed = given(recurrent.LSTMCell(), False, None, 0)
    x = weights.pop("inputs")
    along = tf.ones_like(x)
    with tf.autodiff.ForwardAccumulator(x, along) as accumulator:
        forward = tf.reduce_sum(call({"inputs": x, **weights}, fixed))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(call({"inputs": x, **weights}, fixed))
        first = tape.gradient(loss, x)
        slope = tf.reduce_sum(first * along)
    np.testing.assert_allclose(accumulator.jvp(forward), slope, rtol=1e-5)
    second = outer.gradient(slope, x)
    step = 1e-2

    def slope_at(where):
        with tf.GradientTape() as tape:
            tape.watch(where)
            loss = tf.reduce_sum(call({"inputs": where, **weights}, fixed))
        return tf.reduce_sum(tape.gradient(loss, where))

    difference = (slope_at(x + step * along) - slope_at(x - step * along)) / (2 * step)
    np.testing.assert_allclose(tf.reduce_sum(second), difference, rtol=2e-3, atol=1e-4)


def test_large_sums_saturate_the_gates():
    cell = recurrent.LSTMCell()
    total = jnp.array([[-100.0, 100.0, 100.0, -100.0]])
    output, carry = cell.step(total, jnp.zeros_like(total), (jnp.ones((1, 1)),) * 2)
    assert (float(output[0, 0]), float(carry[0, 0])) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"inputs": np.ones((3, 4, 5), "float32")}, r"expected \[batch, time, 2\]"),
        ({"inputs": np.ones((3, 2), "float32")}, r"expected \[batch, time, 2\]"),
        ({"inputs": np.ones((3, 0, 2), "float32")}, "a sequence without steps has no output"),
    ],
)
def test_mistakes_are_named(changes, said):
    weights, fixed = given(recurrent.SimpleCell(), False, None, 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=said):
        call(weights | changes, fixed)


def test_a_mask_of_another_length_is_named():
    weights, fixed = given(recurrent.SimpleCell(), False, MASK[:, :3], 0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="one value for each step"):
        call(weights, fixed)
