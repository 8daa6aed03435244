"""Debugging functions under their experimental names."""

from keratin import _lazy
from keratin.debugging._switches import disable_dump_debug_info as disable_dump_debug_info
from keratin.debugging._switches import enable_dump_debug_info as enable_dump_debug_info

_lazy.advise(__name__)
