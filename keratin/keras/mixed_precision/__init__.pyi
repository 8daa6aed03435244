# The exports of `keratin.keras.mixed_precision`, see `keratin/__init__.pyi`.

from keratin.keras._core.dtype_policy import DTypePolicy as DTypePolicy
from keratin.keras._core.dtype_policy import DTypePolicy as Policy
from keratin.keras._core.dtype_policy import dtype_policy as dtype_policy
from keratin.keras._core.dtype_policy import dtype_policy as global_policy
from keratin.keras._core.dtype_policy import set_dtype_policy as set_dtype_policy
from keratin.keras._core.dtype_policy import set_dtype_policy as set_global_policy
from keratin.keras.mixed_precision import experimental as experimental
from keratin.keras.optimizers import LossScaleOptimizer as LossScaleOptimizer
