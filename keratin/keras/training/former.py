"""What models had in Keras 1 and 2, by its former name."""

from __future__ import annotations

import itertools
from typing import Any

from keratin._engine import errors, nest
from keratin.keras.training.logs import plain


class FormerTrainer:
    """Methods of models of Keras 1 and 2."""

    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_data: Any = None,
        validation_steps: int | None = None,
        validation_freq: Any = 1,
        class_weight: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: bool = True,
        initial_epoch: int = 0,
        **former: Any,
    ) -> Any:
        """`fit` on a generator of batches."""
        epochs = former.pop("nb_epoch", epochs)
        max_queue_size = former.pop("max_q_size", max_queue_size)
        if "samples_per_epoch" in former:
            samples = former.pop("samples_per_epoch")
            generator, steps_per_epoch = _steps_of_samples(generator, samples)
        if "nb_val_samples" in former:
            samples = former.pop("nb_val_samples")
            validation_data, validation_steps = _steps_of_samples(validation_data, samples)
        if former:
            raise errors.unknown_keyword("fit_generator", next(iter(former)), _GENERATOR_NAMES)
        return self.fit(  # type: ignore[attr-defined]
            generator,
            steps_per_epoch=steps_per_epoch,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_data=validation_data,
            validation_steps=validation_steps,
            validation_freq=validation_freq,
            class_weight=class_weight,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def evaluate_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        val_samples: int | None = None,
    ) -> Any:
        """`evaluate` on a generator of batches; `val_samples` are rows, as in Keras 1."""
        if val_samples is not None:
            generator, steps = _steps_of_samples(generator, val_samples)
        return self.evaluate(  # type: ignore[attr-defined]
            generator,
            steps=steps,
            callbacks=callbacks,
            verbose=verbose,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def predict_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        val_samples: int | None = None,
    ) -> Any:
        """`predict` on a generator of batches; `val_samples` are rows, as in Keras 1.

        Labels that the batches hold are left out.
        """
        if val_samples is not None:
            generator, steps = _steps_of_samples(generator, val_samples)
        return self.predict(  # type: ignore[attr-defined]
            generator,
            steps=steps,
            callbacks=callbacks,
            verbose=verbose,
            max_queue_size=max_queue_size,
            workers=workers,
            use_multiprocessing=use_multiprocessing,
        )

    def reset_states(self) -> None:
        """Have the recurrent layers that are stateful forget their states."""
        for layer in self._flatten_layers(include_self=False):  # type: ignore[attr-defined]
            if getattr(layer, "stateful", False) and hasattr(layer, "reset_state"):
                layer.reset_state()

    def predict_classes(self, x: Any, batch_size: int | None = 32, verbose: Any = 0) -> Any:
        """The most probable class of each row."""
        found = self.predict(x, batch_size=batch_size, verbose=verbose)  # type: ignore[attr-defined]
        if found.shape[-1] > 1:
            return found.argmax(axis=-1)
        return (found > 0.5).astype("int32")

    def predict_proba(self, x: Any, batch_size: int | None = 32, verbose: Any = 0) -> Any:
        """The probability of each class, which `predict` gives as well."""
        return self.predict(x, batch_size=batch_size, verbose=verbose)  # type: ignore[attr-defined]

    def compiled_loss(
        self, y: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None
    ) -> Any:
        """The loss of labels and outputs and those given, for steps of your own.

        As in Keras 2, the mean of what it gives is the "loss" of the logs.
        """
        model: Any = self
        if model._compile_loss is None:
            raise ValueError("compiled_loss: compile() was called without a loss.")
        loss = model._compile_loss(y, y_pred, sample_weight)
        for value in regularization_losses or ():
            loss = loss + value
        model._track_loss(loss, y_pred)
        return loss

    @property
    def compiled_metrics(self) -> Any:
        """The metrics given to `compile`, to be updated by a step of your own."""
        return _FormerMetrics(self)


def _steps_of_samples(generator: Any, samples: int) -> tuple[Any, int | None]:
    """A generator like this one, and the number of its batches for so many rows (Keras 1)."""
    if not hasattr(generator, "__next__"):
        return generator, None  # arrays, or a sequence that knows its length
    first = next(generator)
    rows = len(nest.flatten(first)[0])
    return itertools.chain([first], generator), max(1, -(-int(samples) // rows))


class _FormerMetrics:
    """The metrics given to `compile` as one, with the methods of a metric."""

    def __init__(self, model: Any):
        self._model = model

    @property
    def metrics(self) -> list[Any]:
        """The metrics."""
        found = self._model._compile_metrics
        return [] if found is None else found.metrics

    def update_state(self, y: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account."""
        if self._model._compile_metrics is not None:
            self._model._compile_metrics.update_state(y, y_pred, sample_weight)

    def result(self) -> dict[str, Any]:
        """The results of all metrics."""
        return plain(self._model.get_metrics_result())

    def reset_state(self) -> None:
        """Forget all batches."""
        for metric in self.metrics:
            metric.reset_state()


_GENERATOR_NAMES = (
    "generator",
    "steps_per_epoch",
    "epochs",
    "verbose",
    "callbacks",
    "validation_data",
    "validation_steps",
    "validation_freq",
    "class_weight",
    "max_queue_size",
    "workers",
    "use_multiprocessing",
    "shuffle",
    "initial_epoch",
)
