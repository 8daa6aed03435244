"""What `tf.random.*`, the stateless functions and `tf.random.Generator` share: checks and draws.

Each function takes a `source`: given the kind of op and its dtypes, it says where the bits come
from (op seeds have a stream for each of these).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.op import freeze
from keratin._engine.random import RandomOp, Source
from keratin._engine.random import draw as engine_draw
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, scalar_on_device, wrap
from keratin._engine.variable import Variable
from keratin.random import _continuous, _discrete, _truncated

SourceOf = Callable[..., Source]

_FLOATS = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)
_SIGNED = (dtypes.int32, dtypes.int64)
_UNSIGNED = (dtypes.uint32, dtypes.uint64)


def draw(operation: RandomOp, source: Source, *values: Any) -> Tensor:
    """Draw, with static values as the op keeps them: it finds its compiled kernel the sooner."""
    count = operation.tensor_count
    statics = [
        value.numpy_dtype if type(value) is DType else freeze(value) for value in values[count:]
    ]
    sample: Tensor = engine_draw(operation, source, *values[:count], *statics)
    return sample


def as_parameter(value: Any, dtype: DType) -> Tensor:
    """A parameter of a distribution as a tensor of its dtype."""
    if type(value) in (int, float) and context.scope is None and dtype in _FLOATS:
        return wrap(scalar_on_device(value, dtype.numpy_dtype))
    return convert_to_tensor(value, dtype=dtype)


def check_parameter(name: str, value: Any, ok: Callable[[Any], Any], wanted: str) -> None:
    """Refuse numbers that are out of range, where they are plain Python or NumPy values.

    The values of a tensor are not looked at: that would wait for the device.
    """
    if isinstance(value, (Tensor, Variable)):
        return
    try:
        array = np.asarray(value)
    except ValueError:
        return
    if array.dtype.kind not in "iuf":
        return
    wrong = array[~np.asarray(ok(array) | np.isnan(array))]
    if wrong.size:
        raise errors.InvalidArgumentError(f"{name} has to be {wanted}; given {wrong.flat[0]}")


def checked_dtype(dtype: Any, accepted: tuple[DType, ...] = _FLOATS) -> DType:
    """`dtype`, if it is one that the op draws."""
    found = as_dtype(dtype)
    if found not in accepted:
        names = ", ".join(d.name for d in accepted)
        raise ValueError(f"dtype {found.name} is not one of {names}")
    return found


def uniform(
    source: SourceOf, shape: Any, minval: Any, maxval: Any, dtype: Any, full_range: bool = True
) -> Tensor:
    """Uniform floats or integers; `full_range` says that no bounds mean all integers."""
    accepted = (*_FLOATS, *_SIGNED, *_UNSIGNED) if full_range else (*_FLOATS, *_SIGNED)
    dtype = checked_dtype(dtype, accepted)
    if dtype in _FLOATS:
        bounds = [
            as_parameter(0 if minval is None else minval, dtype),
            as_parameter(1 if maxval is None else maxval, dtype),
        ]
        return draw(_continuous.uniform_float, source("uniform", dtype), *bounds, shape)
    if minval is None and maxval is None and full_range:
        return uniform_full_int(source, shape, dtype)
    if minval is None or maxval is None:
        both = ", or neither of them for the whole range of the dtype" if full_range else ""
        raise ValueError(
            f"for the integer dtype {dtype.name} give minval and maxval{both}; given "
            f"minval={minval!r}, maxval={maxval!r}. Write maxval=10 for the numbers below 10."
        )
    if dtype in _UNSIGNED:
        raise ValueError(
            f"with minval and maxval, dtype {dtype.name} is not drawn. Draw int64 and "
            "cast, or give minval=None and maxval=None for the whole range."
        )
    bounds = [convert_to_tensor(bound, dtype=dtype) for bound in (minval, maxval)]
    _check_integer_bounds(minval, maxval, *bounds)
    return draw(_discrete.uniform_int, source("uniform_int", dtype), *bounds, shape)


def _check_integer_bounds(minval: Any, maxval: Any, low: Tensor, high: Tensor) -> None:
    for name, bound in (("minval", low), ("maxval", high)):
        if bound.shape.rank:
            raise errors.InvalidArgumentError(
                f"{name} of integers is a single number; given shape {bound.shape}"
            )
    plain = not any(isinstance(bound, (Tensor, Variable)) for bound in (minval, maxval))
    if plain and not minval < maxval:
        raise errors.InvalidArgumentError(
            f"minval has to be less than maxval; given minval={minval}, maxval={maxval}"
        )


def uniform_full_int(source: SourceOf, shape: Any, dtype: Any) -> Tensor:
    """Integers over the whole range of the dtype."""
    dtype = checked_dtype(dtype, (*_SIGNED, *_UNSIGNED))
    return draw(_discrete.uniform_full_int, source("uniform_full_int", dtype), shape, dtype)


def normal(source: SourceOf, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    """Normal floats."""
    dtype = checked_dtype(dtype)
    both = as_parameter(mean, dtype), as_parameter(stddev, dtype)
    return draw(_continuous.normal, source("normal", dtype), *both, shape)


def truncated_normal(source: SourceOf, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    """Normal floats within two deviations."""
    dtype = checked_dtype(dtype)
    both = as_parameter(mean, dtype), as_parameter(stddev, dtype)
    return draw(_continuous.truncated_normal, source("truncated_normal", dtype), *both, shape)


def gamma(source: SourceOf, shape: Any, alpha: Any, beta: Any, dtype: Any) -> Tensor:
    """`shape` gammas for each pair of alpha and beta."""
    dtype = checked_dtype(dtype)
    beta = 1 if beta is None else beta
    check_parameter("alpha", alpha, lambda a: a >= 0, "at least 0")
    check_parameter("beta", beta, lambda b: b > 0, "positive")
    both = as_parameter(alpha, dtype), as_parameter(beta, dtype)
    return draw(_continuous.gamma, source("gamma", dtype), *both, shape)


def poisson(source: SourceOf, shape: Any, lam: Any, dtype: Any) -> Tensor:
    """`shape` Poisson numbers for each rate."""
    dtype = checked_dtype(dtype, (*_FLOATS, *_SIGNED))
    check_parameter("lam", lam, lambda rate: rate >= 0, "a rate of at least 0")
    rate = convert_to_tensor(lam)
    return draw(_discrete.poisson, source("poisson", rate.dtype, dtype), rate, shape, dtype)


def binomial(source: SourceOf, shape: Any, counts: Any, probs: Any, dtype: Any) -> Tensor:
    """Binomial numbers; the last axes of `shape` are those of the parameters."""
    dtype = checked_dtype(dtype, (*_FLOATS, *_SIGNED))
    check_parameter("counts", counts, lambda n: n >= 0, "at least 0")
    check_parameter("probs", probs, lambda p: (p >= 0) & (p <= 1), "between 0 and 1")
    chance = convert_to_tensor(probs, dtype_hint=_hint(counts))
    count = convert_to_tensor(counts, dtype_hint=chance.dtype)
    return draw(_discrete.binomial, source("binomial", dtype), count, chance, shape, dtype)


def _hint(value: Any) -> DType:
    dtype = getattr(value, "dtype", None)
    return dtypes.float32 if dtype is None or as_dtype(dtype) not in _FLOATS else as_dtype(dtype)


def categorical(source: SourceOf, logits: Any, num_samples: Any, dtype: Any) -> Tensor:
    """Indices into rows of logits."""
    dtype = checked_dtype(dtype or dtypes.int64, _SIGNED)
    tensor = convert_to_tensor(logits, dtype_hint=dtypes.float32)
    place = source("categorical", tensor.dtype, dtype)
    return draw(_discrete.categorical, place, tensor, num_samples, dtype)


def shuffle(source: SourceOf, value: Any) -> Tensor:
    """The rows of a tensor in random order."""
    tensor = convert_to_tensor(value)
    place = source("shuffle", tensor.dtype)
    if tensor.dtype == dtypes.string:
        strings = tensor.numpy()
        if not np.ndim(strings):
            return tensor
        order = draw(_discrete.shuffled_numbers, place, len(strings))
        return convert_to_tensor(strings[order.numpy()])
    return draw(_discrete.shuffle, place, tensor) if tensor.shape.rank != 0 else tensor


def parameterized_truncated_normal(
    source: SourceOf, shape: Any, means: Any, stddevs: Any, minvals: Any, maxvals: Any
) -> Tensor:
    """Normal floats between bounds."""
    given = [means, stddevs, minvals, maxvals]
    dtype = next((as_dtype(v.dtype) for v in given if hasattr(v, "dtype")), dtypes.float32)
    dtype = checked_dtype(dtype)
    check_parameter("stddevs", stddevs, lambda s: s > 0, "positive")
    parameters = [as_parameter(value, dtype) for value in given]
    place = source("parameterized_truncated_normal", dtype)
    return draw(_truncated.truncated_normal_between, place, *parameters, shape)
