# The exports of `keratin.keras.mixed_precision.experimental`, see `keratin/__init__.pyi`.

from keratin.keras._core.dtype_policy import DTypePolicy as Policy
from keratin.keras._core.dtype_policy import dtype_policy as global_policy
from keratin.keras._core.dtype_policy import set_dtype_policy as set_policy
from keratin.keras.optimizers import LossScaleOptimizer as LossScaleOptimizer
