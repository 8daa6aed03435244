"""Low-rank adaptation: a frozen weight, and the product of two small trained ones added to it."""

from __future__ import annotations

from typing import Any

from keratin import math
from keratin._engine.operators import operators
from keratin.keras import initializers


class LowRankWeight:
    """An attribute that holds a weight, and gives its adapted value once adaptation is on."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __set__(self, layer: Any, weight: Any) -> None:
        vars(layer)[f"_{self.name}"] = weight

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        if layer is None:
            return self
        if f"_{self.name}" not in vars(layer):
            raise AttributeError(
                f"Layer {layer.name!r} has no {self.name} yet: it is not built. Call it, or "
                "build(input_shape), first"
            )
        weight = vars(layer)[f"_{self.name}"]
        low_rank = vars(layer).get("_low_rank")
        if low_rank is None:
            return weight
        left, right = low_rank
        change = operators.matmul(left, right) * (layer.lora_alpha / layer.lora_rank)
        return math.add(weight, change)


class LowRank:
    """Mixed into layers whose weight `_adapted` may be adapted."""

    _adapted = "kernel"
    lora_rank: int | None
    lora_alpha: float | None

    def enable_lora(
        self: Any,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freeze the weight and train a change of it, of this rank, instead."""
        name = self._adapted
        if not self.built and f"_{name}" not in vars(self):
            raise ValueError(
                f"enable_lora: layer {self.name!r} is not built. Call it on data first"
            )
        if vars(self).get("_low_rank") is not None:
            raise ValueError(f"enable_lora: it is on already for layer {self.name!r}")
        weight = vars(self)[f"_{name}"]
        shape = tuple(weight.shape)
        left = self.add_weight(
            name=f"lora_{name}_a",
            shape=(*shape[:-1], rank),
            initializer=initializers.get(a_initializer),
            regularizer=weight.regularizer,
        )
        right = self.add_weight(
            name=f"lora_{name}_b",
            shape=(rank, shape[-1]),
            initializer=initializers.get(b_initializer),
            regularizer=weight.regularizer,
        )
        weight.trainable = False
        self.lora_rank = rank
        self.lora_alpha = rank if lora_alpha is None else lora_alpha
        vars(self)["_low_rank"] = (left, right)

    @property
    def variable_serialization_spec(self: Any) -> dict[Any, list[str]]:
        """The names of the layer's own variables, in the order in which they are saved."""
        return {None: [variable.name for variable in self._variables_made()]}

    def get_config(self: Any) -> dict[str, Any]:
        """The arguments to make this layer again."""
        config = super().get_config()  # type: ignore[misc]
        if self.lora_rank is None:
            config.pop("lora_rank", None)
            config.pop("lora_alpha", None)
        return config
