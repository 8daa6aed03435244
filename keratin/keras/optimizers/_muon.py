"""Muon: momentum made orthogonal, for matrices; AdamW for the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from keratin._engine.op import Array, op
from keratin._engine.tensor import Tensor
from keratin.keras.optimizers._adam import adam
from keratin.keras.optimizers._optimizer import Optimizer, default_epsilon
from keratin.keras.optimizers._rules import update_rule
from keratin.keras.optimizers._variables import name_of, takes_gradient
from keratin.linalg import matrix_transpose


def _orthogonal(x: Any, steps: int, factors: tuple[float, float, float]) -> Any:
    """About the nearest orthogonal matrix, by Newton and Schulz's iteration of degree five."""
    a, b, c = factors
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = jnp.swapaxes(x, -1, -2)
    x = x / (jnp.sqrt(jnp.sum(jnp.square(x), (-2, -1), keepdims=True)) + 1e-7)
    for _ in range(steps):
        square = x @ jnp.swapaxes(x, -1, -2)
        x = a * x + (b * square + c * square @ square) @ x
    return jnp.swapaxes(x, -1, -2) if tall else x


@op
def _newton_schulz(x: Array, steps: int, factors: tuple[float, float, float]) -> Any:
    return _orthogonal(x, steps, factors)


@update_rule
def _muon(
    gradient: Array,
    variable: Array,
    speed: Array,
    rate: Array,
    momentum: float,
    nesterov: bool,
    steps: int,
    factors: tuple[float, float, float],
    scale: float,
) -> Any:
    speed = speed + gradient + speed * (momentum - 1)
    ahead = gradient + momentum * speed if nesterov else speed
    return variable - rate * _orthogonal(ahead, steps, factors) * scale, speed


class Muon(Optimizer):
    """Momentum made orthogonal: for matrices that are no embeddings. AdamW for the rest.

    >>> w = keras.Variable([[1.0, 0.0], [0.0, 1.0]])
    >>> optimizer = keras.optimizers.Muon(0.1, weight_decay=None)
    >>> optimizer.apply([tf.constant([[5.0, 0.0], [0.0, 0.01]])], [w])
    >>> bool(w[0, 0] < 1.0), bool(w[1, 1] < 1.0)
    (True, True)

    Args:
        adam_beta_1: Adam's share of the former mean of gradients in the new one.
        adam_beta_2: Adam's share of the former mean of squares in the new one.
        adam_weight_decay: The weight decay of the variables that Adam changes.
        epsilon: What Adam adds to the root; None: `keras.config.epsilon()`.
        exclude_layers: Patterns of the paths of variables that Adam is to change.
        exclude_embeddings: Whether Adam changes variables with "embedding" in their paths.
        muon_a, muon_b, muon_c: The factors of the iteration that makes matrices orthogonal.
        adam_lr_ratio: What the learning rate is multiplied by for Adam.
        momentum: The share of the former gradients in the momentum.
        ns_steps: How often to iterate.
        nesterov: Whether to look one step ahead.
        rms_rate: The size of a step, in units of the learning rate; None: as it comes.
        learning_rate: A number, a schedule, or a function that returns a number. The other
            arguments are those of `keras.optimizers.Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float | None = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = default_epsilon(epsilon)
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def _should_use_adamw(self, variable: Any) -> bool:
        path = name_of(variable)
        if len(variable.shape) != 2 or (self.exclude_embeddings and "embedding" in path.lower()):
            return True
        return any(re.search(pattern, path) for pattern in self.exclude_layers)

    def build(self, var_list: Any) -> None:
        """Create a momentum for each variable, and a mean of squares for those of Adam."""
        if self.built:
            return
        var_list = list(var_list)
        super().build(var_list)
        self.momentums: list[Any] = [None] * len(var_list)
        self.adam_velocities: list[Any] = [None] * len(var_list)
        for place, variable in enumerate(var_list):
            if takes_gradient(variable):
                continue
            self.momentums[place] = self.add_variable_from_reference(variable, "momentum")
            if self._should_use_adamw(variable):
                velocity = self.add_variable_from_reference(variable, "velocity")
                self.adam_velocities[place] = velocity

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        place = self._get_variable_index(variable)
        if self.adam_velocities[place] is None:
            self._muon_update_step(gradient, variable, learning_rate, self.momentums[place])
        else:
            slots = (self.momentums[place], self.adam_velocities[place])
            rate = learning_rate * self.adam_lr_ratio
            self._adamw_update_step(gradient, variable, rate, *slots)

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        scale = self.lr_adjust(1.0, tuple(variable.shape))
        options = (float(self.momentum), bool(self.nesterov), int(self.ns_steps))
        changed = _muon(gradient, variable, m, lr, *options, self._factors(), float(scale))
        self._assign_all((variable, m), changed)

    def _adamw_update_step(
        self, gradient: Any, variable: Any, learning_rate: Any, m: Any, v: Any
    ) -> None:
        options = (float(self.adam_beta_1), float(self.adam_beta_2), float(self.epsilon))
        given = (m, v, None, learning_rate, self.iterations)
        self._assign_all((variable, m, v), adam(gradient, variable, *given, *options))

    def _factors(self) -> tuple[float, float, float]:
        return float(self.muon_a), float(self.muon_b), float(self.muon_c)

    def transpose_last_axis(self, X: Any) -> Any:
        """The last two dimensions swapped.

        >>> keras.optimizers.Muon().transpose_last_axis(tf.zeros([4, 2, 3])).shape
        TensorShape([4, 3, 2])
        """
        return matrix_transpose(X)

    def lr_adjust(self, x: Any, shape: tuple[int, ...] | None = None) -> Any:
        """A change scaled by the root of its greater side and by `rms_rate`.

        >>> keras.optimizers.Muon(rms_rate=0.5).lr_adjust(tf.ones([4, 1])).numpy().ravel()
        array([1., 1., 1., 1.], dtype=float32)
        """
        if self.rms_rate is None:
            return x
        sides = tuple(x.shape) if shape is None else shape
        return x * (float(max(sides[0], sides[1])) ** 0.5 * self.rms_rate)

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Tensor:
        """A matrix made about orthogonal, by so many steps.

        >>> x = keras.optimizers.Muon().zeropower_via_newtonschulz5(tf.eye(2) * 9.0, 5)
        >>> x.shape
        TensorShape([2, 2])
        """
        if len(x.shape) < 2:
            raise ValueError(
                f"Muon makes matrices orthogonal; given a tensor of shape {tuple(x.shape)}"
            )
        made: Tensor = _newton_schulz(x, int(steps), self._factors())
        return made

    def _weight_decay_of(self, variable: Any) -> float | None:
        adams = self._should_use_adamw(variable)
        return self.adam_weight_decay if adams else self.weight_decay
