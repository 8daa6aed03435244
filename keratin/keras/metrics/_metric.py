"""The base class of metrics."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from keratin._engine import naming, state
from keratin._engine.dtype import as_dtype
from keratin._engine.state import Scope
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras import initializers
from keratin.keras._core import dtype_policy, names
from keratin.keras._core.config import Configurable, constructor
from keratin.keras._core.old_spellings import name_first
from keratin.keras._core.settings import settings
from keratin.keras._core.variable import Variable

# What the last call of each metric returned, by its id.
_last_results: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()


class Metric(Configurable):
    """A figure that is kept over many batches.

    A subclass makes its variables in `__init__`, changes them in `update_state` and computes the
    figure of them in `result`: a tensor, or a dictionary of tensors.

    >>> class Largest(keras.metrics.Metric):
    ...     def __init__(self, name="largest", **kwargs):
    ...         super().__init__(name=name, **kwargs)
    ...         self.value = self.add_weight(name="value", initializer="zeros")
    ...
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.value.assign(tf.maximum(self.value, tf.reduce_max(y_pred)))
    ...
    ...     def result(self):
    ...         return self.value
    >>> metric = Largest()
    >>> metric.update_state([0.0, 1.0], [0.2, 0.9])
    >>> float(metric.result())
    0.89...
    """

    # How layers find it among their attributes.
    _tracked_as = "metric"

    def _checkpoint_children(self) -> dict[str, Any]:
        return {n: part for n, part in vars(self).items() if n not in ("_added", "_arguments")}

    # Whether more is better, "up" or "down"; metrics that cannot say leave it out.
    _direction: str

    def __init__(self, dtype: Any = None, name: str | None = None):
        dtype, name = _in_order(dtype, name)
        self.name = name or names.of_instance(type(self))
        self._dtype_policy = dtype_policy.get(dtype or settings.floatx)
        self._dtype = as_dtype(self._dtype_policy.compute_dtype).name
        self._added: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The dtype that the metric computes in."""
        return self._dtype

    # The state

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        aggregation: Any = "sum",
        name: str | None = None,
    ) -> Variable:
        """A new variable of the state."""
        self._check_super_called()
        with naming.name_scope(self.name.replace("/", ">")):
            variable = Variable(
                initializers.get("zeros" if initializer is None else initializer),
                shape=shape,
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                synchronization="on_read",
                name=name,
            )
        self._added.append(variable)
        return variable

    @name_first
    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
        aggregation: Any = "sum",
        synchronization: Any = None,
    ) -> Variable:
        """A new variable of the state; Keras 2 had the name as the first argument.

        There is one copy of a variable, so `synchronization` has nothing to say.
        """
        return self.add_variable(shape, initializer, dtype, aggregation, name)

    def _zeros(self, name: str, shape: Sequence[int] = (), dtype: Any = None) -> Variable:
        return self.add_variable(tuple(shape), "zeros", dtype=dtype, name=name)

    @property
    def variables(self) -> list[Any]:
        """The variables of the state, those of metrics kept as attributes included."""
        kept = list(_kept(vars(self)))
        own = [value for value in kept if isinstance(value, EngineVariable)]
        inner = [value.variables for value in kept if isinstance(value, Metric)]
        return list({id(each): each for each in sum(inner, own)}.values())

    @property
    def weights(self) -> list[Any]:
        """The variables, as Keras 2 called them."""
        return self.variables

    @property
    def trainable_variables(self) -> list[Any]:
        """None of the variables: no optimizer changes a metric."""
        return []

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The variables."""
        return self.variables

    # What subclasses say

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account."""
        raise NotImplementedError(_to_write(self, "update_state", "changes its variables"))

    def result(self) -> Any:
        """The figure for all batches since the last reset."""
        raise NotImplementedError(_to_write(self, "result", "computes the figure of its variables"))

    def reset_state(self) -> None:
        """Forget all batches."""
        if type(self).reset_states is not Metric.reset_states:
            self.reset_states()  # a metric written for Keras 1 or 2
        else:
            self._assign_zeros()

    def reset_states(self) -> None:
        """Forget all batches; the name of `reset_state` in Keras 1 and 2."""
        if type(self).reset_state is not Metric.reset_state:
            self.reset_state()
        else:
            self._assign_zeros()

    def _assign_zeros(self) -> None:
        for variable in self.variables:
            variable.assign(np.zeros(tuple(variable.shape), variable.dtype.numpy_dtype))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_super_called()
        self.update_state(*args, **kwargs)
        result = self.result()
        if isinstance(result, Tensor):
            _last_results[id(self)] = result
        return result

    def gave(self, value: Any) -> bool:
        """Whether a value is what the last call of this metric returned."""
        return value is not None and _last_results.get(id(self)) is value

    # The same as functions of the state

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """What the variables become when these values are updated; they keep their own."""
        return self._with_values(metric_variables, lambda: self.update_state(*args, **kwargs))[1]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """The result that these values of the variables give."""
        return self._with_values(metric_variables, self.result)[0]

    def stateless_reset_state(self) -> list[Any]:
        """What the variables become on a reset; they keep their values."""
        return self._with_values(self.variables, self.reset_state)[1]

    def _with_values(
        self, values: Sequence[Any], function: Callable[[], Any]
    ) -> tuple[Any, list[Tensor]]:
        """The result of a function while the variables have these values, and those it leaves."""
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                f"{type(self).__name__}: metric_variables has {len(values)} values, but the "
                f"metric has {len(variables)} variables: {[v.name for v in variables]}. Give one "
                "value for each of metric.variables, in their order"
            )
        arrays = [
            convert_to_tensor(value, dtype=variable.dtype)._value
            for variable, value in zip(variables, values, strict=True)
        ]
        outer = state.context.scope
        keys = [id(variable) for variable in variables]
        scope = Scope(dict(zip(keys, arrays, strict=True)), parent=outer, name=self.name)
        with state.enter(scope):
            result = function()
            if isinstance(result, EngineVariable):
                result = convert_to_tensor(result)
        if outer is not None:
            outer.captured.update(_from_outside(scope, outer))
        return result, [wrap(scope.values[key]) for key in keys]

    # Configs

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this metric again."""
        known = constructor(type(self)).parameters.values()
        own = super().get_config()
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known):
            return {"name": self.name, "dtype": self.dtype, **own}
        base: dict[str, Any] = {k: getattr(self, k) for k in ("name", "dtype") if k in own}
        return {**base, **own, **base}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Make a metric from what `get_config` gave."""
        return super().from_config(config)

    def _check_super_called(self) -> None:
        if "_added" not in vars(self):
            name = type(self).__name__
            raise RuntimeError(
                f"{name}: the constructor of keras.metrics.Metric has not run. Write "
                f"super().__init__(name=name) as the first line of {name}.__init__"
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _in_order(dtype: Any, name: Any) -> tuple[Any, Any]:
    """The arguments of the constructor; Keras 2 had the name first."""
    if isinstance(dtype, str) and not _is_dtype(dtype):
        return name, dtype
    return dtype, name


def _is_dtype(text: str) -> bool:
    try:
        dtype_policy.DTypePolicy(text)
    except ValueError:
        return False
    return True


def _kept(container: Any) -> Iterator[Any]:
    """The variables and metrics among the values of attributes, lists and dictionaries."""
    for value in container.values() if isinstance(container, Mapping) else container:
        if isinstance(value, (EngineVariable, Metric)):
            yield value
        elif isinstance(value, (list, tuple, Mapping)):
            yield from _kept(value)


def _from_outside(scope: Scope, outer: Scope) -> Iterator[tuple[int, Any]]:
    """What a scope used of the function around it, that this has to take as its own inputs."""
    for key, value in scope.captured.items():
        if outer.parent is not None or not (isinstance(value, Tensor) and is_traced(value._value)):
            yield key, value


def _to_write(metric: Metric, method: str, purpose: str) -> str:
    return f"{type(metric).__name__} has no {method}(). Write one, which {purpose}"
