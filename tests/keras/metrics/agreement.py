"""Whether a metric agrees with that of Keras: values, state, configs, eagerly and traced."""

from __future__ import annotations

from typing import Any

import numpy as np

import keratin as tf
from keratin.keras import metrics
from tests.harness.real_keras import real

_random = np.random.default_rng(7)


def _probabilities(*shape: int) -> Any:
    values = _random.random(shape).astype(np.float32)
    values[0] = 0.0  # at thresholds, and at the ends
    values[1] = 1.0
    values[2] = 0.5
    return values


def _simplex(*shape: int) -> Any:
    values = _random.random(shape).astype(np.float32) + 0.05
    return values / values.sum(-1, keepdims=True)


_HALVES = np.array([0.5, 1.0, 0.0, 2.0, 1.5, 1.0], np.float32)
_CLASSES = _random.integers(0, 3, (2, 6))


def _each(make: Any) -> list[tuple[Any, Any]]:
    return [make(0), make(1)]


# Batches of labels and predictions, two of each kind: 6 samples, 3 classes or outputs.
DATA: dict[str, list[tuple[Any, Any]]] = {
    "values": _each(
        lambda i: (_random.random((6, 3)).astype("f4"), _random.random((6, 3)).astype("f4"))
    ),
    "vectors": _each(
        lambda i: (_random.random(6).astype("f4"), _random.random((6, 1)).astype("f4"))
    ),
    "binary": _each(lambda i: (_random.integers(0, 2, 6), _probabilities(6))),
    "column": _each(lambda i: (_random.integers(0, 2, (6, 1)), _probabilities(6, 1))),
    "multi": _each(lambda i: (_random.integers(0, 2, (6, 3)), _probabilities(6, 3))),
    "signs": _each(lambda i: (_random.choice([-1.0, 1.0], (6, 3)), _random.normal(size=(6, 3)))),
    "onehot": _each(lambda i: (np.eye(3, dtype="f4")[_CLASSES[i]], _simplex(6, 3))),
    "sparse": _each(lambda i: (_CLASSES[i], _simplex(6, 3))),
    "sparse_column": _each(lambda i: (_CLASSES[i][:, None], _simplex(6, 3))),
    "sequence": _each(lambda i: (_CLASSES.T, _simplex(6, 2, 3))),
    "onehot_sequence": _each(lambda i: (np.eye(3, dtype="f4")[_CLASSES.T], _simplex(6, 2, 3))),
    "classes": _each(lambda i: (_CLASSES[i], _CLASSES[1 - i])),
    "classes_and_none": _each(lambda i: (_CLASSES[i] - 1, _CLASSES[1 - i])),
    "equal": _each(lambda i: (np.arange(6.0), np.array([0.0, 1.0, 3.0, 3.0, 4.0, 6.0]))),
    "ids": _each(lambda i: (_CLASSES[i], np.stack([_random.permutation(3) for _ in range(6)]))),
}


def figures(result: Any) -> np.ndarray:
    """A result of either kind as an array."""
    return np.asarray(result.numpy() if hasattr(result, "numpy") else result)


def check_agreement(
    name: str,
    kind: str,
    arguments: dict[str, Any] | None = None,
    weights: Any = _HALVES,
    extra_config: frozenset[str] = frozenset(),
    ones_are_none: bool = True,
) -> None:
    """Update, reset and configure the metric of a name beside that of Keras.

    Where weights of 1 mean the same as none, one traced program serves for both.
    """
    arguments = {"name": "figure", **(arguments or {})}
    ours, traced = (getattr(metrics, name)(**arguments) for _ in range(2))
    theirs = getattr(real.metrics, name)(**arguments)
    step = tf.function(traced)  # the update and the result in one program
    ones = [tf.ones_like(weights)] if ones_are_none else []
    for y_true, y_pred in DATA[kind]:
        theirs.update_state(y_true, y_pred)
        ours.update_state(y_true, y_pred)
        _same_result(ours, theirs)
        step(tf.constant(y_true), tf.constant(y_pred), *ones)
    _same_state(ours, theirs)
    y_true, y_pred = DATA[kind][0]
    theirs.update_state(y_true, y_pred, sample_weight=weights)
    ours.update_state(y_true, y_pred, sample_weight=weights)
    _same_result(ours, theirs)
    _same_state(ours, theirs)
    result = step(tf.constant(y_true), tf.constant(y_pred), tf.constant(weights))
    _same_figures(result, ours.result())
    _check_reset(ours, theirs)
    _check_config(ours, theirs, extra_config)


def _same_figures(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(figures(ours), figures(theirs), rtol=1e-5, atol=1e-6)
    assert figures(ours).dtype == figures(theirs).dtype
    assert figures(ours).shape == figures(theirs).shape


def _same_result(ours: Any, theirs: Any) -> None:
    result = ours.result()
    assert isinstance(result, tf.Tensor)
    _same_figures(result, theirs.result())


def _same_state(ours: Any, theirs: Any) -> None:
    assert [v.name for v in ours.variables] == [v.name for v in theirs.variables]
    for own, other in zip(ours.variables, theirs.variables, strict=True):
        assert own.dtype.name == other.dtype
        assert not own.trainable
        np.testing.assert_allclose(own.numpy(), np.asarray(other), rtol=1e-5, atol=1e-6)


def _check_reset(ours: Any, theirs: Any) -> None:
    ours.reset_state()
    theirs.reset_state()
    _same_state(ours, theirs)
    _same_figures(ours.result(), theirs.result())


def _check_config(ours: Any, theirs: Any, extra: frozenset[str]) -> None:
    config, expected = ours.get_config(), theirs.get_config()
    assert {k: v for k, v in config.items() if k not in extra} == expected
    again = type(ours).from_config(config)
    assert again.get_config() == config
    written = metrics.serialize(ours)
    assert {**written, "config": config} == {**real.metrics.serialize(theirs), "config": config}
    assert real.metrics.deserialize(written).get_config() == expected
    assert metrics.deserialize(real.metrics.serialize(theirs)).get_config() == config
