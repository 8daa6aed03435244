# The exports of `keratin.keras.metrics`, see `keratin/__init__.pyi`.

from keratin.keras.losses._categorical import binary_focal_crossentropy as binary_focal_crossentropy
from keratin.keras.losses._categorical import categorical_crossentropy as categorical_crossentropy
from keratin.keras.losses._categorical import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from keratin.keras.losses._hinge import categorical_hinge as categorical_hinge
from keratin.keras.losses._hinge import hinge as hinge
from keratin.keras.losses._hinge import squared_hinge as squared_hinge
from keratin.keras.losses._probabilistic import binary_crossentropy as binary_crossentropy
from keratin.keras.losses._probabilistic import kl_divergence as KLD
from keratin.keras.losses._probabilistic import kl_divergence as kl_divergence
from keratin.keras.losses._probabilistic import kl_divergence as kld
from keratin.keras.losses._probabilistic import kl_divergence as kullback_leibler_divergence
from keratin.keras.losses._probabilistic import poisson as poisson
from keratin.keras.losses._probabilistic import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from keratin.keras.losses._regression import huber as huber
from keratin.keras.losses._regression import log_cosh as log_cosh
from keratin.keras.losses._regression import log_cosh as logcosh
from keratin.keras.losses._regression import mean_absolute_error as MAE
from keratin.keras.losses._regression import mean_absolute_error as mae
from keratin.keras.losses._regression import mean_absolute_error as mean_absolute_error
from keratin.keras.losses._regression import mean_absolute_percentage_error as MAPE
from keratin.keras.losses._regression import mean_absolute_percentage_error as mape
from keratin.keras.losses._regression import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from keratin.keras.losses._regression import mean_squared_error as MSE
from keratin.keras.losses._regression import mean_squared_error as mean_squared_error
from keratin.keras.losses._regression import mean_squared_error as mse
from keratin.keras.losses._regression import mean_squared_logarithmic_error as MSLE
from keratin.keras.losses._regression import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from keratin.keras.losses._regression import mean_squared_logarithmic_error as msle
from keratin.keras.metrics._accuracy import Accuracy as Accuracy
from keratin.keras.metrics._accuracy import BinaryAccuracy as BinaryAccuracy
from keratin.keras.metrics._accuracy import CategoricalAccuracy as CategoricalAccuracy
from keratin.keras.metrics._accuracy import SparseCategoricalAccuracy as SparseCategoricalAccuracy
from keratin.keras.metrics._accuracy import (
    SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy,
)
from keratin.keras.metrics._accuracy import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from keratin.keras.metrics._accuracy import binary_accuracy as binary_accuracy
from keratin.keras.metrics._accuracy import categorical_accuracy as categorical_accuracy
from keratin.keras.metrics._accuracy import (
    sparse_categorical_accuracy as sparse_categorical_accuracy,
)
from keratin.keras.metrics._accuracy import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from keratin.keras.metrics._accuracy import top_k_categorical_accuracy as top_k_categorical_accuracy
from keratin.keras.metrics._auc import AUC as AUC
from keratin.keras.metrics._confusion import FalseNegatives as FalseNegatives
from keratin.keras.metrics._confusion import FalsePositives as FalsePositives
from keratin.keras.metrics._confusion import Precision as Precision
from keratin.keras.metrics._confusion import Recall as Recall
from keratin.keras.metrics._confusion import TrueNegatives as TrueNegatives
from keratin.keras.metrics._confusion import TruePositives as TruePositives
from keratin.keras.metrics._correlation import ConcordanceCorrelation as ConcordanceCorrelation
from keratin.keras.metrics._correlation import PearsonCorrelation as PearsonCorrelation
from keratin.keras.metrics._correlation import concordance_correlation as concordance_correlation
from keratin.keras.metrics._correlation import pearson_correlation as pearson_correlation
from keratin.keras.metrics._f_score import F1Score as F1Score
from keratin.keras.metrics._f_score import FBetaScore as FBetaScore
from keratin.keras.metrics._family import deserialize as deserialize
from keratin.keras.metrics._family import get as get
from keratin.keras.metrics._family import serialize as serialize
from keratin.keras.metrics._hinge import CategoricalHinge as CategoricalHinge
from keratin.keras.metrics._hinge import Hinge as Hinge
from keratin.keras.metrics._hinge import SquaredHinge as SquaredHinge
from keratin.keras.metrics._iou import BinaryIoU as BinaryIoU
from keratin.keras.metrics._iou import IoU as IoU
from keratin.keras.metrics._iou import MeanIoU as MeanIoU
from keratin.keras.metrics._iou import OneHotIoU as OneHotIoU
from keratin.keras.metrics._iou import OneHotMeanIoU as OneHotMeanIoU
from keratin.keras.metrics._metric import Metric as Metric
from keratin.keras.metrics._probabilistic import BinaryCrossentropy as BinaryCrossentropy
from keratin.keras.metrics._probabilistic import CategoricalCrossentropy as CategoricalCrossentropy
from keratin.keras.metrics._probabilistic import KLDivergence as KLDivergence
from keratin.keras.metrics._probabilistic import Poisson as Poisson
from keratin.keras.metrics._probabilistic import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from keratin.keras.metrics._reduction import Mean as Mean
from keratin.keras.metrics._reduction import MeanMetricWrapper as MeanMetricWrapper
from keratin.keras.metrics._reduction import Sum as Sum
from keratin.keras.metrics._regression import CosineSimilarity as CosineSimilarity
from keratin.keras.metrics._regression import LogCoshError as LogCoshError
from keratin.keras.metrics._regression import MeanAbsoluteError as MeanAbsoluteError
from keratin.keras.metrics._regression import (
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
)
from keratin.keras.metrics._regression import MeanSquaredError as MeanSquaredError
from keratin.keras.metrics._regression import (
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
)
from keratin.keras.metrics._regression import R2Score as R2Score
from keratin.keras.metrics._regression import RootMeanSquaredError as RootMeanSquaredError
from keratin.keras.metrics._trade_off import PrecisionAtRecall as PrecisionAtRecall
from keratin.keras.metrics._trade_off import RecallAtPrecision as RecallAtPrecision
from keratin.keras.metrics._trade_off import SensitivityAtSpecificity as SensitivityAtSpecificity
from keratin.keras.metrics._trade_off import SpecificityAtSensitivity as SpecificityAtSensitivity
