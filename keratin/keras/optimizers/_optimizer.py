"""The base of all optimizers.

An optimizer keeps variables (the number of steps, the learning rate, and slots for each weight) and
changes weights by gradients. `_update` does the whole step with ops on variables. Within a traced
function it becomes part of that; called eagerly it is traced once for each set of weights into a
program of its own, so that a step is one dispatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Self

import numpy as np

from keratin._engine import errors, state
from keratin._engine.control_flow import cond
from keratin._engine.indexed_slices import IndexedSlices
from keratin._engine.state import Scope, context
from keratin._engine.tensor import Tensor, convert_to_tensor, wrap
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras._core import names
from keratin.keras._core.config import Configurable, constructor, unknown_arguments
from keratin.keras._core.custom_objects import CustomObjectScope
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.settings import settings
from keratin.keras.optimizers import _rules as rules
from keratin.keras.optimizers._checkpoint import Checkpointed
from keratin.keras.optimizers._former import FormerOptimizer, takes_rate
from keratin.keras.optimizers._program import StatelessProgram, UpdateProgram, as_arrays
from keratin.keras.optimizers._rate import LearningRate
from keratin.keras.optimizers._surroundings import Surroundings
from keratin.keras.optimizers._variables import (
    OptimizerVariables,
    listed,
    name_of,
    takes_gradient,
)

BASE_ARGUMENTS = (
    "name",
    "learning_rate",
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)

# What a program cannot tell while it is traced, and Python code of a user's may ask for.
_NEEDS_VALUES = (errors.TracedValueError, errors.OperatorNotAllowedInGraphError)


class Optimizer(
    OptimizerVariables, Checkpointed, LearningRate, Surroundings, FormerOptimizer, Configurable
):
    """The base of all optimizers, which takes the arguments that they share.

    One of your own overwrites `build`, to create its variables, and `update_step`:

    >>> class Signs(keras.optimizers.Optimizer):
    ...     def build(self, variables):
    ...         super().build(variables)
    ...         self.last = self.add_optimizer_variables(variables, "last")
    ...     def update_step(self, gradient, variable, learning_rate):
    ...         last = self.last[self._get_variable_index(variable)]
    ...         self.assign_sub(variable, learning_rate * tf.sign(gradient + last))
    ...         self.assign(last, gradient)
    >>> w = keras.Variable([1.0, 2.0])
    >>> _ = Signs(learning_rate=0.5).apply_gradients([(tf.constant([3.0, -4.0]), w)])
    >>> w.numpy()
    array([0.5, 2.5], dtype=float32)

    Args:
        learning_rate: A number, a schedule, or a function that returns a number.
        weight_decay: The share of each weight, times the learning rate, that a step takes off it.
        clipnorm: The greatest norm of each gradient.
        clipvalue: The greatest absolute value of an element of a gradient.
        global_clipnorm: The greatest norm of all gradients together.
        use_ema: Whether to keep a moving average of the weights, which replaces them in the end.
        ema_momentum: The share of the former average in the new one.
        ema_overwrite_frequency: After how many steps the average replaces the weights; None: when
            training ends.
        loss_scale_factor: What the loss is multiplied by and gradients are divided by.
        gradient_accumulation_steps: After how many calls the weights change, by the mean gradient.
        name: The name, which the names of the variables begin with.
    """

    _in_python: bool = False

    def __init__(
        self,
        learning_rate: Any = None,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if name is None and isinstance(learning_rate, str) and learning_rate.isidentifier():
            learning_rate, name = None, learning_rate  # the name came first in Keras 2
        if kwargs.get("lr") is not None:
            learning_rate = kwargs["lr"]
        decay = kwargs.get("decay")
        unknown = {k: v for k, v in kwargs.items() if k not in ("lr", "decay", "jit_compile")}
        if unknown:
            known = dict.fromkeys((*constructor(type(self)).parameters, *BASE_ARGUMENTS, "lr"))
            raise unknown_arguments(type(self).__name__, unknown, list(known))
        rules.check_clips(type(self).__name__, clipnorm, clipvalue, global_clipnorm)
        self.name = name or names.of_instance(type(self))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check_periods()
        self.built = False
        self._initial_decay = decay or 0.0
        self._variables: list[Any] = []
        self._trainable_variables: list[Any] = []
        self._trainable_variables_indices: dict[int, int] = {}
        self._programs: dict[Any, UpdateProgram] = {}
        self._changes = 0
        self._iterations = self._scalar(0, "iteration", "int64")
        is_own = type(self).__module__.startswith("keratin.") and type(self) is not Optimizer
        if learning_rate is None and is_own:
            raise ValueError(
                f"{type(self).__name__}: learning_rate is None. Give a number such as 0.001, a "
                "schedule, or leave it out for the default"
            )
        if learning_rate is not None:
            self._learning_rate = self._made_rate(learning_rate)

    def _check_periods(self) -> None:
        owner = type(self).__name__
        steps = self.gradient_accumulation_steps
        if steps and not steps >= 2:
            raise ValueError(
                f"{owner}: gradient_accumulation_steps must be 2 or more; given {steps}. For no "
                "accumulation leave it out"
            )
        if not self.use_ema:
            return
        if not 0 <= self.ema_momentum <= 1:
            raise ValueError(f"{owner}: ema_momentum lies in [0, 1]; given {self.ema_momentum}")
        every = self.ema_overwrite_frequency
        if every is not None and (not isinstance(every, int) or every < 1):
            raise ValueError(
                f"{owner}: ema_overwrite_frequency is a whole number of steps, or None; given "
                f"{every!r}"
            )

    @property
    def iterations(self) -> Any:
        """The number of updates so far."""
        if self.gradient_accumulation_steps:
            return rules.steps_done(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        if isinstance(value, EngineVariable):
            self._variables[:1] = [value]
            self._iterations = value
        else:
            self._iterations.assign(value)

    def build(self, variables: Any) -> None:
        """Create what the optimizer keeps for each variable.

        >>> optimizer = keras.optimizers.SGD(momentum=0.9, name="mine")
        >>> optimizer.build([keras.Variable([1.0], name="w")])
        >>> [v.path for v in optimizer.variables][2:]
        ['mine/w_momentum']
        """
        self._check_super_called()
        variables = list(variables)
        if self._learning_rate is None:
            raise ValueError(
                f"{type(self).__name__} has no learning rate. Write "
                "super().__init__(learning_rate=learning_rate, ...) in its __init__"
            )
        indices = {id(variable): place for place, variable in enumerate(variables)}
        self._trainable_variables_indices = indices
        self._trainable_variables = variables
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._totals = [
                self.add_variable_from_reference(v, "gradient_accumulator") for v in variables
            ]
        self._create_slots(variables)
        self.built = True

    def _build_once(self, variables: list[Any]) -> None:
        if not self.built:
            self.build(variables)
            self.built = True

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        for name, value in vars(self).items():
            vars(copy)[name] = {} if name == "_programs" else deepcopy(value, memo)
        places = enumerate(getattr(copy, "_trainable_variables", ()))
        copy._trainable_variables_indices = {id(variable): place for place, variable in places}
        return copy

    def _get_variable_index(self, variable: Any) -> int:
        return self._trainable_variables_indices[id(variable)]

    def _var_key(self, variable: Any) -> int:
        return id(variable)

    # Applying gradients

    @errors.trimmed
    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        name: str | None = None,
        skip_gradients_aggregation: bool = False,
        experimental_aggregate_gradients: bool = True,
    ) -> Any:
        """Change variables by their gradients; gives the number of steps so far.

        The arguments other than the pairs concern names and replicas, and change nothing.

        >>> w = tf.Variable([1.0, 2.0])
        >>> keras.optimizers.SGD(0.5).apply_gradients([(tf.constant([2.0, 2.0]), w)]).numpy()
        np.int64(1)
        >>> w.numpy()
        array([0., 1.], dtype=float32)
        """
        gradients = []
        variables = []
        for gradient, variable in grads_and_vars:
            gradients.append(gradient)
            variables.append(variable)
        self.apply(gradients, variables)
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Any = None) -> None:
        """Change variables by their gradients; without variables those it was built with.

        >>> optimizer = keras.optimizers.SGD(0.5)
        >>> w = keras.Variable([1.0])
        >>> optimizer.build([w])
        >>> optimizer.apply([tf.constant([1.0])])
        >>> w.numpy()
        array([0.5], dtype=float32)
        """
        gradients = list(grads)
        if not gradients:
            return
        variables = self._variables_of(gradients, trainable_variables)
        eagerly = self._in_python or state.flags.run_functions_eagerly
        if context.scope is None and not eagerly:
            self._update_compiled(gradients, variables)
            return
        with state.listening(()):
            self._update(gradients, variables)

    def _variables_of(self, gradients: list[Any], given: Any) -> list[Any]:
        """The variables that belong to the gradients; the optimizer is built for them."""
        self._check_super_called()
        if given is None and not self.built:
            raise ValueError(
                f"{self.name}: gradients without variables need an optimizer that knows its "
                "variables. Call optimizer.build(model.trainable_variables) first, or give "
                "apply(grads, trainable_variables)"
            )
        variables = self._trainable_variables if given is None else list(given)
        if len(gradients) != len(variables):
            raise ValueError(
                f"{self.name}: {len(gradients)} gradients for {len(variables)} variables. Give "
                "one gradient (or None) for each variable, in the same order"
            )
        self._build_once(variables)
        return variables

    def _update_compiled(self, gradients: list[Any], variables: list[Any]) -> None:
        """Run the update as one program, which is traced at the first step."""
        rates = [member._asked_rate() for member in self._members() if member._asks_for_rate()]
        donates = not any([variable._shared for variable in variables])
        key = (
            tuple([id(variable) for variable in variables]),
            donates,
            *[member._settings() for member in self._members()],
        )
        program = self._programs.get(key)
        if program is None:
            self._check_known(variables)
            program = self._programs[key] = UpdateProgram(self, variables, donates)
        arguments = rates + [
            g if g is None or type(g) is Tensor else _as_gradient(g) for g in gradients
        ]
        try:
            with state.listening(()):
                program(*arguments)
        except _NEEDS_VALUES:
            self._in_python = True
            errors.warn_user(
                f"{type(self).__name__}.update_step asks for values in Python (an `if` or a loop "
                "over a tensor, .numpy()), so that it cannot be compiled and runs op by op, "
                "slowly. Use tf.where or tf.cond instead."
            )
        if self._in_python:
            self._run_in_python(gradients, variables, program)

    def _run_in_python(
        self, gradients: list[Any], variables: list[Any], program: UpdateProgram
    ) -> None:
        """Run op by op, unless the program that showed that it must has run already."""
        if any(concrete._compiled is not None for concrete in program._concrete.values()):
            return
        with state.listening(()):
            self._update(gradients, variables)

    def _members(self) -> Sequence[Optimizer]:
        """The optimizers that take part in a step."""
        return (self,)

    def _settings(self) -> Any:
        """What programs depend on: they are traced anew once an attribute has changed."""
        return self._changes

    def _update_traced(self, arguments: Sequence[Any], variables: list[Any]) -> None:
        """The update as it is traced: learning rates of the user's functions, then gradients."""
        askers = [member for member in self._members() if member._asks_for_rate()]
        for member, rate in zip(askers, arguments, strict=False):
            vars(member)["_given_rate"] = rate
        vars(self)["_traces"] = True
        try:
            self._update(list(arguments[len(askers) :]), variables)
        finally:
            vars(self)["_traces"] = False
            for member in askers:
                vars(member)["_given_rate"] = None

    def _update(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        """The whole step, by ops on variables."""
        self._check_known(variables)
        pairs = [
            (self._fitting(gradient, variable), variable)
            for gradient, variable in self._connected(gradients, variables)
        ]
        direct = [pair for pair in pairs if takes_gradient(pair[1])]
        for gradient, variable in direct:
            self._take_gradient(gradient, variable)
        pairs = [pair for pair in pairs if not takes_gradient(pair[1])]
        if pairs:
            self._update_pairs([g for g, _ in pairs], [v for _, v in pairs])
            for _, variable in pairs:
                if variable.constraint is not None:
                    variable.assign(variable.constraint(variable))
        self._iterations.assign_add(1)

    def _connected(self, gradients: Sequence[Any], variables: Sequence[Any]) -> list[Any]:
        """The pairs that have a gradient; a warning for the others."""
        pairs = list(zip(gradients, variables, strict=True))
        missing = [name_of(variable) for gradient, variable in pairs if gradient is None]
        if len(missing) == len(pairs):
            raise ValueError(
                f"{self.name}: no variable has a gradient ({listed(missing)}). The loss does not "
                "depend on them: compute it from the model's output within the tape, give "
                "compile() a loss, and use ops of the framework, not NumPy, on the way"
            )
        if missing:
            errors.warn_user(
                f"Gradients do not exist for the variables {listed(missing)}, which stay as they "
                "are: the loss does not depend on them. If you use model.compile(), did you give "
                "a loss for each output?"
            )
        return [pair for pair in pairs if pair[0] is not None]

    def _fitting(self, gradient: Any, variable: Any) -> Any:
        """The gradient of a variable, checked."""
        if not isinstance(gradient, IndexedSlices):
            gradient = convert_to_tensor(gradient)
            if tuple(gradient.shape) != tuple(variable.shape):
                raise ValueError(
                    f"{self.name}: the variable {name_of(variable)!r} has shape "
                    f"{tuple(variable.shape)}, its gradient {tuple(gradient.shape)}. Are gradients "
                    "and variables in the same order?"
                )
        if gradient.dtype.kind != variable.dtype.kind:
            raise TypeError(
                f"{self.name}: the variable {name_of(variable)!r} has dtype "
                f"{variable.dtype.name}, its gradient {gradient.dtype.name}. Only gradients of "
                "the same kind can be applied; write tf.cast(gradient, variable.dtype)"
            )
        if isinstance(gradient, IndexedSlices) and not self._takes_rows(variable):
            return rules.dense(gradient, variable)
        return gradient

    def _takes_rows(self, variable: Any) -> bool:
        """Whether `update_step` takes `tf.IndexedSlices` for a variable.

        It may where the rows that are not named would stay as they are.
        """
        return False

    def _rows_are_plain(self) -> bool:
        """Whether nothing is done to gradients that needs all of their rows."""
        clips = (self.clipnorm, self.clipvalue, self.global_clipnorm)
        return not any(clips) and not self.gradient_accumulation_steps

    def _update_pairs(self, gradients: list[Any], variables: list[Any]) -> None:
        if self.loss_scale_factor is not None:
            gradients = [rules.unscaled(each, self.loss_scale_factor) for each in gradients]
        steps = self.gradient_accumulation_steps
        if steps:
            totals = [self._totals[self._get_variable_index(v)] for v in variables]
            cond(
                rules.ends_round(self._iterations, steps),
                lambda: self._update_by_means(gradients, totals, variables, steps),
                lambda: self._accumulate(gradients, totals),
            )
        else:
            self._update_weights(gradients, variables)
        if self.use_ema:
            self._update_averages()

    def _update_by_means(
        self, gradients: list[Any], totals: list[Any], variables: list[Any], steps: int
    ) -> None:
        means = [rules.mean_of(g, t, steps) for g, t in zip(gradients, totals, strict=True)]
        self._update_weights(means, variables)
        for total in totals:
            total.assign(np.zeros(total.shape, total.dtype.numpy_dtype))

    def _accumulate(self, gradients: list[Any], totals: list[Any]) -> None:
        for gradient, total in zip(gradients, totals, strict=True):
            total.assign(rules.accumulated(gradient, total))

    def _update_weights(self, gradients: list[Any], variables: list[Any]) -> None:
        """Clip, decay, and change all variables."""
        rate = self._rate_of_step()
        gradients = self._clip_gradients(gradients)
        self._apply_weight_decay(variables, rate)
        self._before_steps()
        with_rate = takes_rate(type(self).update_step)
        for gradient, variable in zip(gradients, variables, strict=True):
            if with_rate:
                self.update_step(gradient, variable, rate)
            else:
                type(self).update_step(self, gradient, variable)  # type: ignore[call-arg]

    def _before_steps(self) -> None:
        """What happens once a step, before the variables are changed one by one."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient; overwritten by each optimizer."""
        if not self._former_step(gradient, variable):
            raise NotImplementedError(
                f"{type(self).__name__}: an optimizer has a method update_step(self, gradient, "
                "variable, learning_rate) that assigns the variable its new value; write one"
            )

    def _check_known(self, variables: Iterable[Any]) -> None:
        for variable in variables:
            if id(variable) not in self._trainable_variables_indices:
                known = listed([name_of(each) for each in self._trainable_variables])
                raise ValueError(
                    f"{self.name} was built for the variables {known}, and does not know "
                    f"{name_of(variable)!r}. Create another optimizer for other variables, or "
                    "call optimizer.build() with all of them before the first step"
                )

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the `loss_scale_factor`, whose inverse gradients are multiplied by.

        >>> keras.optimizers.SGD(loss_scale_factor=8.0).scale_loss(tf.constant(2.0)).numpy()
        np.float32(16.0)
        """
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    # State

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Any
    ) -> tuple[list[Any], list[Any]]:
        """The values that weights and optimizer variables would have after a step.

        >>> optimizer = keras.optimizers.SGD(0.5)
        >>> w = keras.Variable([1.0])
        >>> optimizer.build([w])
        >>> weights, _ = optimizer.stateless_apply(optimizer.variables, [tf.constant([1.0])], [w])
        >>> weights[0].numpy(), w.numpy()
        (array([0.5], dtype=float32), array([1.], dtype=float32))
        """
        self._check_super_called()
        if not self.built:
            raise ValueError(
                f"{self.name}.stateless_apply needs an optimizer that knows its variables: call "
                "optimizer.build(model.trainable_variables) first"
            )
        expected = (
            ("optimizer_variables", optimizer_variables, self.variables),
            ("grads", grads, self._trainable_variables),
            ("trainable_variables", trainable_variables, self._trainable_variables),
        )
        for name, given, known in expected:
            if len(given) != len(known):
                raise ValueError(
                    f"{self.name}.stateless_apply: {name} has {len(given)} entries; the optimizer "
                    f"was built for {len(known)}"
                )
        key = ("stateless", *[member._settings() for member in self._members()])
        program: Any = self._programs.get(key)
        if program is None:
            program = self._programs[key] = StatelessProgram(self)  # type: ignore[assignment]
        given = [as_arrays(each) for each in (optimizer_variables, grads, trainable_variables)]
        weights, own = program(*given)
        return weights, own

    def _update_stateless(self, own: list[Any], gradients: list[Any], weights: list[Any]) -> Any:
        """The update on a scope of its own, in which variables have the values given."""
        variables = [*self.variables, *self._trainable_variables]
        tensors = [convert_to_tensor(each) for each in (*own, *weights)]
        values = {id(v): t._value for v, t in zip(variables, tensors, strict=True)}
        scope = Scope(values, parent=context.scope, name=f"{self.name}.stateless_apply")
        with state.enter(scope), state.listening(()):
            self._update(gradients, self._trainable_variables)
        found = [wrap(scope.values[id(variable)]) for variable in variables]
        count = len(self.variables)
        return found[count:], found[:count]

    # Configs

    def get_config(self) -> dict[str, Any]:
        """The arguments to make the optimizer again, without its state.

        >>> keras.optimizers.SGD(0.5).get_config()["momentum"]
        0.0
        """
        config = {name: getattr(self, name) for name in BASE_ARGUMENTS if name != "learning_rate"}
        config = {"name": config.pop("name"), "learning_rate": self._rate_config(), **config}
        if self._initial_decay:
            config["decay"] = float(self._initial_decay)
        for cls in type(self).__mro__:
            if cls is Optimizer:
                break
            if "__init__" in vars(cls):
                own = [n for n in constructor(cls).parameters if n not in config]
                config |= {n: serialize_keras_object(v) for n, v in self._values(own)}
        return config

    def _values(self, parameters: Sequence[str]) -> list[tuple[str, Any]]:
        """The values of arguments that are kept under their names."""
        absent = object()
        found = [(name, getattr(self, name, absent)) for name in parameters if name != "kwargs"]
        return [(name, value) for name, value in found if value is not absent]

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make an optimizer from what `get_config` gave.

        >>> keras.optimizers.SGD.from_config({"learning_rate": 0.5}).learning_rate.numpy()
        np.float32(0.5)
        """
        arguments = {name: value for name, value in config.items() if name not in _FORMER_KEYS}
        with CustomObjectScope(custom_objects):
            if isinstance(arguments.get("learning_rate"), Mapping):
                arguments["learning_rate"] = deserialize_keras_object(arguments["learning_rate"])
            return cls(**arguments)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


_FORMER_KEYS = frozenset(["is_legacy_optimizer"])


def default_epsilon(epsilon: float | None) -> float:
    """The `epsilon` given; None stood for the global one in Keras 1 and 2."""
    return settings.epsilon if epsilon is None else epsilon


def _as_gradient(gradient: Any) -> Any:
    return gradient if isinstance(gradient, IndexedSlices) else convert_to_tensor(gradient)
