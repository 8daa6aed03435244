# The exports of `keratin.keras`, see `keratin/__init__.pyi`.

from keratin.keras._core.dtype_policy import DTypePolicy as DTypePolicy
from keratin.keras._core.dtype_policy import FloatDTypePolicy as FloatDTypePolicy
from keratin.keras._core.variable import Variable as Variable
