"""Errors that come before the first step, and say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.tensor import OBJECT
from keratin.keras.callbacks._lambda import LambdaCallback
from keratin.keras.callbacks._learning_rate import LearningRateScheduler, ReduceLROnPlateau
from keratin.keras.callbacks._list import overrides
from keratin.keras.losses._labels import check_labels
from keratin.keras.training import feed_structure
from keratin.keras.training.feed import ArrayFeed
from keratin.keras.training.indices import check_indices


def check_compiled(model: Any, method: str) -> None:
    """Raise if `compile` was not called."""
    if not model.compiled:
        raise ValueError(
            f"You must call compile() before {method}(): model.compile(optimizer='adam', "
            f"loss='mse'), for example. At {errors.user_location()}."
        )


def check_data(model: Any, feed: Any, method: str, kind: str) -> None:
    """Look at all data in memory, before any step of a kind, "train" or "test"."""
    if isinstance(feed, ArrayFeed):
        check_indices(model, feed.data[0], method)
    loss = model._compile_loss
    own = model._has_own("compute_loss") or model._has_own(f"{kind}_step")
    if not isinstance(feed, ArrayFeed) or loss is None or own:
        return
    _, y, _ = feed.data
    if y is None:
        of_validation = method == "fit" and kind == "test"
        remedy = "validation_data=(x_val, y_val)" if of_validation else f"{method}(x, y)"
        missing = "validation_data has none" if of_validation else "y is None"
        raise ValueError(
            f"{method}(): the model was compiled with a loss, which needs labels, and "
            f"{missing}. Give {remedy}. At {errors.user_location()}."
        )
    if not loss.built:
        return
    labels = loss.outputs.labels(y, loss._wanted)
    predictions = loss.outputs.of(loss.outputs.structure)
    for each in loss.losses:
        one = labels[each.index]
        if one is not None and not isinstance(one, jax.Array):
            _check_no_text(one, each, method)
            check_labels(labels[each.index], predictions[each.index], each.loss)


def _check_no_text(labels: Any, loss: Any, method: str) -> None:
    """Raise for labels that are text, unless the loss is the user's own."""
    is_text = getattr(labels, "dtype", None) == OBJECT
    if is_text and getattr(loss.loss, "_public_module", None):
        first = np.asarray(labels).flat[0]
        example = first.decode() if isinstance(first, bytes) else first
        raise ValueError(
            f"{method}(): y of the output {loss.name!r} holds text, such as "
            f"{example!r}, and the loss takes numbers. Number the classes: "
            "names, y = np.unique(y, return_inverse=True). "
            f"At {errors.user_location()}."
        )


def warn_of_nan(logs: Any, feed: Any) -> bool:
    """Whether the loss is NaN; if the data is too, a warning says which array it is in."""
    loss = logs.get("loss")
    if not isinstance(loss, float) or loss == loss:
        return False
    if not isinstance(feed, ArrayFeed):
        return True
    named = zip(("x", "y", "sample_weight"), feed.data, strict=True)
    found = [leaf for where, part in named for leaf in feed_structure.named_leaves(part, where)]
    wrong = [where for where, leaf in found if _has_nan(leaf)]
    if wrong:
        errors.warn_user(
            f"fit(): the loss is NaN, and so are numbers in {', '.join(wrong)}. Look for them with "
            "np.argwhere(np.isnan(...)), and leave out or fill in those rows."
        )
    return True


def _has_nan(array: Any) -> bool:
    return array.dtype.kind == "f" and bool(np.isnan(np.asarray(array)).any())


def check_gradients(gradients: Sequence[Any], variables: Sequence[Any], model: Any) -> None:
    """Raise if the loss depends on no variable; the optimizer warns of single ones."""
    missing = [_path(v) for v, g in zip(variables, gradients, strict=True) if g is None]
    if missing and len(missing) == len(variables):
        raise ValueError(
            f"The loss does not depend on any trainable variable of {model.name!r}: "
            f"{_listed(missing)}. There is nothing to learn. Is the loss computed of y_pred, and "
            "without going through NumPy, tf.argmax, integers or tf.stop_gradient?"
        )


def _path(variable: Any) -> str:
    return str(getattr(variable, "path", variable.name))


def _listed(names: list[str]) -> str:
    rest = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(names[:6]) + rest


def check_monitors(callbacks: Any, names: Sequence[str]) -> None:
    """Raise where a callback watches a figure that the logs are not going to have."""
    known = list(names)
    for callback in callbacks.callbacks:
        check = getattr(callback, "check_names", None)
        if check is not None:
            check(known)
        if isinstance(callback, (LearningRateScheduler, ReduceLROnPlateau)):
            known.append("learning_rate")
        if _may_add_figures(callback):
            return


def _may_add_figures(callback: Any) -> bool:
    """Whether a callback is the user's and may put into the logs what those after it watch."""
    is_users = isinstance(callback, LambdaCallback) or not type(callback).__module__.startswith(
        "keratin."
    )
    return is_users and any(overrides(callback, hook) for hook in ("on_epoch_end", "on_test_end"))
