"""Gradients of functions: of a loss with respect to variables, and those that users define."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.block import Block, array_of, becomes_tensor, flatten
from keratin._engine.kernel import Kernel, apply
from keratin._engine.row_gradients import TakenRows, slices, taking_rows
from keratin._engine.state import Scope, context, enter, listening
from keratin._engine.tape import GradientTape, UnconnectedGradients
from keratin._engine.tensor import Tensor, convert_to_tensor, wrap
from keratin._engine.variable import Variable


def value_and_gradients(
    function: Callable[[], tuple[Any, Any]],
    variables: Sequence[Variable],
    tables: Sequence[Variable] = (),
) -> tuple[Any, Any, list[Any]]:
    """Call `function`, which gives a scalar loss and anything else, and differentiate the loss.

    Returns the loss, the rest, and for each variable the gradient, or None if the loss does not
    depend on it. In a traced program JAX differentiates the function as a whole, which makes
    smaller programs than a tape does; elsewhere a tape listens. What the function assigned to
    variables stands. Of `tables` a traced program may give `tf.IndexedSlices`, if only rows were
    taken from them.
    """
    if context.scope is None:
        with GradientTape() as tape:
            loss, rest = function()
        found = tape._backward([loss], list(variables), [None]) if variables else []
        return loss, rest, found
    return _TracedLoss(function, variables, tables).differentiate()


class _TracedLoss:
    """A loss as a pure function of the arrays of variables, and of zeros added to rows."""

    def __init__(
        self,
        function: Callable[[], tuple[Any, Any]],
        variables: Sequence[Variable],
        tables: Sequence[Variable],
    ) -> None:
        self.function = function
        self.variables = variables
        self.sources = [v for v in variables if v.dtype.is_floating or v.dtype.is_complex]
        self.tables = tables

    def differentiate(self) -> tuple[Any, Any, list[Any]]:
        arrays = [variable._read() for variable in self.sources]
        zeros = [jnp.zeros(row.shape, row.dtype) for row in self._rows_taken(arrays)]
        gradient_of = jax.value_and_grad(self._run, argnums=(0, 1), has_aux=True)
        (loss, (outputs, written, indices)), found = gradient_of(arrays, zeros)
        for variable, array in zip(self.scope.written.values(), written, strict=True):
            variable._write(array)
        gradients = self._gradients(found[0], slices(self.taken.taken_from, indices, found[1]))
        return wrap(loss), self._rebuild(outputs), gradients

    def _rows_taken(self, arrays: list[Any]) -> list[Any]:
        """What the rows are like that the loss takes from tables, found by a trial."""
        if not self.tables:
            return []
        structs = [jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays]
        try:
            jax.eval_shape(lambda arrays: self._run(arrays, None), structs)
        except jax.errors.UnexpectedTracerError:
            # Taken in a part of the program of which nothing may be kept, as in jax.checkpoint.
            self.tables = ()
            return []
        return self.taken.rows

    def _gradients(self, plain: list[Any], of_rows: dict[int, Any]) -> list[Any]:
        found: dict[int, Any] = dict(of_rows)
        for variable, gradient in zip(self.sources, plain, strict=True):
            key = id(variable)
            if key in self.scope.read:
                whole = wrap(gradient)
                found[key] = whole + convert_to_tensor(found[key]) if key in found else whole
        return [found.get(id(variable)) for variable in self.variables]

    def _run(self, arrays: list[Any], zeros: list[Any] | None) -> Any:
        self.scope = Scope({}, parent=context.scope, name="loss")
        self.scope.values = {id(v): a for v, a in zip(self.sources, arrays, strict=True)}
        self.taken = TakenRows(self.tables, self.scope, zeros)
        with enter(self.scope), listening(()), taking_rows(self.taken):
            loss, rest = self.function()
            value = array_of(loss)
            self.leaves, self.tree = flatten(rest)
            self.carried = [becomes_tensor(leaf) for leaf in self.leaves]
            outputs = [array_of(v) for v, c in zip(self.leaves, self.carried, strict=True) if c]
        if value.shape != () or not jnp.issubdtype(value.dtype, jnp.floating):
            raise ValueError(
                f"A loss is one real floating number; this one has shape {value.shape} and dtype "
                f"{value.dtype.name}. Reduce it, for instance with tf.reduce_mean(loss)."
            )
        written = [self.scope.values[key] for key in self.scope.written]
        return value, (outputs, written, self.taken.indices)

    def _rebuild(self, arrays: list[Any]) -> Any:
        rest = iter(arrays)
        leaves = [
            wrap(next(rest)) if carried else leaf
            for leaf, carried in zip(self.leaves, self.carried, strict=True)
        ]
        return jax.tree.unflatten(self.tree, leaves)


def custom_gradient(f: Callable[..., Any] | None = None) -> Any:
    """Give a function a gradient of its own.

    The function returns its result and a function from the upstream gradients to those of its
    arguments. If it uses variables, that one takes `variables=` and returns, besides the gradients
    of the arguments, a list of the variables' gradients.

    >>> @tf.custom_gradient
    ... def clipped_gradient(x):
    ...     return x * x, lambda upstream: tf.minimum(upstream * 2.0 * x, 1.0)
    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = clipped_gradient(x)
    >>> tape.gradient(y, x).numpy()
    np.float32(1.0)
    """
    if f is None:
        return custom_gradient
    function = f

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        run = _call_recorded if context.scope is None else _call_traced
        return run(function, args, kwargs)

    return call


def _call_recorded(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
    """Eagerly: tapes note the call as one step, whose pullback is the user's function."""
    # A tape of its own tells which variables the function reads.
    with GradientTape(persistent=True) as finder:
        result, grad_fn = function(*args, **kwargs)
    leaves, tree = flatten(result)
    outputs = [_fresh(convert_to_tensor(leaf)) for leaf in leaves]
    variables = [v for v in finder.watched_variables() if not any(v is a for a in args)]
    places = [i for i, value in enumerate(args) if isinstance(value, (Tensor, Variable))]
    sources = [*[args[place] for place in places], *variables]

    def pullback(cotangents: list[Tensor]) -> list[Tensor | None]:
        return _checked_gradients(grad_fn, cotangents, len(args), places, variables)

    arrays = [array_of(value) for value in sources]
    for listener in context.tapes:
        wanted = listener.differentiable(sources, arrays)
        if wanted:
            listener.record_pullback(sources, wanted, _only(pullback, wanted), outputs)
    return jax.tree.unflatten(tree, outputs)


class _TracedCall:
    """A call of a custom gradient in a program: function and gradient, traced once."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any):
        self.function, self.args, self.kwargs = function, args, kwargs
        self.places = [i for i, value in enumerate(args) if isinstance(value, (Tensor, Variable))]
        self.inputs = [args[place] for place in self.places]
        self.arrays = [array_of(value) for value in self.inputs]
        self.block = Block(self._forward, self.arrays, getattr(function, "__name__", "function"))
        self.variables_at = [
            i
            for i, value in enumerate(self.block.const_inputs)
            if any(value is variable for variable in self.variables)
        ]

    def _forward(self, *tensors: Tensor) -> Any:
        """The results, and what the gradient function needs of the way to them."""
        full = list(self.args)
        for place, tensor in zip(self.places, tensors, strict=True):
            full[place] = tensor
        result, grad_fn = self.function(*full, **self.kwargs)
        read = context.scope.read if context.scope is not None else {}
        arguments = {id(value) for value in self.inputs}
        self.variables = [v for v in read.values() if v.trainable and id(v) not in arguments]
        leaves, self.tree = flatten(result)
        results = [convert_to_tensor(leaf) for leaf in leaves]
        self.count = len(results)

        def backward(*upstream: Tensor) -> list[Tensor]:
            found = _checked_gradients(
                grad_fn, list(upstream), len(self.args), self.places, self.variables
            )
            self.missing = [gradient is None for gradient in found]
            return [gradient for gradient in found if gradient is not None]

        structs = [array_of(tensor) for tensor in results]
        self.backward = Block(backward, structs, "the gradient function")
        return [*results, *[wrap(const) for const in self.backward.consts]]

    def kernel(self) -> Kernel:
        block, width = self.block, len(self.arrays)

        @jax.custom_vjp
        def run(given: list[Any], consts: list[Any]) -> Any:
            return self._without_residuals(block.run(consts, given, []))

        def forward(given: list[Any], consts: list[Any]) -> Any:
            found = block.run(consts, given, [])
            residuals = found[self.count : block.num_outputs]
            return self._without_residuals(found), (residuals, given, consts)

        def backward(kept: Any, cotangents: Any) -> Any:
            residuals, given, consts = kept
            upstream = [jnp.conj(c) for c in cotangents[: self.count]]
            found = iter(self.backward.run(residuals, upstream, []))
            gradients = [None if none else jnp.conj(next(found)) for none in self.missing]
            of_consts: list[Any] = [None] * len(consts)
            for place, gradient in zip(self.variables_at, gradients[width:], strict=True):
                of_consts[place] = gradient
            return (
                [_or_zeros(g, a) for g, a in zip(gradients[:width], given, strict=True)],
                [_or_zeros(g, a) for g, a in zip(of_consts, consts, strict=True)],
            )

        run.defvjp(forward, backward)
        return Kernel("custom_gradient", lambda *a: run(list(a[:width]), list(a[width:])))

    def _without_residuals(self, found: list[Any]) -> list[Any]:
        return [*found[: self.count], *found[self.block.num_outputs :]]


def _or_zeros(gradient: Any, array: Any) -> Any:
    if not jnp.issubdtype(array.dtype, jnp.inexact):
        return np.zeros(array.shape, jax.dtypes.float0)
    return jnp.zeros(array.shape, array.dtype) if gradient is None else gradient


def _call_traced(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
    """In a program: a step that JAX itself differentiates by the user's function."""
    traced = _TracedCall(function, args, kwargs)
    block = traced.block
    found = apply(
        traced.kernel(),
        [*traced.inputs, *block.const_inputs],
        [*traced.arrays, *block.consts],
    )
    for variable, value in zip(block.written.values(), found[traced.count :], strict=True):
        variable._write(value._value)
    return jax.tree.unflatten(traced.tree, list(found[: traced.count]))


def _fresh(value: Any) -> Any:
    """The same value as a tensor of its own, so that tapes tell them apart."""
    return wrap(value._value) if type(value) is Tensor else value


def _only(
    pullback: Callable[[list[Tensor]], list[Tensor | None]], wanted: list[int]
) -> Callable[[list[Tensor]], list[Tensor | None]]:
    def pull(cotangents: list[Tensor]) -> list[Tensor | None]:
        found = pullback(cotangents)
        return [found[index] for index in wanted]

    return pull


def _checked_gradients(
    grad_fn: Callable[..., Any],
    cotangents: list[Tensor],
    count: int,
    places: list[int],
    variables: list[Variable],
) -> list[Tensor | None]:
    if (
        variables
        and "variables" not in inspect.signature(grad_fn).parameters
        and not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(grad_fn).parameters.values())
    ):
        raise TypeError(
            "custom_gradient: the function uses the variables "
            f"{[v.name for v in variables]}, so its gradient function must take a keyword argument "
            "`variables` and return (gradients, gradients of the variables)."
        )
    if variables:
        found, of_variables = grad_fn(*cotangents, variables=variables)
    else:
        found, of_variables = grad_fn(*cotangents), []
    gradients = list(found) if isinstance(found, (list, tuple)) else [found]
    if len(gradients) != count:
        raise ValueError(
            f"custom_gradient: the function takes {count} arguments, its gradient function "
            f"returned {len(gradients)} gradients. Return one for each argument (None for none)."
        )
    chosen = [*[gradients[place] for place in places], *of_variables]
    return [None if value is None else convert_to_tensor(value) for value in chosen]


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """Compute `f` again for the gradient instead of keeping what is between: less memory.

    >>> x = tf.Variable(2.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.recompute_grad(lambda v: tf.exp(v) * v)(x)
    >>> float(tape.gradient(y, x)) > 22
    True
    """

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        leaves, tree = flatten((args, kwargs))
        places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Tensor)]

        def run(*tensors: Tensor) -> Any:
            full = list(leaves)
            for place, tensor in zip(places, tensors, strict=True):
                full[place] = tensor
            inner_args, inner_kwargs = jax.tree.unflatten(tree, full)
            return f(*inner_args, **inner_kwargs)

        inputs = [leaves[place] for place in places]
        arrays = [array_of(value) for value in inputs]
        block = Block(run, arrays, getattr(f, "__name__", "function"))
        count = len(arrays)

        @jax.checkpoint
        def again(*given: Any) -> Any:
            return block.run(given[count:], given[:count], [])

        found = apply(
            Kernel("recompute_grad", again),
            [*inputs, *block.const_inputs],
            [*arrays, *block.consts],
        )
        for variable, value in zip(block.written.values(), found[block.num_outputs :], strict=True):
            variable._write(value._value)
        return block.rebuild(found[: block.num_outputs])

    return call


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` forwards, the identity backwards (a straight-through estimator).

    >>> x = tf.Variable(1.4)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.grad_pass_through(tf.round)(x)
    >>> y.numpy(), tape.gradient(y, x).numpy()
    (np.float32(1.0), np.float32(1.0))
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        def gradient(*upstream: Any, variables: Any = None) -> Any:
            return (upstream, [None] * len(variables)) if variables else upstream

        return f(*args, **kwargs), gradient

    wrapped: Callable[..., Any] = custom_gradient(call)
    return wrapped


def no_gradient(op_type: str) -> None:
    """Refused: ops have no types by name; use tf.stop_gradient.

    >>> tf.no_gradient("Relu")
    Traceback (most recent call last):
    ...
    keratin.errors.UnimplementedError: ...
    """
    raise errors.UnimplementedError(
        f"tf.no_gradient({op_type!r}): ops are not registered by type here. Wrap the value in "
        "tf.stop_gradient, or the function in tf.custom_gradient."
    )


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> Any:
    """Refused with the way out: gradients need to be recorded.

    >>> tf.gradients(tf.constant(1.0), tf.constant(1.0))
    Traceback (most recent call last):
    ...
    RuntimeError: tf.gradients ...
    """
    raise RuntimeError(
        "tf.gradients needs TensorFlow's graphs, which remember how a value was computed. Record "
        "the computation instead: with tf.GradientTape() as tape: ...; tape.gradient(ys, xs)."
    )


def hessians(
    ys: Any,
    xs: Any,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    name: str = "hessians",
) -> Any:
    """Refused with the way out: see `gradients`.

    >>> tf.hessians(tf.constant(1.0), tf.constant(1.0))
    Traceback (most recent call last):
    ...
    RuntimeError: tf.hessians ...
    """
    raise RuntimeError(
        "tf.hessians needs TensorFlow's graphs. Use nested tapes: the jacobian of a gradient, "
        "outer.jacobian(inner.gradient(y, x), x)."
    )
