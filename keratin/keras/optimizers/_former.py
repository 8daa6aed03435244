"""What optimizers of users written for older Keras call and overwrite.

Keras 2 up to 2.10 asked a subclass for `_create_slots` and `_resource_apply_dense`, and kept
numbers by `_set_hyper`; from 2.11 on for `build` and an `update_step` of two arguments. Keras 1
and 2 had `minimize`. All of it works as it did, within the compiled update.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keratin._engine.errors import nearest
from keratin._engine.operators import operators
from keratin._engine.tape import GradientTape
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable


@functools.cache
def takes_rate(update_step: Callable[..., Any]) -> bool:
    """Whether an `update_step` is one of Keras 3, with the learning rate as third argument."""
    try:
        parameters = list(inspect.signature(update_step).parameters.values())[1:]
    except (ValueError, TypeError):
        return True
    return len(parameters) != 2 or any(p.kind is p.VAR_POSITIONAL for p in parameters)


class Callables(list[Any]):
    """A list that may also be called: `optimizer.variables` and, as once, `.variables()`."""

    def __call__(self) -> Callables:
        """The list itself."""
        return self


class FormerOptimizer:
    """Old names of optimizers. Mixed into `Optimizer`, never used alone."""

    name: str
    _hyper: dict[str, Any]
    _slots: dict[tuple[int, str], Variable]
    _initial_decay = 0.0
    _use_locking = False

    # Keras 1 and 2, for whoever calls

    def minimize(
        self,
        loss: Any,
        var_list: Any,
        tape: GradientTape | None = None,
        grad_loss: Any = None,
        name: str | None = None,
    ) -> Any:
        """Compute the gradients of a loss, and apply them.

        `loss` is a function without arguments, or a tensor that `tape` recorded.

        >>> w = tf.Variable(2.0)
        >>> _ = keras.optimizers.SGD(0.25).minimize(lambda: w * w, [w])
        >>> w.numpy()
        np.float32(1.0)
        """
        pairs = self.compute_gradients(loss, var_list, grad_loss=grad_loss, tape=tape)
        return self.apply_gradients(pairs)

    def compute_gradients(
        self, loss: Any, var_list: Any, grad_loss: Any = None, tape: GradientTape | None = None
    ) -> list[tuple[Any, Any]]:
        """The pairs (gradient, variable) of a loss.

        >>> w = tf.Variable(2.0)
        >>> [(g.numpy(), v is w) for g, v in keras.optimizers.SGD().compute_gradients(
        ...     lambda: w * w, [w])]
        [(np.float32(4.0), True)]
        """
        if not callable(loss) and tape is None:
            raise ValueError(
                f"{self.name}.minimize: the loss is a tensor, whose gradients only the tape knows "
                "that recorded it. Give tape=..., or the loss as a function without arguments"
            )
        if tape is None:
            tape = GradientTape()
        if callable(loss):
            with tape:
                if not callable(var_list):
                    for variable in var_list:
                        tape.watch(variable)
                loss = self.scale_loss(loss())
        else:
            with tape:
                loss = self.scale_loss(loss)
        variables = list(var_list() if callable(var_list) else var_list)
        gradients = tape.gradient(loss, variables, output_gradients=grad_loss)
        return list(zip(gradients, variables, strict=True))

    @property
    def lr(self) -> Any:
        """The learning rate."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    learning_rate: Any

    @property
    def weights(self) -> list[Any]:
        """The variables of the optimizer."""
        return self.variables

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """The values of the variables, as NumPy arrays.

        >>> keras.optimizers.SGD(0.5).get_weights()
        [np.int64(0), np.float32(0.5)]
        """
        return [variable.numpy() for variable in self.weights]

    # Keras 2.11 to 2.15, for whoever subclasses

    @property
    def _index_dict(self) -> dict[int, int]:
        return self._trainable_variables_indices

    def _build_learning_rate(self, learning_rate: Any) -> Any:
        return self._made_rate(learning_rate)

    # Keras 2.0 to 2.10, for whoever subclasses

    def _set_hyper(self, name: str, value: Any) -> None:
        """Keep a number under a name; `learning_rate` and `decay` are known."""
        if name in ("learning_rate", "lr"):
            self._learning_rate = self._build_learning_rate(value)
        elif name == "decay":
            self._initial_decay = value or 0.0
        else:
            self._hyper = {**vars(self).get("_hyper", {}), name: value}

    def _get_hyper(self, name: str, dtype: Any = None) -> Any:
        if name in ("learning_rate", "lr"):
            value = self._learning_rate
        elif name == "decay":
            value = self._initial_decay
        else:
            value = self._hyper[name]
            value = value() if callable(value) else value
        if dtype is None or callable(value):
            return value
        if isinstance(value, (Tensor, Variable)):
            return operators.cast(value, dtype)
        return convert_to_tensor(value, dtype=dtype)

    def _serialize_hyperparameter(self, name: str) -> Any:
        if name == "learning_rate":
            return self._rate_config()
        value = self._get_hyper(name)
        return value.numpy() if isinstance(value, (Tensor, Variable)) else value

    def __getattr__(self, name: str) -> Any:
        if hasattr(type(self), name):  # a property that failed: its own error says more
            return object.__getattribute__(self, name)
        hyper = vars(self).get("_hyper", {})
        if name in hyper:
            return self._get_hyper(name)
        known = [key for key in (*dir(type(self)), *vars(self)) if not key.startswith("_")]
        raise AttributeError(missing_attribute(self, name, known))

    def _decayed_lr(self, var_dtype: Any) -> Any:
        """The learning rate of this step, in a dtype."""
        return operators.cast(self._rate_of_step(), var_dtype)

    def add_slot(
        self, var: Any, slot_name: str, initializer: Any = "zeros", shape: Any = None
    ) -> Any:
        """A variable of the optimizer's for one of the model's."""
        key = (id(var), slot_name)
        slots = self.__dict__.setdefault("_slots", {})
        if key not in slots:
            slots[key] = self.add_variable_from_reference(var, slot_name, initializer, shape=shape)
        return slots[key]

    def get_slot(self, var: Any, slot_name: str) -> Any:
        """The variable that `add_slot` made."""
        return self._slots[id(var), slot_name]

    def get_slot_names(self) -> list[str]:
        """The names of the slots."""
        return sorted({name for _, name in vars(self).get("_slots", {})})

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        """Overwritten by subclasses: one `add_slot` for each variable."""

    def _prepare_local(self, var_device: Any, var_dtype: Any, apply_state: Any) -> None:
        apply_state[var_device, var_dtype] = {"lr_t": self._decayed_lr(var_dtype)}

    def _fallback_apply_state(self, var_device: Any, var_dtype: Any) -> Any:
        apply_state: dict[Any, Any] = {(var_device, var_dtype): {}}
        self._prepare_local(var_device, var_dtype, apply_state)
        return apply_state[var_device, var_dtype]

    def _former_step(self, gradient: Any, variable: Any) -> bool:
        """Run the update of a subclass written for Keras 2.10; whether there is one."""
        kind = type(self)
        if not hasattr(kind, "_resource_apply_dense"):
            return False
        extra: dict[str, Any] = {}
        if "apply_state" in inspect.signature(kind._resource_apply_dense).parameters:
            extra["apply_state"] = None
        self._resource_apply_dense(gradient, variable, **extra)
        return True


def missing_attribute(owner: object, name: str, known: Sequence[str]) -> str:
    """What is said of an attribute that is not there."""
    return f"{type(owner).__name__!r} has no attribute {name!r}.{nearest(name, known)}"
