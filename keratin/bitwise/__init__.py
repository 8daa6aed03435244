"""tf.bitwise: the bits of integers."""

from keratin import _lazy
from keratin.bitwise._bitwise import bitwise_and as bitwise_and
from keratin.bitwise._bitwise import bitwise_or as bitwise_or
from keratin.bitwise._bitwise import bitwise_xor as bitwise_xor
from keratin.bitwise._bitwise import invert as invert
from keratin.bitwise._bitwise import left_shift as left_shift
from keratin.bitwise._bitwise import right_shift as right_shift

_lazy.advise(__name__)
