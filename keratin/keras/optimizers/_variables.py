"""The variables of an optimizer: how they are made, tracked, saved and loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors, naming
from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import convert_to_tensor
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras._core.settings import settings
from keratin.keras._core.variable import Variable
from keratin.keras.optimizers._former import Callables

# Attributes that programs do not depend on, or that are set in the course of a step.
UNTRACKED = frozenset(
    [
        *("_variables", "_trainable_variables", "_trainable_variables_indices", "_programs"),
        *("_changes", "_in_python", "_arguments", "built"),
    ]
)


class OptimizerVariables:
    """What an optimizer does with variables. Mixed into `Optimizer`, never used alone."""

    name: str
    built: bool
    _variables: list[Any]
    _trainable_variables_indices: dict[int, int]
    _traces: bool = False

    def _scalar(self, value: Any, name: str, dtype: Any) -> Any:
        with naming.name_scope(f"{self.name}/"):
            return Variable(
                value,
                dtype=dtype,
                name=name,
                trainable=False,
                autocast=False,
                aggregation="only_first_replica",
            )

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        own = vars(self)
        if "_changes" not in own or name in UNTRACKED or name not in own:
            return
        if isinstance(value, EngineVariable):
            self._track_variable(value)
        if self._traces:  # the update has side effects on Python objects: run it as Python
            own["_in_python"] = True
        # Programs hold the numbers that they were traced with.
        own["_changes"] += 1
        own["_programs"].clear()

    def _track_variable(self, variable: Any) -> None:
        """Add to the variables that are saved."""
        known = id(variable) in self._trainable_variables_indices
        if not known and not any(variable is each for each in self._variables):
            self._variables.append(variable)

    def _adopt(self) -> None:
        """Track variables in lists and dictionaries that a subclass keeps."""
        known = {id(each) for each in self._variables} | self._trainable_variables_indices.keys()
        for name, value in list(vars(self).items()):
            if name in UNTRACKED or not isinstance(value, (list, tuple, dict)):
                continue
            for each in value.values() if isinstance(value, dict) else value:
                if isinstance(each, EngineVariable) and id(each) not in known:
                    known.add(id(each))
                    self._variables.append(each)

    @property
    def variables(self) -> Callables:
        """The variables: the number of steps, the learning rate, then those of the weights."""
        self._check_super_called()
        self._adopt()
        return Callables(self._variables)

    def _check_super_called(self) -> None:
        if "_changes" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__ does not call super().__init__(learning_rate); "
                "write that as its first statement"
            )

    def add_variable(
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: Any = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Any:
        """A new variable of the optimizer's.

        >>> keras.optimizers.SGD(name="mine").add_variable((2,), name="extra").path
        'mine/extra'
        """
        self._check_super_called()
        with naming.name_scope(f"{self.name}/"):
            variable = Variable(
                initializer,
                shape=tuple(shape),
                dtype=as_dtype("int64" if dtype == "int" else dtype or settings.floatx),
                trainable=False,
                autocast=False,
                aggregation=aggregation,
                layout=layout,
                name=name,
            )
        self._track_variable(variable)
        return variable

    def add_variable_from_reference(
        self,
        reference_variable: Any = None,
        name: str | None = None,
        initializer: Any = "zeros",
        *,
        shape: Any = None,
        initial_value: Any = None,
        model_variable: Any = None,
        variable_name: str | None = None,
    ) -> Any:
        """A new variable of the shape and dtype of one of the model's.

        The last arguments are those of Keras 2: other values, another shape, and old names.

        >>> w = keras.Variable([1.0, 2.0], name="w")
        >>> keras.optimizers.SGD(name="mine").add_variable_from_reference(w, "speed").path
        'mine/w_speed'
        """
        reference = model_variable if reference_variable is None else reference_variable
        path = getattr(reference, "path", None) or str(reference.name)
        own = re.sub(r"[/:]", "_", path)
        if initial_value is not None:
            array = convert_to_tensor(initial_value, dtype=reference.dtype).numpy()
            initializer, shape = (lambda *_, **__: array), array.shape
        return self.add_variable(
            shape=tuple(reference.shape) if shape is None else shape,
            initializer=initializer,
            dtype=reference.dtype,
            name=f"{own}_{name or variable_name or 'var'}",
            layout=getattr(reference, "_layout", None),
        )

    def add_optimizer_variables(
        self, trainable_variables: Any, name: Any, initializer: Any = "zeros"
    ) -> Any:
        """A new variable for each of the model's; several where `name` lists names.

        >>> w = keras.Variable([1.0, 2.0], name="w")
        >>> first, second = keras.optimizers.SGD().add_optimizer_variables([w], ["m", "v"])
        >>> second[0].name
        'w_v'
        """
        labels = [name] if isinstance(name, str) else list(name)
        if isinstance(initializer, (list, tuple)):
            initializers = list(initializer)
        else:
            initializers = [initializer] * len(labels)
        if len(labels) != len(initializers):
            raise ValueError(
                f"add_optimizer_variables: {len(labels)} names ({labels}) need as many "
                f"initializers; given {len(initializers)}"
            )
        made: tuple[list[Any], ...] = tuple([[] for _ in labels])
        for variable in trainable_variables:
            for slots, each, how in zip(made, labels, initializers, strict=True):
                direct = takes_gradient(variable)
                slots.append(
                    None if direct else self.add_variable_from_reference(variable, each, how)
                )
        return made[0] if isinstance(name, str) else made

    def assign(self, variable: Any, value: Any) -> None:
        """Give a variable a new value."""
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> None:
        """Add to a variable."""
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Subtract from a variable."""
        variable.assign_sub(value)

    def _assign_all(self, variables: Sequence[Any], values: Sequence[Any]) -> None:
        for variable, value in zip(variables, values, strict=True):
            self.assign(variable, value)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Give the variables these values, in the order of `variables`.

        >>> optimizer = keras.optimizers.SGD(0.5)
        >>> optimizer.build([])
        >>> optimizer.set_weights([7, 0.25])
        >>> optimizer.iterations.numpy(), optimizer.learning_rate.numpy()
        (np.int64(7), np.float32(0.25))
        """
        if not self.built:
            raise ValueError(
                f"{self.name}.set_weights: the optimizer has no variables of weights yet. Call "
                "optimizer.build(model.trainable_variables) first"
            )
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(
                f"{self.name}.set_weights: given {len(weights)} values for {len(variables)} "
                f"variables: {listed([name_of(v) for v in variables])}"
            )
        for variable, value in zip(variables, weights, strict=True):
            self._load(variable, value)

    def _load(self, variable: Any, value: Any) -> None:
        array = np.asarray(value).astype(variable.dtype.numpy_dtype)
        if array.shape != tuple(variable.shape):
            raise ValueError(
                f"{self.name}: the variable {name_of(variable)!r} has shape "
                f"{tuple(variable.shape)}, the value given for it {array.shape}. They are values "
                "of an optimizer of another model"
            )
        variable.assign(array)

    def save_own_variables(self, store: Any) -> None:
        """Put the values of the variables into a store, under "0", "1", ..."""
        for place, variable in enumerate(self.variables):
            store[str(place)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the values of the variables from a store."""
        variables = self.variables
        if len(store.keys()) != len(variables):
            hint = "" if self.built else " It has not been built: call optimizer.build() first."
            errors.warn_user(
                f"The state of the optimizer {self.name!r} was not loaded: it has "
                f"{len(variables)} variables, the file {len(store.keys())}.{hint}"
            )
            return
        for place, variable in enumerate(variables):
            self._load(variable, store[str(place)])


def takes_gradient(variable: Any) -> bool:
    """Whether the "gradient" of a variable is its next value."""
    return bool(getattr(variable, "overwrite_with_gradient", False))


def name_of(variable: Any) -> str:
    """The path of a variable, or the name of one that has none."""
    return str(getattr(variable, "path", None) or variable.name)


def listed(given: Sequence[str]) -> str:
    """Some names, the first ten of many."""
    more = f" and {len(given) - 10} more" if len(given) > 10 else ""
    return ", ".join([repr(name) for name in given[:10]]) + more
