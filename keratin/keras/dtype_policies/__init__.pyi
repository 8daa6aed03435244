# The exports of `keratin.keras.dtype_policies`, see `keratin/__init__.pyi`.

from keratin.keras._core.dtype_policy import DTypePolicy as DTypePolicy
from keratin.keras._core.dtype_policy import DTypePolicyMap as DTypePolicyMap
from keratin.keras._core.dtype_policy import FloatDTypePolicy as FloatDTypePolicy
from keratin.keras._core.dtype_policy import deserialize as deserialize
from keratin.keras._core.dtype_policy import get as get
from keratin.keras._core.dtype_policy import serialize as serialize
from keratin.keras.dtype_policies._quantized import AWQDTypePolicy as AWQDTypePolicy
from keratin.keras.dtype_policies._quantized import GPTQDTypePolicy as GPTQDTypePolicy
from keratin.keras.dtype_policies._quantized import Int4DTypePolicy as Int4DTypePolicy
from keratin.keras.dtype_policies._quantized import QuantizedDTypePolicy as QuantizedDTypePolicy
from keratin.keras.dtype_policies._quantized import (
    QuantizedFloat8DTypePolicy as QuantizedFloat8DTypePolicy,
)
