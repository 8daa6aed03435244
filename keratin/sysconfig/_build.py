"""How to compile native kernels, which are handlers of XLA's foreign function interface."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import jax

CXX11_ABI_FLAG = 1
CXX_VERSION = 201703
MONOLITHIC_BUILD = 0

_PLUGINS = {
    "cuda": ("jax_cuda12_plugin", "jax_cuda13_plugin"),
    "rocm": ("jax_rocm60_plugin", "jax_rocm7_plugin"),
}


def supports(platform: str) -> bool:
    """Whether the part of jax for a kind of accelerator, "cuda" or "rocm", is installed."""
    return any(importlib.util.find_spec(name) is not None for name in _PLUGINS[platform])


def get_include() -> str:
    """The folder of the C++ headers of XLA's foreign function interface.

    >>> import os
    >>> os.path.isdir(tf.sysconfig.get_include())
    True
    """
    return str(jax.ffi.include_dir())


def get_lib() -> str:
    """The folder of the package, where its library of kernels is.

    >>> tf.sysconfig.get_lib().endswith("keratin")
    True
    """
    return str(Path(__file__).parent.parent)


def get_compile_flags() -> list[str]:
    """The flags to compile a native kernel with.

    >>> tf.sysconfig.get_compile_flags()[-1]
    '--std=c++17'
    """
    return [f"-I{get_include()}", f"-D_GLIBCXX_USE_CXX11_ABI={CXX11_ABI_FLAG}", "--std=c++17"]


def get_link_flags() -> list[str]:
    """The flags to link a native kernel with: none, its interface is headers alone.

    >>> tf.sysconfig.get_link_flags()
    []
    """
    return []


def get_build_info() -> dict[str, Any]:
    """What accelerators the installation supports.

    >>> tf.sysconfig.get_build_info()["is_tensorrt_build"]
    False
    """
    return {
        "is_cuda_build": supports("cuda"),
        "is_rocm_build": supports("rocm"),
        "is_tensorrt_build": False,
    }
