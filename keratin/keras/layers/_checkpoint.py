"""The parts of a layer that checkpoints hold, under the names that they have in files of Keras."""

from __future__ import annotations

from typing import Any

from keratin._engine.variable import Variable

# Attributes that hold arguments, graphs, lists of what is found elsewhere, or what `fit` keeps.
_NOT_HELD = frozenset(
    {
        *("_arguments", "_inbound_nodes", "_outbound_nodes", "_losses", "_loss_functions"),
        *("_trainable_variables", "_non_trainable_variables", "_build_shapes", "_build_specs"),
        *("_dtype_policy", "_input_spec", "_input_shape_given", "_first_weights", "_sequence"),
        *("_graph", "_inner_graph", "_loss_graph", "_symbolic_losses", "_tails", "history"),
        "_symbolic_metrics",
        *("_compile_loss", "_compile_metrics", "_compile_options", "_loss_tracker"),
        *("_compiled_programs", "_compiled_trainability", "train_function", "test_function"),
        *("predict_function", "loss", "_run_eagerly", "_steps_per_execution"),
    }
)


class Checkpointed:
    """Tells `tf.train.Checkpoint` what a layer, metric or random generator holds."""

    def _checkpoint_children(self) -> dict[str, Any]:
        own = {name: part for name, part in vars(self).items() if name not in _NOT_HELD}
        if "depthwise_kernel" in own and "pointwise_kernel" not in own:
            own["kernel"] = own.pop("depthwise_kernel")
        if own.get("_low_rank"):
            first, second = own.pop("_low_rank")
            of = "kernel" if "_kernel" in own else "embeddings"
            own |= {f"lora_{of}_a": first, f"lora_{of}_b": second}
        return own

    def _checkpoint_child(self, name: str) -> Any:
        """A weight by the name that Keras 2 has for it, where Keras 3 has another."""
        part = vars(self).get(name, vars(self).get(f"_{name}"))
        return part if isinstance(part, Variable) else None
