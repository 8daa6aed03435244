"""Stand-ins for models: what a feed asks one for."""

from types import SimpleNamespace


def described(inputs=None, outputs=(), ranks=None):
    """A model with inputs of these names and shapes, and outputs of these names."""
    tensors = [SimpleNamespace(name=name, shape=shape) for name, shape in (inputs or {}).items()]
    return SimpleNamespace(
        inputs=tensors,
        output_names=list(outputs),
        outputs=[SimpleNamespace(shape=(None,) * rank) for rank in ranks or []],
    )
