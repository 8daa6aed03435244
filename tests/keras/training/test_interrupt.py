import os
import signal
import threading

import numpy as np
import pytest

from keratin import keras
from keratin.keras.training.interrupt import Interrupt
from tests.keras.training.models import data, regression


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


class Press(keras.callbacks.Callback):
    def __init__(self, epoch, batch):
        super().__init__()
        self.at = (epoch, batch)
        self.ended = False

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            press_ctrl_c()

    def on_train_end(self, logs=None):
        self.ended = True


def test_ctrl_c_ends_fit_after_the_step_and_keeps_it(capsys):
    x, y = data(64)
    model = regression()
    press = Press(epoch=1, batch=2)
    history = model.fit(x, y, batch_size=16, epochs=9, verbose=2, callbacks=[press])
    assert history.epoch == [0]
    assert len(history.history["loss"]) == 1
    assert int(model.optimizer.iterations) == 7  # an epoch of four steps, and three more
    assert press.ended
    assert "Training was interrupted in epoch 2" in capsys.readouterr().out
    assert np.isfinite(model.predict(x, verbose=0)).all()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_that_is_raised_ends_fit_as_well():
    def interrupt(epoch, logs):
        raise KeyboardInterrupt

    x, y = data(64)
    end = keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)
    history = regression().fit(x, y, epochs=3, verbose=0, callbacks=[end])
    assert history.epoch == []


def test_ctrl_c_ends_evaluate_and_predict():
    x, y = data(64)
    model = regression()
    press = keras.callbacks.LambdaCallback(
        on_test_batch_end=lambda batch, logs: press_ctrl_c(),
        on_predict_batch_end=lambda batch, logs: press_ctrl_c(),
    )
    with pytest.raises(KeyboardInterrupt):
        model.evaluate(x, y, verbose=0, callbacks=[press])
    with pytest.raises(KeyboardInterrupt):
        model.predict(x, verbose=0, callbacks=[press])


def test_the_second_press_raises_unless_held_back():
    interrupt = Interrupt()
    with interrupt.watch():
        press_ctrl_c()
        assert interrupt.pending
        with interrupt.held_back():
            press_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()


def test_other_threads_leave_the_signal_alone():
    found = []

    def watch():
        with Interrupt().watch():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=watch)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]
