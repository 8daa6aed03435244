"""The parts of an optimizer that checkpoints hold, under the names that Keras has for them."""

from __future__ import annotations

from typing import Any

from keratin.keras.optimizers._variables import UNTRACKED

# What Keras 3 names first.
_FIRST = ("_variables", "_trainable_variables", "_iterations", "_learning_rate")
# Names of the optimizers of Keras 2.
_FORMER_NAMES = {"iter": "_iterations", "learning_rate": "_learning_rate"}
# What they keep for each variable, and the attributes that hold it here.
_SLOTS = {
    "m": ("_momentums", "_m"),
    "v": ("_velocities", "_u"),
    "vhat": ("_velocity_hats",),
    "momentum": ("momentums", "_momentums"),
    "rms": ("_velocities",),
    "mg": ("_average_gradients",),
    "accumulator": ("_accumulators",),
    "accum_grad": ("_accumulated_grads",),
    "accum_var": ("_accumulated_delta_vars",),
    "linear": ("_linears",),
    "average": ("_averages",),
}


class Checkpointed:
    """Tells `tf.train.Checkpoint` what an optimizer holds. Mixed into `Optimizer`."""

    _trainable_variables_indices: dict[int, int]

    def _checkpoint_children(self) -> dict[str, Any]:
        self._adopt()  # type: ignore[attr-defined]
        fields = vars(self)
        names = [name for name in fields if name not in UNTRACKED]
        return {name: fields[name] for name in dict.fromkeys([*_FIRST, *names]) if name in fields}

    def _checkpoint_child(self, name: str) -> Any:
        return vars(self).get(_FORMER_NAMES.get(name, ""))

    def _checkpoint_skips(self, names: set[str]) -> set[str]:
        """Keras 2 numbers variables in another order, and has them all under names, too."""
        return {"_variables"} if "_index_dict" in names else set()

    def _checkpoint_slot(self, variable: Any, name: str) -> Any:
        place = self._trainable_variables_indices.get(id(variable))
        for attribute in _SLOTS.get(name, ()):
            kept = vars(self).get(attribute)
            if place is not None and isinstance(kept, list):
                return kept[place]
        return None
