import subprocess
import sys

import pytest

CODE = """
import ctypes
import resource
import sys
{first}
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
size = 64 << 20
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    piece = library.malloc(ctypes.c_size_t(size))
    ctypes.memset(piece, 1, size)
    library.free(piece)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults())
"""


def faults(first: str, **environment: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(first=first)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", **environment},
    )
    return int(done.stdout)


KEEP = "from keratin._engine import memory; print(memory.keep_freed(), file=sys.stderr)"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="concerns glibc")
def test_freed_memory_is_used_again():
    assert faults(KEEP) < 100 < faults("")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="concerns glibc")
def test_what_the_environment_says_is_left_alone():
    assert faults(KEEP, MALLOC_MMAP_THRESHOLD_="131072") > 100
