"""tf.sysconfig: what native kernels are built with."""

from keratin import _lazy
from keratin.sysconfig._build import CXX11_ABI_FLAG as CXX11_ABI_FLAG
from keratin.sysconfig._build import CXX_VERSION as CXX_VERSION
from keratin.sysconfig._build import MONOLITHIC_BUILD as MONOLITHIC_BUILD
from keratin.sysconfig._build import get_build_info as get_build_info
from keratin.sysconfig._build import get_compile_flags as get_compile_flags
from keratin.sysconfig._build import get_include as get_include
from keratin.sysconfig._build import get_lib as get_lib
from keratin.sysconfig._build import get_link_flags as get_link_flags

_lazy.advise(__name__)
