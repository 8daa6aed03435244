import pytest

from keratin import keras
from tests.harness.real_keras import real

NAMES = [
    name
    for name, value in vars(real.optimizers).items()
    if isinstance(value, type)
    and name not in ("Optimizer", "OptimizerMap", "MultiOptimizer", "LossScaleOptimizer")
]


@pytest.mark.parametrize("name", NAMES)
def test_by_name(name):
    for spelling in (name, name.lower()):
        found = keras.optimizers.get(spelling)
        assert type(found) is getattr(keras.optimizers, name)


def test_by_other_means():
    adam = keras.optimizers.Adam(0.5)
    assert keras.optimizers.get(adam) is adam
    assert keras.optimizers.get(None) is None
    assert isinstance(keras.optimizers.get(keras.optimizers.SGD), keras.optimizers.SGD)
    config = {"class_name": "sgd", "config": {"learning_rate": 0.5, "momentum": 0.9}}
    assert keras.optimizers.get(config).momentum == 0.9


def test_config_of_keras_2():
    former = {
        "name": "Adam",
        "learning_rate": 0.25,
        "decay": 0.0,
        "jit_compile": False,
        "is_legacy_optimizer": False,
    }
    found = keras.optimizers.deserialize({"class_name": "Adam", "config": former})
    assert float(found.learning_rate) == 0.25
    assert "decay" not in found.get_config()


def test_custom_objects():
    class Mine(keras.optimizers.SGD):
        def __init__(self, extra=1.0, **kwargs):
            super().__init__(**kwargs)
            self.extra = extra

    config = keras.optimizers.serialize(Mine(extra=2.0, learning_rate=0.5))
    found = keras.optimizers.deserialize(config, custom_objects={"Mine": Mine})
    assert type(found) is Mine and found.extra == 2.0 and float(found.lr) == 0.5


def test_what_is_no_optimizer():
    with pytest.raises(ValueError, match=r"Unknown optimizer: 'adamm'. Did you mean 'adam'\?"):
        keras.optimizers.get("adamm")
    with pytest.raises(ValueError, match=r"This is no optimizer: .* such as 'adam'"):
        keras.optimizers.get(lambda: None)


def test_legacy_names_are_the_same_classes():
    for name in ("Adagrad", "Adam", "Ftrl", "RMSprop", "SGD", "Optimizer"):
        assert getattr(keras.optimizers.legacy, name) is getattr(keras.optimizers, name)
