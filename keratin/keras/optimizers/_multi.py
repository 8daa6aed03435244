"""Several optimizers in one, each for some of the variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any, Self

from keratin.keras._core.custom_objects import CustomObjectScope
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras.optimizers._loss_scale import LossScaleOptimizer
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.optimizers._variables import listed, name_of


class OptimizerMap(MutableMapping[str, Any]):
    """Optimizers by the paths of variables, or by patterns that match whole paths.

    >>> by_path = keras.optimizers.OptimizerMap(keras.optimizers.Adam(name="most"))
    >>> by_path[".*embeddings"] = keras.optimizers.SGD(0.1, name="tables")
    >>> by_path["embedding/embeddings"].name, by_path["dense/kernel"].name
    ('tables', 'most')
    """

    def __init__(self, default_optimizer: Any, optimizer_map: Any = None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                f"OptimizerMap: default_optimizer is an optimizer; given {default_optimizer!r}"
            )
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(
                "OptimizerMap: optimizer_map is a dictionary of patterns and optimizers; given "
                f"{optimizer_map!r}"
            )
        self._default_optimizer = default_optimizer
        self._optimizer_map: dict[str, Any] = {}
        for pattern, optimizer in (optimizer_map or {}).items():
            self[pattern] = optimizer

    @property
    def default_optimizer(self) -> Any:
        """The optimizer of variables that no pattern matches."""
        return self._default_optimizer

    def __getitem__(self, key: str) -> Any:
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        matching = [pattern for pattern in self._optimizer_map if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(
                f"OptimizerMap: the variable {key!r} matches several patterns: {listed(matching)}. "
                "Make them exclude each other"
            )
        return self._optimizer_map[matching[0]] if matching else self._default_optimizer

    def __setitem__(self, key: str, optimizer: Any) -> None:
        if not isinstance(key, str):
            raise ValueError(f"OptimizerMap: a key is a path or a pattern; given {key!r}")
        if key in self._optimizer_map:
            raise ValueError(
                f"OptimizerMap: {key!r} has the optimizer {self._optimizer_map[key].name!r} "
                "already; delete it first"
            )
        _check_member(optimizer, f"OptimizerMap: for {key!r}")
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._optimizer_map[key]

    def __len__(self) -> int:
        return len(self._optimizer_map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizer_map)

    def __call__(self, variable: Any) -> Any:
        """The optimizer of a variable."""
        return self[name_of(variable)]

    def get_config(self) -> dict[str, Any]:
        """The arguments to make the map again.

        >>> config = keras.optimizers.OptimizerMap(keras.optimizers.Adam()).get_config()
        >>> config["default_optimizer"]["class_name"], config["optimizer_map"]
        ('Adam', {})
        """
        return {
            "default_optimizer": serialize_keras_object(self._default_optimizer),
            "optimizer_map": serialize_keras_object(self._optimizer_map),
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make a map from what `get_config` gave.

        >>> adam = keras.optimizers.Adam(name="most")
        >>> config = keras.optimizers.OptimizerMap(adam).get_config()
        >>> keras.optimizers.OptimizerMap.from_config(config).default_optimizer
        <Adam name=most>
        """
        with CustomObjectScope(custom_objects):
            given = {key: deserialize_keras_object(value) for key, value in config.items()}
        return cls(given["default_optimizer"], given["optimizer_map"])


def _check_member(optimizer: Any, where: str) -> None:
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"{where} an optimizer is needed; given {optimizer!r}")
    if isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(
            f"{where} a {type(optimizer).__name__} cannot be one of several optimizers. Put the "
            "MultiOptimizer into the LossScaleOptimizer"
        )


class MultiOptimizer(Optimizer):
    """Several optimizers in one: `optimizer_map` says which changes which variable.

    >>> table = keras.Variable([1.0], name="embeddings")
    >>> kernel = keras.Variable([1.0], name="kernel")
    >>> optimizer = keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(
    ...     keras.optimizers.SGD(0.5), {"embeddings": keras.optimizers.SGD(0.25)}))
    >>> optimizer.apply([tf.constant([1.0]), tf.constant([1.0])], [table, kernel])
    >>> table.numpy(), kernel.numpy()
    (array([0.75], dtype=float32), array([0.5], dtype=float32))

    Args:
        optimizer_map: An `OptimizerMap`, or a function from a variable to an optimizer.
        loss_scale_factor: What the loss is multiplied by and gradients are divided by.
        name: The name.
    """

    def __init__(
        self, optimizer_map: Any, loss_scale_factor: float | None = None, name: str | None = None
    ):
        if not callable(optimizer_map):
            raise TypeError(
                "MultiOptimizer: optimizer_map is a keras.optimizers.OptimizerMap, or a function "
                f"from a variable to its optimizer; given {optimizer_map!r}"
            )
        self._inner_optimizers: list[Any] = []
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._add(optimizer)

    def _add(self, optimizer: Any) -> int:
        """The place of an optimizer among the inner ones, which it joins."""
        for place, known in enumerate(self._inner_optimizers):
            if known is optimizer:
                return place
        _check_member(optimizer, "MultiOptimizer:")
        optimizer.loss_scale_factor = self.loss_scale_factor
        self._inner_optimizers.append(optimizer)
        return len(self._inner_optimizers) - 1

    def _members(self) -> Sequence[Optimizer]:
        return (self, *self._inner_optimizers)

    def build(self, var_list: Any) -> None:
        """Build each optimizer for its variables."""
        if self.built:
            return
        var_list = list(var_list)
        places = [self._add(self._optimizer_map(variable)) for variable in var_list]
        self._place_of = {
            id(variable): place for variable, place in zip(var_list, places, strict=True)
        }
        for optimizer, own in zip(self._inner_optimizers, self._shares(var_list), strict=True):
            if own:
                optimizer.build(own)
        super().build(var_list)

    def _shares(self, variables: Sequence[Any]) -> list[list[Any]]:
        """The variables of each optimizer."""
        shares: list[list[Any]] = [[] for _ in self._inner_optimizers]
        for variable in variables:
            shares[self._place_of[id(variable)]].append(variable)
        return shares

    @property
    def optimizers(self) -> list[Any]:
        """The optimizers."""
        return self._inner_optimizers

    @property
    def variables(self) -> Any:
        """The variables of this optimizer, then those of each of the others."""
        own = super().variables
        for optimizer in self._inner_optimizers:
            own.extend(optimizer.variables)
        return own

    @property
    def learning_rate(self) -> Any:
        """Refused: each of the optimizers has its own."""
        raise AttributeError(self._no_rate())

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(self._no_rate())

    def _no_rate(self) -> str:
        return (
            f"{self.name}: each of several optimizers has a learning rate of its own; use "
            "optimizer.optimizers[0].learning_rate and so on"
        )

    @property
    def loss_scale_factor(self) -> float | None:
        """What the loss is multiplied by and gradients are divided by."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: float | None) -> None:
        self._loss_scale_factor = value
        for optimizer in self._inner_optimizers:
            optimizer.loss_scale_factor = value

    def _update(self, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
        self._check_known(variables)
        of_variable = {id(v): g for v, g in zip(variables, gradients, strict=True)}
        self._connected(gradients, variables)  # one warning for all
        for optimizer, own in zip(self._inner_optimizers, self._shares(variables), strict=True):
            given = [of_variable[id(variable)] for variable in own]
            if any(gradient is not None for gradient in given):
                optimizer._update(given, own)
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Any) -> None:
        """Have each optimizer replace its variables by their averages."""
        variables = list(var_list)
        self._check_known(variables)
        for optimizer, own in zip(self._inner_optimizers, self._shares(variables), strict=True):
            if own:
                optimizer.finalize_variable_values(own)

    def get_config(self) -> dict[str, Any]:
        """The arguments to make the optimizer again."""
        return {
            "optimizer_map": serialize_keras_object(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make an optimizer from what `get_config` gave."""
        with CustomObjectScope(custom_objects):
            found = deserialize_keras_object(config["optimizer_map"])
        return cls(**{**config, "optimizer_map": found})
