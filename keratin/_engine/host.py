"""Python called from compiled programs: printing, checks, and functions of NumPy or of tensors.

An exception raised in such a call is kept, and raised again where the program was called, in place
of the runtime's own error.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback

from keratin._engine import errors, state, tape
from keratin._engine.block import array_of, flatten
from keratin._engine.dtype import as_dtype
from keratin._engine.kernel import Kernel, apply
from keratin._engine.state import context
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, is_traced, on_device, wrap
from keratin._engine.variable import Variable

# JAX logs what a call raised, frames and all; it is raised where the program was called instead.
logging.getLogger("jax._src.callback").addFilter(lambda record: not errors.raised_on_host)


def keeping_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with its exception kept for `errors.take_raised`."""

    def guarded(*args: Any) -> Any:
        try:
            with state.enter(None), state.listening(()):
                return function(*args)
        except BaseException as error:
            errors.raised_on_host.append(error)
            raise

    return guarded


def call_on_host(function: Callable[..., None], *values: Any, ordered: bool = False) -> None:
    """Have a traced program call `function` with NumPy arrays of `values`, for its effect."""
    try:
        arrays = [jax.lax.stop_gradient(array_of(value)) for value in values]
        if ordered:
            jax.debug.callback(keeping_errors(function), *arrays, ordered=True)
        else:
            io_callback(keeping_errors(function), None, *arrays)
    except jax.errors.UnexpectedTracerError:
        raise errors.leaked() from None


# Functions of NumPy arrays and of tensors


def numpy_function(
    func: Callable[..., Any] | None = None,
    inp: Any = None,
    Tout: Any = None,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """Call a Python function of NumPy arrays as an op; it has no gradient.

    Inside a compiled function the shapes of the results must be known: they are found by calling
    `func` once on zeros while tracing. With `stateful=False` unneeded calls may be left out.

    >>> tf.numpy_function(np.sinh, [tf.constant(0.0)], tf.float32)
    <tf.Tensor: shape=(), dtype=float32, numpy=0.0>
    """
    if func is None:
        raise ValueError("tf.numpy_function: func is missing")

    def on_arrays(*tensors: Tensor) -> Any:
        return func(*[tensor.numpy() for tensor in tensors])

    return _python_op(on_arrays, inp, Tout, "tf.numpy_function", stateful, gradient=False)


def py_function(
    func: Callable[..., Any] | None = None,
    inp: Any = None,
    Tout: Any = None,
    name: str | None = None,
) -> Any:
    """Call a Python function of eager tensors as an op; gradients flow through it.

    Inside a compiled function the shapes of the results must be known: they are found by calling
    `func` once on zeros while tracing.

    >>> tf.py_function(lambda x: x * 2, [tf.constant(3)], tf.int32)
    <tf.Tensor: shape=(), dtype=int32, numpy=6>
    """
    if func is None:
        raise ValueError("tf.py_function: func is missing")
    return _python_op(func, inp, Tout, "tf.py_function", True, gradient=True)


def _python_op(
    function: Callable[..., Any], inp: Any, Tout: Any, what: str, stateful: bool, gradient: bool
) -> Any:
    given = [] if inp is None else list(inp)
    tensors = [value if isinstance(value, Tensor) else convert_to_tensor(value) for value in given]
    single = not isinstance(Tout, (list, tuple))
    wanted = [as_dtype(getattr(t, "dtype", t)) for t in ([Tout] if single else Tout)]
    traced = context.scope is not None or any(is_traced(t._value) for t in tensors)
    if traced:
        results = _staged_call(function, tensors, wanted, what, stateful, gradient)
    elif gradient:
        results = _checked(function(*tensors), wanted, what)
    else:
        with state.listening(()):
            results = _checked(function(*tensors), wanted, what)
    return results[0] if single and results else results


def _checked(result: Any, wanted: Sequence[Any], what: str) -> list[Tensor]:
    values = list(result) if isinstance(result, (list, tuple)) and len(wanted) != 1 else [result]
    if not wanted:
        return []
    if len(values) != len(wanted):
        raise ValueError(f"{what}: Tout names {len(wanted)} results; func returned {len(values)}")
    tensors = []
    for value, dtype in zip(values, wanted, strict=True):
        tensor = convert_to_tensor(value, dtype_hint=dtype)
        if tensor.dtype != dtype:
            raise errors.InvalidArgumentError(
                f"{what}: func returned {tensor.dtype.name}, but Tout says {dtype.name}. Make both "
                "agree."
            )
        tensors.append(tensor)
    return tensors


def _staged_call(
    function: Callable[..., Any],
    tensors: list[Tensor],
    wanted: Sequence[Any],
    what: str,
    stateful: bool,
    gradient: bool,
) -> list[Tensor]:
    structs = _result_types(function, tensors, wanted, what)

    def on_host(*arrays: Any) -> Any:
        eager = [wrap(on_device(np.asarray(array))) for array in arrays]
        found = _checked(function(*eager), wanted, what)
        for tensor, struct in zip(found, structs, strict=True):
            if tuple(tensor._value.shape) != struct.shape:
                raise errors.InvalidArgumentError(
                    f"{what}: func returned shape {tensor.shape}, but {struct.shape} when it was "
                    "traced. Inside a compiled function the shapes of its results are fixed."
                )
        return [np.asarray(tensor._value) for tensor in found]

    def call(*arrays: Any) -> Any:
        fixed = [jax.lax.stop_gradient(array) for array in arrays]
        if stateful:
            return list(io_callback(keeping_errors(on_host), structs, *fixed))
        return list(jax.pure_callback(keeping_errors(on_host), structs, *fixed))

    kernel = Kernel(what, _differentiable(call, function, structs) if gradient else call)
    return list(apply(kernel, tensors, [array_of(tensor) for tensor in tensors]))


def _result_types(
    function: Callable[..., Any], tensors: list[Tensor], wanted: Sequence[Any], what: str
) -> list[Any]:
    """The types of the results, from a trial on zeros."""
    if not wanted:
        return []
    try:
        with state.enter(None), state.listening(()), jax.ensure_compile_time_eval():
            zeros = [wrap(on_device(np.zeros(t._value.shape, t._value.dtype))) for t in tensors]
            trial = _checked(function(*zeros), wanted, what)
    except errors.InvalidArgumentError:
        raise
    except Exception as error:
        raise errors.InvalidArgumentError(
            f"{what}: the shapes of the results must be known inside a compiled function. A trial "
            f"call of func on zeros failed: {type(error).__name__}: {error}. Make func work on "
            "zeros, or call it outside of tf.function."
        ) from None
    if any(tensor._value.dtype == OBJECT for tensor in trial):
        raise errors.InvalidArgumentError(f"{what}: a compiled function cannot hold strings")
    return [jax.ShapeDtypeStruct(t._value.shape, t._value.dtype) for t in trial]


def _differentiable(
    call: Callable[..., Any], function: Callable[..., Any], structs: Sequence[Any]
) -> Callable[..., Any]:
    """`call` with a gradient: a tape on the host, around `function` once more."""

    @jax.custom_vjp
    def run(*arrays: Any) -> Any:
        return call(*arrays)

    def forward(*arrays: Any) -> Any:
        return call(*arrays), arrays

    def backward(arrays: Any, cotangents: Any) -> Any:
        inexact = [i for i, a in enumerate(arrays) if jnp.issubdtype(a.dtype, jnp.inexact)]
        useful = [i for i, s in enumerate(structs) if jnp.issubdtype(s.dtype, jnp.inexact)]
        types = [jax.ShapeDtypeStruct(arrays[i].shape, arrays[i].dtype) for i in inexact]
        given = [cotangents[i] for i in useful]

        def pull(arrays: Any, cotangents: Any) -> Any:
            eager = [wrap(on_device(np.asarray(array))) for array in arrays]
            with tape.GradientTape() as recorder:
                recorder.watch([eager[i] for i in inexact])
                results = function(*eager)
            flat = [value for value in flatten(results)[0] if isinstance(value, Tensor)]
            found = recorder.gradient(
                [flat[i] for i in useful],
                [eager[i] for i in inexact],
                [wrap(on_device(np.asarray(c))) for c in cotangents],
                unconnected_gradients="zero",
            )
            return [np.asarray(gradient._value) for gradient in found]

        found = iter(jax.pure_callback(keeping_errors(pull), types, list(arrays), given))
        return tuple(
            [
                next(found) if i in inexact else np.zeros(a.shape, jax.dtypes.float0)
                for i, a in enumerate(arrays)
            ]
        )

    run.defvjp(forward, backward)
    return run


# Printing


def print(
    *inputs: Any,
    output_stream: Any = None,
    summarize: int = 3,
    sep: str = " ",
    end: str = "\n",
    name: str | None = None,
) -> None:
    """Print values, also from within a compiled function, each time it runs.

    Goes to stderr unless `output_stream` is `sys.stdout`, another stream, or `"file://path"`.
    `summarize` is how many elements to show at both ends of each axis; -1 shows all.

    >>> import sys
    >>> tf.print("sum:", tf.constant([1, 2]), output_stream=sys.stdout)
    sum: [1 2]
    """
    leaves, tree = flatten(list(inputs))
    open_at = [i for i, leaf in enumerate(leaves) if _is_open(leaf)]

    def show(*arrays: Any) -> None:
        full = list(leaves)
        for place, array in zip(open_at, arrays, strict=True):
            full[place] = np.asarray(array)
        values = jax.tree.unflatten(tree, full)
        text = sep.join(_printed(value, summarize, nested=False) for value in values) + end
        _emit(text, output_stream)

    if context.scope is None and not open_at:
        show()
    else:
        call_on_host(show, *[leaves[i] for i in open_at], ordered=True)


def _is_open(leaf: Any) -> bool:
    if isinstance(leaf, Variable):
        return context.scope is not None
    return isinstance(leaf, Tensor) and (
        is_traced(leaf._value) or (context.scope is not None and isinstance(leaf._value, jax.Array))
    )


def _emit(text: str, stream: Any) -> None:
    if isinstance(stream, str):
        if not stream.startswith("file://"):
            raise ValueError(
                f"tf.print: output_stream is a stream or 'file://path'; given {stream!r}"
            )
        with open(stream.removeprefix("file://"), "a", encoding="utf-8") as file:
            file.write(text)
        return
    target = sys.stderr if stream is None else stream
    target.write(text)
    target.flush()


def _printed(value: Any, summarize: int, nested: bool = True) -> str:
    if isinstance(value, (Tensor, Variable)):
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        return _array_text(np.asarray(value), summarize, nested)
    if isinstance(value, (bytes, str)):
        text = value.decode(errors="replace") if isinstance(value, bytes) else value
        return f"'{text}'" if nested else text
    if isinstance(value, dict):
        items = [f"{_printed(k, summarize)}: {_printed(v, summarize)}" for k, v in value.items()]
        return "{" + ", ".join(items) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_printed(item, summarize) for item in value)
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    return str(value)


def _array_text(array: np.ndarray[Any, Any], summarize: int, nested: bool) -> str:
    """An array as tf.print shows it: no commas, the middle of long axes left out."""
    if not array.ndim:
        item = array.item()
        if isinstance(item, bytes):
            return _quoted(item, nested)
        if isinstance(item, bool):
            return "1" if item else "0"
        return _number(array[()])
    rows = [array[index : index + 1].reshape(array.shape[1:]) for index in range(len(array))]
    parts = [_array_text(row, summarize, nested=True) for row in rows]
    if summarize >= 0 and len(parts) > 2 * summarize:
        parts = [*parts[:summarize], "...", *parts[-summarize:]]
    joint = "\n "
    return "[" + (" " if array.ndim == 1 else joint).join(parts) + "]"


def _quoted(item: bytes, nested: bool) -> str:
    text = item.decode(errors="replace")
    return f'"{text}"' if nested else text


def _number(value: Any) -> str:
    if isinstance(value, np.complexfloating):
        return f"({_number(value.real)},{_number(value.imag)})"
    if isinstance(value, (np.floating, float)) or value.dtype.kind in "fV":
        return (
            np.format_float_positional(value, unique=True, trim="-")
            if (value == 0 or 1e-4 <= abs(float(value)) < 1e16)
            else repr(float(str(value)))
        )
    return str(value)
