"""The scale of the loss, found while training in float16."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from keratin._engine.control_flow import cond
from keratin._engine.indexed_slices import IndexedSlices
from keratin._engine.op import Array, op
from keratin.keras._core.custom_objects import CustomObjectScope
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras.initializers import Constant
from keratin.keras.optimizers import _rules as rules
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.optimizers._variables import takes_gradient

# What is an argument of other optimizers, and would have no effect on this one.
_FOREIGN: dict[str, Any] = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}


@op
def _grown(count: Array, scale: Array, growth_steps: int) -> Any:
    """The count of good steps and the scale after one more."""
    grows = count == growth_steps - 1
    return [count * ~grows + ~grows, scale * (1 + grows)]


class LossScaleOptimizer(Optimizer):
    """An optimizer around another one that keeps gradients of float16 from vanishing.

    The loss is multiplied by a scale, and gradients are divided by it. Where they overflow, the
    step is left out and the scale halved; after `dynamic_growth_steps` steps without, doubled.

    >>> optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0), initial_scale=8)
    >>> w = keras.Variable([1.0])
    >>> optimizer.apply([tf.constant([4.0])], [w])
    >>> w.numpy()
    array([0.5], dtype=float32)
    >>> optimizer.apply([tf.constant([float("inf")])], [w])
    >>> w.numpy(), optimizer.dynamic_scale.numpy()
    (array([0.5], dtype=float32), np.float32(4.0))

    Args:
        inner_optimizer: The optimizer that changes the weights.
        initial_scale: The scale at first.
        dynamic_growth_steps: After how many steps without overflow the scale doubles.
        name: The name, which the names of the variables begin with.
    """

    _given_unscaled = False

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ):
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer: a fixed scale (dynamic=False) is an argument of the inner "
                "optimizer: keras.optimizers.Adam(loss_scale_factor=1024.0)"
            )
        for key, default in _FOREIGN.items():
            if kwargs.pop(key, default) != default:
                raise ValueError(
                    f"LossScaleOptimizer does not take {key}; give it to the inner optimizer"
                )
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                f"LossScaleOptimizer: inner_optimizer is an optimizer; given {inner_optimizer!r}"
            )
        super().__init__(0.0, name=name, **kwargs)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None

    def _members(self) -> Sequence[Optimizer]:
        return (self, *self.inner_optimizer._members())

    def build(self, var_list: Any) -> None:
        """Create the scale and the count of good steps, and build the inner optimizer."""
        if self.built:
            return
        var_list = list(var_list)
        self.step_counter = self.add_variable((), dtype="int", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), Constant(self.initial_scale), dtype="float32", name="dynamic_scale"
        )
        self.inner_optimizer.build(var_list)
        super().build(var_list)

    @property
    def variables(self) -> Any:
        """The variables of this optimizer, then those of the inner one."""
        own = super().variables
        own.extend(self.inner_optimizer.variables)
        return own

    def _update(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        self._check_known(variables)
        pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        plain = [g.values if isinstance(g, IndexedSlices) else g for g, _ in pairs]
        if not pairs:  # the error names the variables
            self._connected(gradients, variables)
        cond(
            rules.all_finite(plain),
            lambda: self._update_inner(gradients, variables),
            self._shrink,
        )

    def _settings(self) -> Any:
        return self._changes, self._given_unscaled

    def apply(self, grads: Sequence[Any], trainable_variables: Any = None) -> None:
        """Change variables by the gradients of the scaled loss, unless some are not finite."""
        try:
            super().apply(grads, trainable_variables)
        finally:
            vars(self)["_given_unscaled"] = False

    def _update_inner(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        scale = 1.0 if self._given_unscaled else self.dynamic_scale
        divided = [
            g if g is None or takes_gradient(v) else rules.unscaled(g, scale)
            for g, v in zip(gradients, variables, strict=True)
        ]
        self.inner_optimizer._update(divided, variables)
        count, scale = _grown(self.step_counter, self.dynamic_scale, int(self.dynamic_growth_steps))
        self.step_counter.assign(count)
        self.dynamic_scale.assign(scale)

    def _shrink(self) -> None:
        self.step_counter.assign(0)
        self.dynamic_scale.assign(self.dynamic_scale * 0.5)

    def check_finite(self, grads: Any) -> Any:
        """Whether all gradients are finite.

        >>> optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())
        >>> optimizer.check_finite([tf.constant([1.0]), None]).numpy()
        np.True_
        """
        return rules.all_finite([gradient for gradient in grads if gradient is not None])

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> Any:
        """The number of updates of the inner optimizer."""
        return self.inner_optimizer.iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        self.inner_optimizer.iterations = value

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the scale."""
        return loss * (self.dynamic_scale if self.built else float(self.initial_scale))

    get_scaled_loss = scale_loss

    def get_unscaled_gradients(self, grads: Sequence[Any]) -> list[Any]:
        """The gradients divided by the scale, as Keras 2 had it before `apply_gradients`.

        >>> optimizer = keras.optimizers.LossScaleOptimizer(
        ...     keras.optimizers.SGD(), initial_scale=8.0)
        >>> optimizer.get_unscaled_gradients([tf.constant([4.0])])[0].numpy()
        array([0.5], dtype=float32)
        """
        scale = self.dynamic_scale if self.built else float(self.initial_scale)
        vars(self)["_given_unscaled"] = True
        return [None if g is None else rules.unscaled(g, scale) for g in grads]

    def finalize_variable_values(self, var_list: Any) -> None:
        """Have the inner optimizer replace variables by their averages."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """The arguments to make the optimizer again."""
        return {
            "name": self.name,
            "inner_optimizer": serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make an optimizer from what `get_config` gave."""
        arguments = dict(config)
        with CustomObjectScope(custom_objects):
            inner = arguments["inner_optimizer"]
            if isinstance(inner, Mapping):
                arguments["inner_optimizer"] = deserialize_keras_object(inner)
            return cls(**arguments)
