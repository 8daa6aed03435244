"""Intersection over union of the areas of classes, as in segmented images."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, op
from keratin.keras._core.settings import settings
from keratin.keras.metrics._arrays import weights_like
from keratin.keras.metrics._metric import Metric


class _Matrix(Metric):
    """How often each class was taken for each class."""

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        name: str | None,
        dtype: Any,
        ignore_class: int | None,
        sparse_y_true: bool,
        sparse_y_pred: bool,
        axis: int,
    ):
        super().__init__(name=name, dtype=dtype or "int32")
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        shape = (num_classes, num_classes)
        self.total_cm = self._zeros("total_confusion_matrix", shape, self.dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of labels and predictions."""
        self._warn_of(sample_weight)
        self.total_cm.assign(
            _matrix_update(
                self.total_cm,
                y_true,
                y_pred,
                sample_weight,
                None if self.sparse_y_true else self.axis,
                None if self.sparse_y_pred else self.axis,
                self.ignore_class,
            )
        )

    def _warn_of(self, sample_weight: Any) -> None:
        dtype = getattr(sample_weight, "dtype", None)
        if (
            dtype is not None
            and as_dtype(dtype).is_floating
            and not as_dtype(self.dtype).is_floating
        ):
            warnings.warn(
                f"{type(self).__name__}: sample_weight has the dtype {as_dtype(dtype).name}, but "
                f"the metric counts in {self.dtype}, so that fractions are lost. Make the metric "
                f"with dtype='float32', or give whole weights. At {errors.user_location()}.",
                stacklevel=2,
            )


class IoU(_Matrix):
    """The mean over some classes of intersection over union: of the area where labels and
    predictions agree on the class, and the area where either has it.

    Labels and predictions are classes, or with `sparse_y_true=False` and `sparse_y_pred=False`
    scores of the classes along `axis`. What is labelled `ignore_class` is left out.

    >>> metric = keras.metrics.IoU(num_classes=2, target_class_ids=[0])
    >>> metric([0, 0, 1, 1], [0, 1, 0, 1]).numpy().round(3)
    np.float32(0.333)
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Iterable[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        self.target_class_ids = [int(each) for each in target_class_ids]
        wrong = [each for each in self.target_class_ids if not 0 <= each < num_classes]
        if wrong or not self.target_class_ids:
            raise ValueError(
                f"{type(self).__name__}: target_class_ids is {self.target_class_ids}; expected "
                f"classes from 0 to {num_classes - 1}, as num_classes is {num_classes}"
            )

    def result(self) -> Any:
        """The mean over the classes that occurred."""
        return _intersection_over_union(
            self.total_cm, tuple(self.target_class_ids), settings.epsilon
        )


class BinaryIoU(IoU):
    """Intersection over union of the classes 0 and 1, of predictions cut at a threshold.

    >>> metric = keras.metrics.BinaryIoU(target_class_ids=[0, 1], threshold=0.3)
    >>> metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]).numpy().round(3)
    np.float32(0.333)
    """

    def __init__(
        self,
        target_class_ids: Iterable[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of labels and predictions."""
        super().update_state(y_true, _reaches(y_pred, self.threshold), sample_weight)


class MeanIoU(IoU):
    """The mean over all classes of intersection over union.

    >>> metric = keras.metrics.MeanIoU(num_classes=2)
    >>> metric([0, 0, 1, 1], [0, 1, 0, 1]).numpy().round(3)
    np.float32(0.333)
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            range(num_classes),
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=sparse_y_true,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )


class OneHotIoU(IoU):
    """`IoU` of one-hot labels, and of scores unless `sparse_y_pred`.

    >>> metric = keras.metrics.OneHotIoU(num_classes=2, target_class_ids=[1])
    >>> metric([[1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]).numpy().round(3)
    np.float32(0.5)
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Iterable[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            target_class_ids,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` of one-hot labels, and of scores unless `sparse_y_pred`.

    >>> metric = keras.metrics.OneHotMeanIoU(num_classes=2)
    >>> metric([[1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]).numpy().round(3)
    np.float32(0.5)
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )


# The kernels


@op
def _reaches(y_pred: Array, threshold: float):
    return (y_pred.astype(np.float32) >= threshold).astype(np.int32)


@op
def _matrix_update(
    matrix: Array,
    y_true: Array,
    y_pred: Array,
    sample_weight: Array | None,
    true_axis: int | None,
    pred_axis: int | None,
    ignore_class: int | None,
):
    """The matrix with a batch added; classes that do not exist count nowhere."""
    number = matrix.shape[0]
    y_true, y_pred = _classes(y_true, true_axis), _classes(y_pred, pred_axis)
    if y_true.shape != y_pred.shape:
        raise errors.InvalidArgumentError(
            f"y_true has {y_true.size} classes and y_pred {y_pred.size}; expected as many. Are "
            "both classes? Scores need sparse_y_true=False or sparse_y_pred=False"
        )
    counted = (y_true >= 0) & (y_true < number) & (y_pred >= 0) & (y_pred < number)
    if ignore_class is not None:
        counted &= y_true != ignore_class
    weights = jnp.ones((), matrix.dtype)
    if sample_weight is not None:
        weights = jnp.ravel(sample_weight) if sample_weight.ndim else sample_weight
        weights = weights_like(weights.astype(matrix.dtype), y_true, "the classes have")
    weights = jnp.where(counted, weights, 0)
    cell = jnp.where(counted, y_true * number + y_pred, 0)
    return jnp.ravel(matrix).at[cell].add(weights).reshape(matrix.shape)


def _classes(scores: Any, axis: int | None) -> Any:
    """The classes in one row: those that are given, or those of the highest scores."""
    classes = scores if axis is None else jnp.argmax(scores, axis)
    # Of the values before the point, as NumPy casts.
    return jnp.ravel(classes).astype(np.int32)


@op
def _intersection_over_union(matrix: Array, classes: tuple[int, ...], epsilon: float):
    at = np.array(classes)
    both = jnp.diagonal(matrix)
    either = (jnp.sum(matrix, axis=0, dtype=matrix.dtype) + jnp.sum(matrix, 1, matrix.dtype)) - both
    both, either = both[at].astype(np.float32), either[at].astype(np.float32)
    occurs = either > 1e-9
    shares = jnp.where(occurs, both / (either + epsilon), 0)
    return jnp.sum(shares) / (jnp.sum(occurs.astype(np.float32)) + epsilon)
