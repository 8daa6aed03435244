"""Asserts, the search for NaN, and switches that make a program say more."""

from keratin import _lazy
from keratin.debugging import experimental as experimental
from keratin.debugging._asserts import Assert as Assert
from keratin.debugging._asserts import assert_equal as assert_equal
from keratin.debugging._asserts import assert_greater as assert_greater
from keratin.debugging._asserts import assert_greater_equal as assert_greater_equal
from keratin.debugging._asserts import assert_less as assert_less
from keratin.debugging._asserts import assert_less_equal as assert_less_equal
from keratin.debugging._asserts import assert_near as assert_near
from keratin.debugging._asserts import assert_negative as assert_negative
from keratin.debugging._asserts import assert_non_negative as assert_non_negative
from keratin.debugging._asserts import assert_non_positive as assert_non_positive
from keratin.debugging._asserts import assert_none_equal as assert_none_equal
from keratin.debugging._asserts import assert_positive as assert_positive
from keratin.debugging._numerics import assert_all_finite as assert_all_finite
from keratin.debugging._numerics import check_numerics as check_numerics
from keratin.debugging._numerics import disable_check_numerics as disable_check_numerics
from keratin.debugging._numerics import enable_check_numerics as enable_check_numerics
from keratin.debugging._properties import assert_integer as assert_integer
from keratin.debugging._properties import assert_proper_iterable as assert_proper_iterable
from keratin.debugging._properties import assert_rank as assert_rank
from keratin.debugging._properties import assert_rank_at_least as assert_rank_at_least
from keratin.debugging._properties import assert_rank_in as assert_rank_in
from keratin.debugging._properties import assert_same_float_dtype as assert_same_float_dtype
from keratin.debugging._properties import assert_scalar as assert_scalar
from keratin.debugging._properties import assert_shapes as assert_shapes
from keratin.debugging._properties import assert_type as assert_type
from keratin.debugging._properties import is_numeric_tensor as is_numeric_tensor
from keratin.debugging._switches import disable_traceback_filtering as disable_traceback_filtering
from keratin.debugging._switches import enable_traceback_filtering as enable_traceback_filtering
from keratin.debugging._switches import get_log_device_placement as get_log_device_placement
from keratin.debugging._switches import (
    is_traceback_filtering_enabled as is_traceback_filtering_enabled,
)
from keratin.debugging._switches import set_log_device_placement as set_log_device_placement

_lazy.advise(__name__)
