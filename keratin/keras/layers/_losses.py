"""What a layer adds to the loss and to the logs of training."""

from __future__ import annotations

from typing import Any

from keratin._engine import state
from keratin._engine.tensor import Tensor, is_traced
from keratin.keras._core.symbolic import recording
from keratin.keras.layers import _tracking
from keratin.keras.layers._part import Part


class Losses(Part):
    """The losses and metrics of a layer and its parts."""

    @property
    def metrics(self) -> list[Any]:
        """The metrics of this layer and its parts."""
        found = list(self._metrics)
        for layer in self._layers:
            found += layer.metrics
        return _tracking.unique(found)

    @property
    def metrics_variables(self) -> list[Any]:
        """The state of the metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def add_loss(self, loss: Any) -> None:
        """Add to the loss that training minimises: a scalar tensor, or a function giving one."""
        if recording.recorder is not None:  # a graph of the outputs alone
            return
        for one in loss if isinstance(loss, (list, tuple)) else [loss]:
            if callable(one) and not isinstance(one, Tensor):
                self._loss_functions.append(one)
            elif one is not None:
                self._losses.append((state.context.scope, one))

    def add_metric(self, *args: Any, **kwargs: Any) -> Any:
        """Have the mean of a value shown with the logs of training: `add_metric(value, name=...)`.

        >>> class Noisy(keras.layers.Layer):
        ...     def call(self, x):
        ...         self.add_metric(tf.reduce_mean(x), name="mean_input")
        ...         return x
        >>> layer = Noisy()
        >>> _ = layer(np.ones((1, 2)))
        >>> layer.metrics[0].name
        'mean_input'
        """
        return _tracking.add_metric(self, *args, **kwargs)

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses.clear()

    @property
    def losses(self) -> list[Any]:
        """What this layer and its parts add to the loss: regularization and `add_loss`."""
        found = []
        for layer in self._flatten_layers():
            found += [
                loss
                for scope, loss in layer._losses
                if scope is state.context.scope or not is_traced(getattr(loss, "_value", None))
            ]
            found += [function() for function in layer._loss_functions]
        for variable in self.trainable_weights:
            regularizer = getattr(variable, "regularizer", None)
            if regularizer is not None:
                found.append(regularizer(variable))
        return found
