"""tf.train.Coordinator."""

import sys
import threading

import pytest

import keratin as tf


def started(target):
    thread = threading.Thread(target=target, name="worker", daemon=True)
    thread.start()
    return thread


def test_a_failing_thread_stops_all_and_is_told():
    coordinator = tf.train.Coordinator()

    def fail():
        with coordinator.stop_on_exception():
            raise KeyError("lost")

    waiting = started(lambda: coordinator.wait_for_stop())
    coordinator.register_thread(waiting)
    with pytest.raises(KeyError, match="lost"):
        coordinator.join([started(fail)])
    assert coordinator.joined
    assert not waiting.is_alive()
    with pytest.raises(KeyError):
        coordinator.raise_requested_exception()
    coordinator.clear_stop()
    assert not coordinator.should_stop()
    coordinator.raise_requested_exception()


def test_the_end_of_data_is_no_error():
    coordinator = tf.train.Coordinator()
    with coordinator.stop_on_exception():
        raise tf.errors.OutOfRangeError("end")
    coordinator.join()
    coordinator = tf.train.Coordinator(clean_stop_exception_types=(KeyError,))
    coordinator.request_stop(KeyError("x"))
    coordinator.join()
    with pytest.raises(ValueError, match="late"):
        coordinator.request_stop(ValueError("late"))


def test_the_first_of_several_errors_is_raised():
    coordinator = tf.train.Coordinator()
    try:
        raise ValueError("first")
    except ValueError:
        coordinator.request_stop(sys.exc_info())
    coordinator.request_stop(ValueError("second"))
    with pytest.raises(ValueError, match="first"):
        coordinator.join()
    with pytest.raises(TypeError, match="given 'text'"):
        coordinator.request_stop("text")


def test_threads_that_do_not_end_are_named():
    coordinator, end = tf.train.Coordinator(), threading.Event()
    thread = started(end.wait)
    coordinator.request_stop()
    with pytest.raises(RuntimeError, match="still running: worker"):
        coordinator.join([thread], stop_grace_period_secs=0.01)
    coordinator.join([thread], stop_grace_period_secs=0.01, ignore_live_threads=True)
    end.set()
    thread.join()


def test_threads_that_end_by_themselves():
    coordinator = tf.train.Coordinator()
    coordinator.join([started(lambda: None)])
    assert not coordinator.should_stop()
    assert not coordinator.wait_for_stop(0.0)
