"""What a function would return, without computing it: shapes and dtypes by tracing.

Sizes that are not known are traced as numbers that no program has by chance. What comes out as the
number that went in is not known either; where a size may have been computed from one, the function
is traced a second time with other numbers, and what differs is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from keratin._engine import errors, state
from keratin._engine.state import Scope, context
from keratin._engine.tensor import Tensor, wrap
from keratin._engine.variable import Variable

# Primes, far apart: for the first axis (usually the batch), and for the others in turn. Small
# enough that a batch of images has less than 2**31 elements.
_FIRST_AXIS = (10007, 9029)
_OTHER_AXES = ((211, 307, 401, 503, 601, 701), (223, 311, 409, 509, 607, 709))
# A size from here on may have been computed from that of the first axis.
_SUSPICIOUS = 900


def infer(function: Callable[..., Any], args: Any, kwargs: Any, symbolic: Any) -> Any:
    """The structure that `function` returns, `symbolic(shape, dtype)` in place of its tensors."""
    leaves, tree = jax.tree.flatten((args, kwargs), is_leaf=lambda leaf: isinstance(leaf, symbolic))
    run = _Run(function, leaves, tree, [i for i, v in enumerate(leaves) if isinstance(v, symbolic)])
    first = run.specs_for(0)
    second = first if run.tells_all(first) else run.specs_for(1)
    return run.rebuild([_joined(a, b, symbolic) for a, b in zip(first, second, strict=True)])


class _Inference(Scope):
    """Where shapes alone count: a variable that awaits its value is read as if it had one."""

    def read_variable(self, variable: Variable) -> Any:
        if getattr(type(variable), "_is_awaited", False) and id(variable) not in self.values:
            return jax.lax.full(tuple(variable.shape), 0, variable.dtype.numpy_dtype)
        return super().read_variable(variable)


class _Spec(NamedTuple):
    """What is known of a result: its value too, if it is computed of sizes alone."""

    shape: tuple[int, ...]
    dtype: Any
    value: Any


def _joined(first: _Spec, second: _Spec, symbolic: Any) -> Any:
    """The symbolic tensor that both specs describe."""
    if len(first.shape) != len(second.shape):
        raise ValueError(
            "the number of dimensions of the result depends on a size that is not known yet"
        )
    sizes = [
        None if a != b or a == _FIRST_AXIS[0] else a
        for a, b in zip(first.shape, second.shape, strict=True)
    ]
    tensor = symbolic(sizes, first.dtype)
    if first.value is not None:
        tensor._stand_ins = (first.value, second.value)
    return tensor


class _Run:
    """One function on its way, traced once or twice."""

    def __init__(self, function: Any, leaves: list[Any], tree: Any, places: list[int]):
        self.function = function
        self.leaves = leaves
        self.tree = tree
        # Tensors that are computed of sizes alone are given as numbers, not as inputs.
        self.numbers = [i for i in places if getattr(leaves[i], "_stand_ins", None) is not None]
        self.places = [i for i in places if i not in self.numbers]

    def tells_all(self, specs: list[_Spec]) -> bool:
        """Whether one trace is enough: only first sizes are unknown, and plain to see."""
        shapes = [tuple(self.leaves[i].shape) for i in self.places]
        if self.numbers or any(spec.value is not None for spec in specs):
            return False
        if all(None not in shape for shape in shapes):
            return True
        return all(None not in shape[1:] for shape in shapes) and all(
            size == _FIRST_AXIS[0] or size < _SUSPICIOUS for spec in specs for size in spec.shape
        )

    def specs_for(self, attempt: int) -> list[_Spec]:
        """What is known of the tensors that the function returns."""
        structs = []
        for place in self.places:
            leaf = self.leaves[place]
            sizes = [
                size if size is not None else _stand_in(axis, attempt)
                for axis, size in enumerate(leaf.shape)
            ]
            structs.append(jax.ShapeDtypeStruct(tuple(sizes), leaf.dtype.numpy_dtype))
        try:
            outputs = jax.eval_shape(lambda arrays: self._call(arrays, attempt), structs)
        except Exception as error:
            self._put_unknown_sizes(error, attempt)
            raise
        return [
            _Spec(tuple(struct.shape), struct.dtype, value)
            for struct, value in zip(outputs, self.values, strict=True)
        ]

    def _put_unknown_sizes(self, error: Exception, attempt: int) -> None:
        """Have a message say None where it names a number that stands for an unknown size."""
        shapes = [self.leaves[place].shape for place in self.places]
        numbers = {
            str(_stand_in(axis, attempt))
            for shape in shapes
            for axis, size in enumerate(shape)
            if size is None
        }
        if not numbers:
            return
        pattern = re.compile(rf"\b({'|'.join(sorted(numbers))})\b")
        error.args = tuple(
            pattern.sub("None", arg) if isinstance(arg, str) else arg for arg in error.args
        )
        if isinstance(error, errors.OpError):
            error._message = str(error.args[0])

    def _call(self, arrays: list[Any], attempt: int) -> list[Any]:
        filled = list(self.leaves)
        for place, array in zip(self.places, arrays, strict=True):
            filled[place] = wrap(array)
        for place in self.numbers:
            filled[place] = wrap(self.leaves[place]._stand_ins[attempt])
        args, kwargs = jax.tree.unflatten(self.tree, filled)
        # Variables keep their values: what is assigned here goes with the scope.
        scope = _Inference({}, parent=context.scope, name="inference")
        with state.enter(scope), state.listening(()):
            result = self.function(*args, **kwargs)
            self.outputs, self.output_tree = jax.tree.flatten(result, is_leaf=_is_tensor)
            arrays = [
                leaf._read() if isinstance(leaf, Variable) else leaf._value
                for leaf in self.outputs
                if _is_tensor(leaf)
            ]
        self.values = [array if isinstance(array, np.ndarray) else None for array in arrays]
        return arrays

    def rebuild(self, specs: list[Any]) -> Any:
        """What the function returned, with these in place of the tensors."""
        rest = iter(specs)
        leaves = [next(rest) if _is_tensor(leaf) else leaf for leaf in self.outputs]
        return jax.tree.unflatten(self.output_tree, leaves)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, (Tensor, Variable))


def _stand_in(axis: int, attempt: int) -> int:
    if axis == 0:
        return _FIRST_AXIS[attempt]
    others = _OTHER_AXES[attempt]
    return others[(axis - 1) % len(others)]
