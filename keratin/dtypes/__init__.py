"""Data types, and conversion between them."""

from keratin import _lazy
from keratin._engine.dtype import QUANTIZED_DTYPES as QUANTIZED_DTYPES
from keratin._engine.dtype import DType as DType
from keratin._engine.dtype import as_dtype as as_dtype
from keratin._engine.dtype import bfloat16 as bfloat16
from keratin._engine.dtype import bool as bool
from keratin._engine.dtype import complex64 as complex64
from keratin._engine.dtype import complex128 as complex128
from keratin._engine.dtype import double as double
from keratin._engine.dtype import float16 as float16
from keratin._engine.dtype import float32 as float32
from keratin._engine.dtype import float64 as float64
from keratin._engine.dtype import half as half
from keratin._engine.dtype import int8 as int8
from keratin._engine.dtype import int16 as int16
from keratin._engine.dtype import int32 as int32
from keratin._engine.dtype import int64 as int64
from keratin._engine.dtype import qint8 as qint8
from keratin._engine.dtype import qint16 as qint16
from keratin._engine.dtype import qint32 as qint32
from keratin._engine.dtype import quint8 as quint8
from keratin._engine.dtype import quint16 as quint16
from keratin._engine.dtype import resource as resource
from keratin._engine.dtype import string as string
from keratin._engine.dtype import uint8 as uint8
from keratin._engine.dtype import uint16 as uint16
from keratin._engine.dtype import uint32 as uint32
from keratin._engine.dtype import uint64 as uint64
from keratin._engine.dtype import variant as variant
from keratin.dtypes import experimental as experimental
from keratin.math._casting import cast as cast
from keratin.math._casting import saturate_cast as saturate_cast
from keratin.math._complex import complex as complex

_lazy.advise(__name__)
