"""Data types narrower than a byte, and 8-bit floats."""

from keratin import _lazy
from keratin._engine.dtype import float4_e2m1fn as float4_e2m1fn
from keratin._engine.dtype import float8_e4m3b11fnuz as float8_e4m3b11fnuz
from keratin._engine.dtype import float8_e4m3fn as float8_e4m3fn
from keratin._engine.dtype import float8_e4m3fnuz as float8_e4m3fnuz
from keratin._engine.dtype import float8_e5m2 as float8_e5m2
from keratin._engine.dtype import float8_e5m2fnuz as float8_e5m2fnuz
from keratin._engine.dtype import int2 as int2
from keratin._engine.dtype import int4 as int4
from keratin._engine.dtype import uint2 as uint2
from keratin._engine.dtype import uint4 as uint4

_lazy.advise(__name__)
