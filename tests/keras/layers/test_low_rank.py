import numpy as np
import pytest

from keratin import keras
from keratin.keras import layers


@pytest.mark.parametrize(
    ("layer", "x"),
    [
        (layers.Dense(4, lora_rank=2), np.ones((1, 3))),
        (layers.EinsumDense("ab,bc->ac", 4, lora_rank=2), np.ones((1, 3))),
        (layers.Embedding(5, 4, lora_rank=2), np.array([[1, 2]])),
        (layers.Conv1D(4, 2, lora_rank=2), np.ones((1, 5, 3))),
    ],
)
def test_the_change_is_of_low_rank(layer, x):
    before = layer(x).numpy()
    (left, right) = vars(layer)["_low_rank"]
    right.assign(np.ones(right.shape))
    assert not np.allclose(layer(x), before)
    names = [w.name for w in layer.trainable_weights]
    assert not any(name in ("kernel", "embeddings") for name in names)
    assert left.shape[-1] == right.shape[0] == 2


def test_alpha_scales_the_change():
    layer = layers.Dense(2)
    layer.build((None, 3))
    layer.enable_lora(1, lora_alpha=4.0)
    left, right = vars(layer)["_low_rank"]
    right.assign([[1.0, 1.0]])
    adapted = np.asarray(layer.kernel)
    frozen = next(w for w in layer.weights if w.name == "kernel").numpy()
    np.testing.assert_allclose(adapted - frozen, 4 * left.numpy() @ right.numpy(), rtol=1e-5)


def test_mistakes_are_named():
    layer = layers.Dense(2)
    with pytest.raises(ValueError, match="is not built"):
        layer.enable_lora(1)
    layer.build((None, 3))
    layer.enable_lora(1)
    with pytest.raises(ValueError, match="it is on already"):
        layer.enable_lora(1)
    with pytest.raises(AttributeError, match="has no kernel yet"):
        _ = layers.Dense(2).kernel


def test_only_the_small_weights_are_trained():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, lora_rank=1)])
    model.compile("sgd", "mse")
    kernel = next(w for w in model.weights if w.name == "kernel")
    before = kernel.numpy()
    model.fit(np.ones((8, 3)), np.zeros((8, 1)), verbose=0)
    np.testing.assert_array_equal(kernel.numpy(), before)
