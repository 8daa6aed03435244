import numpy as np
import pytest

from keratin import keras
from tests.keras.optimizers.agreement import check, check_steps, trained

ROWS = [
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.5}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.2}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.5}),
    ("SGD", {"learning_rate": 0.1, "weight_decay": 0.3}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.8}),
    ("SGD", {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3}),
    ("SGD", {"learning_rate": 0.1, "loss_scale_factor": 4.0}),
    ("SGD", {"learning_rate": 0.1, "gradient_accumulation_steps": 3}),
    (
        "Adam",
        {
            "learning_rate": lambda schedules: schedules.ExponentialDecay(0.1, 5, 0.5),
            "weight_decay": 0.1,
            "clipnorm": 0.5,
            "use_ema": True,
            "ema_overwrite_frequency": 2,
            "gradient_accumulation_steps": 3,
        },
    ),
]


@pytest.mark.parametrize(("name", "arguments"), ROWS, ids=lambda v: v if isinstance(v, str) else "")
def test_agrees_with_keras(name, arguments):
    check(name, arguments)


@pytest.mark.parametrize(
    "excluded", [{"var_names": ["bias"]}, {"var_list": [0]}, {"var_names": ["ker.*", "no"]}]
)
def test_variables_left_out_of_weight_decay(excluded):
    def prepare(optimizer, weights):
        chosen = {key: value for key, value in excluded.items() if key == "var_names"}
        if "var_list" in excluded:
            chosen["var_list"] = [weights[place] for place in excluded["var_list"]]
        optimizer.exclude_from_weight_decay(**chosen)

    check_steps("AdamW", {"learning_rate": 0.1, "weight_decay": 0.5}, prepare)


def test_decay_leaves_out_by_path():
    weight = keras.Variable([1.0], name="gamma")
    weight._name = "layer_norm/gamma"
    optimizer = keras.optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["layer_norm"])
    optimizer.apply([np.zeros(1, "float32")], [weight])
    assert weight.numpy() == 1.0


def test_averages_replace_the_weights_in_the_end():
    arguments = {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5}
    optimizer, weights = trained(keras, "SGD", arguments, steps=3)
    averages = [v.numpy() for v in optimizer.variables if "average" in v.name]
    assert not np.allclose(weights[0].numpy(), averages[0])
    optimizer.finalize_variable_values(weights)
    np.testing.assert_array_equal(weights[0].numpy(), averages[0])
    np.testing.assert_array_equal(weights[1].numpy(), averages[1])


def test_without_averages_the_weights_stay():
    optimizer, weights = trained(keras, "SGD", {}, steps=1)
    before = weights[0].numpy()
    optimizer.finalize_variable_values(weights)
    np.testing.assert_array_equal(weights[0].numpy(), before)


@pytest.mark.parametrize("name", ["clipnorm", "global_clipnorm"])
def test_clipping_counts_in_float32(name):
    weight = keras.Variable(np.zeros(4, "float16"), dtype="float16")
    optimizer = keras.optimizers.SGD(1.0, **{name: 1.0})
    optimizer.apply([np.full(4, 300, "float16")], [weight])  # the squares overflow float16
    np.testing.assert_allclose(weight.numpy(), [-0.5] * 4, rtol=1e-3)
