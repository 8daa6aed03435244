# The exports of `keratin`: one line a name, read by type checkers, editors and, at run time,
# `keratin._lazy`. Sorted by module (`ruff check --fix` does it). A submodule of the package is
# `from keratin import math as math`.

from keratin import bitwise as bitwise
from keratin import math as math
from keratin.math._activation import sigmoid as sigmoid
from keratin.math._arithmetic import add as add
from keratin.math._arithmetic import add_n as add_n
from keratin.math._arithmetic import divide as divide
from keratin.math._arithmetic import maximum as maximum
from keratin.math._arithmetic import minimum as minimum
from keratin.math._arithmetic import multiply as multiply
from keratin.math._arithmetic import negative as negative
from keratin.math._arithmetic import pow as pow
from keratin.math._arithmetic import realdiv as realdiv
from keratin.math._arithmetic import scalar_mul as scalar_mul
from keratin.math._arithmetic import subtract as subtract
from keratin.math._arithmetic import truediv as truediv
from keratin.math._arithmetic import truncatediv as truncatediv
from keratin.math._arithmetic import truncatemod as truncatemod
from keratin.math._casting import cast as cast
from keratin.math._casting import saturate_cast as saturate_cast
from keratin.math._comparison import equal as equal
from keratin.math._comparison import greater as greater
from keratin.math._comparison import greater_equal as greater_equal
from keratin.math._comparison import less as less
from keratin.math._comparison import less_equal as less_equal
from keratin.math._comparison import logical_and as logical_and
from keratin.math._comparison import logical_not as logical_not
from keratin.math._comparison import logical_or as logical_or
from keratin.math._comparison import not_equal as not_equal
from keratin.math._complex import complex as complex
from keratin.math._elementwise import abs as abs
from keratin.math._elementwise import acos as acos
from keratin.math._elementwise import acosh as acosh
from keratin.math._elementwise import asin as asin
from keratin.math._elementwise import asinh as asinh
from keratin.math._elementwise import atan as atan
from keratin.math._elementwise import atan2 as atan2
from keratin.math._elementwise import atanh as atanh
from keratin.math._elementwise import cos as cos
from keratin.math._elementwise import cosh as cosh
from keratin.math._elementwise import exp as exp
from keratin.math._elementwise import floor as floor
from keratin.math._elementwise import round as round
from keratin.math._elementwise import sign as sign
from keratin.math._elementwise import sin as sin
from keratin.math._elementwise import sinh as sinh
from keratin.math._elementwise import sqrt as sqrt
from keratin.math._elementwise import square as square
from keratin.math._elementwise import tan as tan
from keratin.math._elementwise import tanh as tanh
from keratin.math._reduction import argmax as argmax
from keratin.math._reduction import argmin as argmin
from keratin.math._reduction import reduce_all as reduce_all
from keratin.math._reduction import reduce_any as reduce_any
from keratin.math._reduction import reduce_logsumexp as reduce_logsumexp
from keratin.math._reduction import reduce_max as reduce_max
from keratin.math._reduction import reduce_mean as reduce_mean
from keratin.math._reduction import reduce_min as reduce_min
from keratin.math._reduction import reduce_prod as reduce_prod
from keratin.math._reduction import reduce_sum as reduce_sum

__version__: str
