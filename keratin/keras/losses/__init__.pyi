# The exports of `keratin.keras.losses`, see `keratin/__init__.pyi`.

from keratin.keras.losses._categorical import BinaryFocalCrossentropy as BinaryFocalCrossentropy
from keratin.keras.losses._categorical import CategoricalCrossentropy as CategoricalCrossentropy
from keratin.keras.losses._categorical import (
    CategoricalFocalCrossentropy as CategoricalFocalCrossentropy,
)
from keratin.keras.losses._categorical import (
    CategoricalGeneralizedCrossEntropy as CategoricalGeneralizedCrossEntropy,
)
from keratin.keras.losses._categorical import binary_focal_crossentropy as binary_focal_crossentropy
from keratin.keras.losses._categorical import categorical_crossentropy as categorical_crossentropy
from keratin.keras.losses._categorical import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from keratin.keras.losses._categorical import (
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from keratin.keras.losses._hinge import CategoricalHinge as CategoricalHinge
from keratin.keras.losses._hinge import Hinge as Hinge
from keratin.keras.losses._hinge import SquaredHinge as SquaredHinge
from keratin.keras.losses._hinge import categorical_hinge as categorical_hinge
from keratin.keras.losses._hinge import hinge as hinge
from keratin.keras.losses._hinge import squared_hinge as squared_hinge
from keratin.keras.losses._loss import Loss as Loss
from keratin.keras.losses._loss import LossFunctionWrapper as LossFunctionWrapper
from keratin.keras.losses._probabilistic import BinaryCrossentropy as BinaryCrossentropy
from keratin.keras.losses._probabilistic import KLDivergence as KLDivergence
from keratin.keras.losses._probabilistic import Poisson as Poisson
from keratin.keras.losses._probabilistic import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from keratin.keras.losses._probabilistic import binary_crossentropy as binary_crossentropy
from keratin.keras.losses._probabilistic import kl_divergence as KLD
from keratin.keras.losses._probabilistic import kl_divergence as kl_divergence
from keratin.keras.losses._probabilistic import kl_divergence as kld
from keratin.keras.losses._probabilistic import kl_divergence as kullback_leibler_divergence
from keratin.keras.losses._probabilistic import poisson as poisson
from keratin.keras.losses._probabilistic import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from keratin.keras.losses._reduction import Reduction as Reduction
from keratin.keras.losses._registry import deserialize as deserialize
from keratin.keras.losses._registry import get as get
from keratin.keras.losses._registry import serialize as serialize
from keratin.keras.losses._regression import CosineSimilarity as CosineSimilarity
from keratin.keras.losses._regression import Huber as Huber
from keratin.keras.losses._regression import LogCosh as LogCosh
from keratin.keras.losses._regression import MeanAbsoluteError as MeanAbsoluteError
from keratin.keras.losses._regression import (
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
)
from keratin.keras.losses._regression import MeanSquaredError as MeanSquaredError
from keratin.keras.losses._regression import (
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
)
from keratin.keras.losses._regression import cosine_similarity as cosine_similarity
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
from keratin.keras.losses._segmentation import Dice as Dice
from keratin.keras.losses._segmentation import Tversky as Tversky
from keratin.keras.losses._segmentation import dice as dice
from keratin.keras.losses._segmentation import tversky as tversky
from keratin.keras.losses._sequence import CTC as CTC
from keratin.keras.losses._sequence import ctc as ctc
from keratin.keras.losses._similarity import Circle as Circle
from keratin.keras.losses._similarity import circle as circle
