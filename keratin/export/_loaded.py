"""Programs that were loaded, as functions of tensors."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.function import Function
from keratin._engine.kernel import Kernel, apply
from keratin._engine.spec import TensorSpec
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin._engine.variable import Variable
from keratin.export._sizes import factor_and_name
from keratin.export._structure import Slot, filled, slots_of, spec_of


def differentiable(
    name: str, forward: Any, gradient: Any, by: Sequence[int], of: Sequence[int], why_not: str
) -> Kernel:
    """A kernel that runs a program, and its gradient where that was saved."""

    # Programs are not vectorised: elements of `tf.vectorized_map` come one after the other.
    @jax.custom_batching.sequential_vmap
    def once(*arrays: Any) -> list[Any]:
        return list(forward(*arrays))

    @jax.custom_vjp
    def run(*arrays: Any) -> list[Any]:
        result: list[Any] = once(*arrays)
        return result

    def ahead(*arrays: Any) -> Any:
        return run(*arrays), arrays

    def back(arrays: Sequence[Any], cotangents: Sequence[Any]) -> tuple[Any, ...]:
        if gradient is None:
            raise ValueError(f"{name} was saved without its gradient: {why_not}")
        found: list[Any] = [_no_gradient(array) for array in arrays]
        given = [cotangents[i] for i in of]
        for index, value in zip(by, _once(name, gradient)(*arrays, *given), strict=True):
            found[index] = value
        return tuple(found)

    run.defvjp(ahead, back)
    return Kernel(name, run)


def _no_gradient(array: Any) -> Any:
    if jnp.issubdtype(array.dtype, jnp.inexact):
        return jnp.zeros(array.shape, array.dtype)
    return np.zeros(array.shape, jax.dtypes.float0)


def _once(name: str, gradient: Callable[..., Any]) -> Callable[..., Any]:
    """The gradient, with an error in place of one of its own."""

    @jax.custom_batching.sequential_vmap
    def once(*arrays: Any) -> list[Any]:
        return list(gradient(*arrays))

    @jax.custom_vjp
    def pull(*arrays: Any) -> list[Any]:
        result: list[Any] = once(*arrays)
        return result

    def ahead(*arrays: Any) -> Any:
        return pull(*arrays), None

    def back(_: Any, __: Any) -> Any:
        raise ValueError(
            f"{name} was loaded: its gradient was saved with it, but not the gradient of that one. "
            "Second derivatives need the function as code"
        )

    pull.defvjp(ahead, back)
    return pull


class LoadedConcrete:
    """One program that was loaded, with its variables: a function of tensors of given types."""

    def __init__(
        self,
        name: str,
        kernel: Kernel,
        dims: Sequence[Sequence[Any]],
        arguments: Any,
        outputs: Any,
        constants: Sequence[Tensor],
        reads: Sequence[Variable],
        writes: Sequence[Variable],
    ):
        self.name = name
        self._kernel = kernel
        self._dims = [tuple(one) for one in dims]
        self._arguments = arguments
        self._outputs = outputs
        self._constants = list(constants)
        self._reads, self._writes = list(reads), list(writes)
        slots = slots_of(arguments)
        self._slots = sorted(slots, key=lambda slot: slot.place)
        self._count = len(slots_of(outputs))
        self._function = Function(self._run, name, use_autograph=False)
        self._again: Function | None = None
        # The types of arguments that were checked before.
        self._fitting: set[Any] = set()

    def _run(self, *tensors: Tensor) -> Any:
        """The body that is traced: the program, on the arguments and variables as they stand."""
        inputs: list[Any] = [*tensors, *self._constants, *self._reads]
        arrays = [_array_of(value) for value in inputs]
        results = apply(self._kernel, inputs, arrays)
        for variable, value in zip(self._writes, results[self._count :], strict=True):
            variable._write(value._value)
        return filled(self._outputs, lambda slot: results[slot.place])

    def as_function(self) -> Function:
        """The program as a function of its arguments as they were, to be saved again."""
        if self._again is None:

            def again(*args: Any, **kwargs: Any) -> Any:
                found: dict[int, Any] = {}
                _match(self._arguments, (args, kwargs), "", found)
                return self._run(*[found[slot.place] for slot in self._slots])

            self._again = Function(again, self.name, use_autograph=False)
        return self._again

    def call_on(self, tensors: list[Tensor]) -> Any:
        """Run on tensors in the order of the program's arguments."""
        key = _types_of(tensors)
        if key not in self._fitting:
            self.check(tensors)
            if len(self._fitting) < _MOST_TYPES:
                self._fitting.add(key)
        return self._function(*tensors)

    def check(self, tensors: Sequence[Tensor]) -> None:
        """Refuse tensors of other types than those of the program."""
        sizes: dict[str, int] = {}
        for slot, dims, tensor in zip(self._slots, self._dims, tensors, strict=True):
            problem = _mismatch(slot.spec, dims, tensor, sizes)
            if problem:
                raise TypeError(f"{self.name}: the argument {_called(slot)} {problem}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on tensors in order, or on arguments as they were."""
        if not kwargs and len(args) == len(self._slots):
            try:
                given = [_tensor(v, s) for v, s in zip(args, self._slots, strict=True)]
            except (TypeError, ValueError):
                given = None  # structures of tensors
            if given is not None:
                return self.call_on(given)
        problems = _matched(self, self._arguments, (args, kwargs))
        if isinstance(problems, str):
            raise TypeError(f"{self.name}: {problems}")
        return self.call_on(problems)

    @property
    def structured_input_signature(self) -> Any:
        """The arguments, specs in place of tensors."""
        return filled(self._arguments, spec_of)

    @property
    def structured_outputs(self) -> Any:
        """The results, specs in place of tensors."""
        return filled(self._outputs, spec_of)

    @property
    def inputs(self) -> list[TensorSpec]:
        """The specs of the tensor arguments."""
        return [slot.spec for slot in self._slots]

    @property
    def outputs(self) -> list[TensorSpec]:
        """The specs of the results."""
        return [slot.spec for slot in slots_of(self._outputs)]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that the program reads or writes."""
        return tuple({id(v): v for v in [*self._reads, *self._writes]}.values())

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """Those of the variables that are trainable."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def captured_inputs(self) -> list[Any]:
        """The tensors and variables that belong to the program."""
        return [*self._constants, *self.variables]

    def __repr__(self) -> str:
        args, kwargs = self.structured_input_signature
        given = ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in kwargs.items())])
        return f"<loaded function {self.name}({given}) -> {self.structured_outputs!r}>"


class LoadedSignature(LoadedConcrete):
    """A signature: a program whose inputs and outputs have names."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run on tensors given by name, and get the results by name."""
        names = [str(slot.spec.name) for slot in self._slots]
        rest = args
        if len(args) == 1 and len(names) == 1 and not kwargs:
            rest, kwargs = (), {names[0]: args[0]}
        if rest or kwargs.keys() != set(names):
            given = [*(f"{len(args)} without a name" for _ in args[:1]), *map(repr, kwargs)]
            raise TypeError(
                f"The signature {self.name!r} takes tensors by name: {', '.join(names) or 'none'}; "
                f"given {', '.join(given) or 'none'}. Write "
                f"signature({', '.join(f'{name}=...' for name in names)})"
            )
        tensors = [_tensor(kwargs[str(slot.spec.name)], slot) for slot in self._slots]
        result: dict[str, Any] = self.call_on(tensors)
        return result


class LoadedFunction:
    """A function that was loaded, with the programs of the arguments that it was traced for."""

    def __init__(
        self, name: str, signature: inspect.Signature | None, concretes: Sequence[LoadedConcrete]
    ):
        self.name = self.__name__ = name
        self._signature = signature
        self.concrete_functions = list(concretes)
        self._known: dict[Any, LoadedConcrete] = {}
        self._wanted = [self._complete(*concrete._arguments) for concrete in concretes]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program that was saved for arguments like these."""
        plain = not kwargs and all([type(value) is Tensor for value in args])
        known = self._known.get(_types_of(args)) if plain else None
        if known is not None:
            return known._function(*args)
        concrete, tensors = self._chosen(args, kwargs)
        result = concrete.call_on(tensors)
        # From now on such tensors go straight to the program, if they are all it takes.
        same = len(tensors) == len(args) and all(map(operator.is_, tensors, args))
        if plain and same and len(self._known) < _MOST_TYPES:
            self._known[_types_of(args)] = concrete
        return result

    def _chosen(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[LoadedConcrete, list[Any]]:
        """The program for arguments like these, and its tensors."""
        try:
            given = self._complete(args, kwargs)
        except TypeError as error:
            raise TypeError(f"{self.name}(): {error}") from None
        problems = []
        for concrete, wanted in zip(self.concrete_functions, self._wanted, strict=True):
            found = _matched(concrete, wanted, given)
            if not isinstance(found, str):
                return concrete, found
            problems.append(f"  {concrete!r}: {found}")
        known = "\n".join(problems) or "  none: it was saved before it was ever called"
        raise ValueError(
            f"{self.name}: no program was saved for arguments like these. There is\n{known}\n"
            "Save the function after calling it like this, or with an input_signature"
        )

    def _complete(self, args: Any, kwargs: Any) -> Any:
        """Arguments in the order of the parameters, defaults filled in."""
        if self._signature is None:
            return tuple(args), dict(kwargs)
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> LoadedConcrete:
        """The program that was saved for arguments like these, of which specs stand for tensors."""
        if not args and not kwargs and len(self.concrete_functions) == 1:
            return self.concrete_functions[0]
        return self._chosen(args, kwargs)[0]

    def __repr__(self) -> str:
        return f"<loaded function {self.name} with {len(self.concrete_functions)} programs>"


def _array_of(value: Any) -> Any:
    """The array of a tensor or variable; a function that is being traced notes what it used."""
    scope = context.scope
    if isinstance(value, Variable):
        value._shared = True
        array = value._read()
    else:
        array = value._value
        if scope is not None and scope.parent is None and is_traced(array):
            return array
    if scope is not None:
        scope.captured[id(value)] = value
    return array


# Arguments and the places of a program

_MOST_TYPES = 1000


def _types_of(tensors: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([(tensor._value.dtype, tensor._value.shape) for tensor in tensors])


def _matched(concrete: LoadedConcrete, wanted: Any, given: Any) -> list[Any] | str:
    """The tensors of arguments in the order of a program, or why they are not its arguments."""
    found: dict[int, Any] = {}
    problem = _match(wanted, given, "", found)
    if problem:
        return problem
    tensors = [found[slot.place] for slot in concrete._slots]
    try:
        concrete.check(tensors)
    except TypeError as error:
        return str(error)
    return tensors


def _match(wanted: Any, given: Any, where: str, found: dict[int, Any]) -> str:
    if isinstance(wanted, Slot):
        try:
            found[wanted.place] = _tensor(given, wanted)
        except (TypeError, ValueError) as error:
            return f"{where}: {error}"
        return ""
    if where == "":  # all arguments
        if len(wanted[0]) != len(given[0]) or wanted[1].keys() != given[1].keys():
            return f"{len(wanted[0])} arguments{_by_name(wanted[1])} are expected"
        steps = [
            (w, g, f"args[{i}]") for i, (w, g) in enumerate(zip(wanted[0], given[0], strict=True))
        ]
        steps += [(wanted[1][key], given[1][key], key) for key in wanted[1]]
    elif isinstance(wanted, Mapping):
        if not isinstance(given, Mapping) or wanted.keys() != given.keys():
            return f"{where}: a dictionary of {sorted(map(str, wanted))} is expected"
        steps = [(wanted[key], given[key], f"{where}[{key!r}]") for key in wanted]
    elif isinstance(wanted, (list, tuple)):
        if not isinstance(given, (list, tuple)) or len(given) != len(wanted):
            return f"{where}: {len(wanted)} items are expected"
        pairs = zip(wanted, given, strict=True)
        steps = [(w, g, f"{where}[{i}]") for i, (w, g) in enumerate(pairs)]
    else:
        same = type(wanted) is type(given) and wanted == given
        return "" if same else f"{where}: {wanted!r} is expected, given {given!r}"
    return next(filter(None, (_match(w, g, place, found) for w, g, place in steps)), "")


def _by_name(kwargs: Mapping[str, Any]) -> str:
    return f" and, by name, {', '.join(kwargs)}" if kwargs else ""


def _tensor(value: Any, slot: Slot) -> Any:
    """A tensor of a value; specs stay as they are."""
    if isinstance(value, (Tensor, TensorSpec)):
        return value
    if isinstance(value, (Mapping, str)) or value is None:
        raise TypeError(f"a tensor is expected, given {value!r}")
    return convert_to_tensor(value, dtype_hint=slot.spec.dtype)


def _mismatch(spec: TensorSpec, dims: Sequence[Any], tensor: Any, sizes: dict[str, int]) -> str:
    """What makes a tensor unfit for a place, where some sizes are already known by name."""
    given = tensor.shape
    rank = len(dims)
    if tensor.dtype != spec.dtype or given.rank != rank:
        return f"is expected to fit {spec}; given {tensor.dtype.name} of shape {given}"
    for axis, (dim, size) in enumerate(zip(dims, given.as_list(), strict=True)):
        if size is None:
            continue
        if isinstance(dim, int):
            if dim != size:
                return f"is expected to fit {spec}; given the shape {given}"
            continue
        factor, name = factor_and_name(dim)
        if size == 0 or size % factor:
            what = "at least 1" if factor == 1 else f"a multiple of {factor}"
            return f"has the size {size} along axis {axis}, which must be {what}"
        if sizes.setdefault(name, size // factor) != size // factor:
            return (
                f"has the size {size} along axis {axis}, where another argument has "
                f"{sizes[name] * factor}: they were the same when the function was saved"
            )
    return ""


def _called(slot: Slot) -> str:
    return repr(slot.spec.name) if slot.spec.name else f"number {slot.place}"
