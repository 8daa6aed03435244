"""How the C library keeps the memory that compiled programs give back.

XLA takes the buffers of a program anew at each run. glibc maps such large pieces afresh every time,
and the kernel fills them with zeros page by page when they are first touched: as much work as some
training steps. Here it is told to keep what is freed, for the next run.
"""

from __future__ import annotations

import ctypes
import os
import sys

# Of <malloc.h>. Pieces from the first size on are mapped; the second is what may lie free.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_SIZE = 1 << 30


def keep_freed() -> bool:
    """Keep freed memory of up to 1 GB, unless the environment says what malloc is to do.

    >>> isinstance(keep_freed(), bool)
    True
    """
    said = [name for name in os.environ if name.startswith("MALLOC_")]
    if said or "GLIBC_TUNABLES" in os.environ or not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _SIZE) and mallopt(_TRIM_THRESHOLD, _SIZE))
