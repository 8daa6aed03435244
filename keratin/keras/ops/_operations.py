"""Operations: functions that stand in the graph of a functional model as one node.

The files of Keras name the class of a node, such as `Add` for `keras.ops.add`. `operation_name`
says which class a function has there, and every operation carries it as `__keras_operation__`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from keratin._engine.op import op
from keratin._engine.promotion import promoting
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.ops._promotion import keras_rules
from keratin.keras.ops._support import operation as named_operation

Function = TypeVar("Function", bound=Callable[..., Any])

# Classes whose names are not their functions' in camel case.
_IRREGULAR = {
    "abs": "Absolute",
    "allclose": "AllClose",
    "batch_normalization": "BatchNorm",
    "cdist": "CDist",
    "conj": "Conjugate",
    "ctc_decode": "CTCDecode",
    "ctc_loss": "CTCLoss",
    "fft": "FFT",
    "fft2": "FFT2",
    "hard_swish": "HardSilu",
    "hsv_to_rgb": "HSVToRGB",
    "ifft2": "IFFT2",
    "irfft": "IRFFT",
    "isin": "IsIn",
    "istft": "ISTFT",
    "jvp": "JVP",
    "layer_normalization": "LayerNorm",
    "psnr": "PSNR",
    "rfft": "RFFT",
    "rgb_to_grayscale": "RGBToGrayscale",
    "rgb_to_hsv": "RGBToHSV",
    "rms_normalization": "RMSNorm",
    "searchsorted": "SearchSorted",
    "ssim": "SSIM",
    "stft": "STFT",
    "svd": "SVD",
    "swish": "Silu",
}


def operation_name(function_name: str) -> str:
    """The class that a function of keras.ops has in files of Keras.

    >>> from keratin.keras.ops._operations import operation_name
    >>> operation_name("logical_and"), operation_name("isin")
    ('LogicalAnd', 'IsIn')
    """
    irregular = _IRREGULAR.get(function_name)
    if irregular is not None:
        return irregular
    return "".join(word[:1].upper() + word[1:] for word in function_name.split("_"))


def operation(function: Function) -> Function:
    """Have a function of several ops stand in graphs as one operation, under its own name."""
    return named_operation(operation_name(function.__name__))(function)


def adapted(function: Callable[..., Any], name: str, names: str | None = None, **how: Any) -> Any:
    """The operation of this name that an op is, with Keras's promotion; see `promoting`."""
    adapter = promoting(function, names, rules=keras_rules, name=name, **how)
    adapter.__keras_operation__ = operation_name(name)  # type: ignore[attr-defined]
    return adapter


def promoted_op(*, T: str, **how: Any) -> Callable[[Any], Any]:
    """`@op` and `adapted` in one: for operations that are in no other namespace."""

    def decorate(body: Callable[..., Any]) -> Any:
        return adapted(op(body, T=T), body.__name__, **how)

    return decorate


def without_symbols(function: Function) -> Function:
    """Have a function refuse symbolic tensors: its result's shape depends on their values."""
    names = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for name, value in [*zip(names, args, strict=False), *kwargs.items()]:
            if isinstance(value, KerasTensor):
                raise TypeError(
                    f"keras.ops.{function.__name__} does not take symbolic tensors: the shape of "
                    f"its result depends on the value of {name!r}, which is {value!r}. Give a "
                    "number, or call it within a layer of your own"
                )
        return function(*args, **kwargs)

    return call  # type: ignore[return-value]
