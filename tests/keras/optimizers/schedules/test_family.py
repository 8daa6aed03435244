import pytest

from keratin import keras

schedules = keras.optimizers.schedules


def test_custom_objects():
    class Mine(schedules.ExponentialDecay):
        pass

    config = schedules.serialize(Mine(0.1, 5, 0.5))
    assert type(schedules.deserialize(config, custom_objects={"Mine": Mine})) is Mine
    with pytest.raises(TypeError, match="The class 'Mine' is not known"):
        schedules.deserialize(config)


def test_configs_of_keras_2():
    config = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 1, "decay_steps": 2}}
    assert schedules.deserialize(config)(2).numpy() == 0
