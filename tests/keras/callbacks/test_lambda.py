import pytest

from keratin import keras


def test_each_function_takes_the_place_of_a_method():
    seen = []
    callback = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append("begin"),
        on_epoch_end=lambda epoch, logs: seen.append((epoch, logs["loss"])),
        on_test_end=lambda logs: seen.append("test"),
        label="mine",
    )
    callback.on_train_begin({})
    callback.on_epoch_begin(0)
    callback.on_epoch_end(2, {"loss": 1.0})
    callback.on_test_end({})
    assert seen == ["begin", (2, 1.0), "test"]
    assert callback.label == "mine"


def test_events_that_there_are_not():
    with pytest.raises(TypeError, match="Did you mean 'on_epoch_end'"):
        keras.callbacks.LambdaCallback(on_epochs_end=print)
