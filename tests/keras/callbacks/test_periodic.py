import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks._periodic import Period, checked_save_freq, told_when_due
from tests.keras.training.models import data, regression, same_bits, weights

X, Y = data(60)


class Every(keras.callbacks.Callback):
    def __init__(self, count):
        super().__init__()
        self.period = Period(count)
        self.told, self.due = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.period.begin_epoch()

    def steps_until_due(self, kind):
        return self.period.left

    @told_when_due
    def on_train_batch_end(self, batch, logs=None):
        self.told.append((batch, logs["loss"]))
        if self.period.is_due(batch):
            self.due.append(batch)


@pytest.mark.parametrize(("per_execution", "expected"), [(1, [3, 1, 5]), (3, [5, 5])])
def test_it_is_told_when_due_and_the_device_runs_the_batches_between(per_execution, expected):
    each, few, plain = regression("adam"), regression("adam"), regression("adam")
    options = {"batch_size": 10, "epochs": 2, "verbose": 0, "shuffle": False}
    for model in (each, few):
        model.steps_per_execution = per_execution
    listener = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    often, seldom = Every(4), Every(4)
    each.fit(X, Y, callbacks=[often, listener], **options)
    few.fit(X, Y, callbacks=[seldom], **options)
    plain.fit(X, Y, **options)
    assert often.due == seldom.due == expected
    assert len(seldom.told) < 12
    assert set(seldom.told) <= set(often.told) or per_execution > 1
    assert same_bits(weights(each), weights(few))
    assert same_bits(weights(plain), weights(few))


def test_batches_of_a_stream_are_counted_too():
    def batches():
        while True:
            yield X[:10], Y[:10]

    seldom = Every(4)
    regression().fit(batches(), steps_per_epoch=6, epochs=2, verbose=0, callbacks=[seldom])
    assert seldom.due == [3, 1, 5]


def test_an_epoch_of_other_length_is_counted_rightly():
    period = Period(5)
    assert [period.is_due(batch) for batch in (2, 3)] == [False, False]
    period.begin_epoch()
    assert period.left == 1
    assert period.is_due(7)
    period.begin_epoch()
    assert not period.is_due(3)
    assert period.seen == 4


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "batch", None])
def test_a_frequency_of_no_sense(wrong):
    with pytest.raises(ValueError, match=r"Mine: save_freq is 'epoch' or a number of batches"):
        checked_save_freq("Mine", wrong)
    assert checked_save_freq("Mine", np.int64(3)) == 3
    assert checked_save_freq("Mine", "epoch") is None
