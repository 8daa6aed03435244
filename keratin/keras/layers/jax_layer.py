"""Functions and modules of JAX as layers."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Arrays, Static, op
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable
from keratin.keras import random
from keratin.keras._core import host_random
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.shapes import map_shapes
from keratin.keras.layers.layer import Layer

_WORD = 0xFFFFFFFF


@dataclasses.dataclass(frozen=True)
class _Program:
    """A function of JAX, and how its arguments are put together of arrays and other values."""

    function: Callable[..., Any]
    tree: Any
    # What is no array, by its place among the leaves.
    others: tuple[tuple[int, Any], ...]
    training: bool | None

    def __call__(self, arrays: Sequence[Any]) -> Any:
        others, rest = dict(self.others), iter(arrays)
        leaves = [
            others[i] if i in others else next(rest) for i in range(len(arrays) + len(others))
        ]
        arguments = jax.tree.unflatten(self.tree, leaves)
        if self.training is not None:
            arguments["training"] = self.training
        return self.function(**arguments)


@op
def jax_call(arrays: Arrays, program: Static) -> Any:
    return program(arrays)


class JaxLayer(Layer):
    """A function of JAX as a layer: compiled, differentiated and trained with the rest of a model.

    `call_fn` takes some of `params`, `state`, `rng`, `inputs` and `training`, by these names;
    `inputs` at least. With `state` it returns its outputs and the new state. The first values of
    `params` and `state` are given, or made by `init_fn`, which takes some of `rng`, `inputs` and
    `training`.

    >>> import jax.numpy as jnp
    >>> layer = keras.layers.JaxLayer(
    ...     lambda params, inputs: jnp.tanh(inputs @ params["w"]), params={"w": np.ones((3, 2))}
    ... )
    >>> layer(np.zeros((1, 3))).numpy()
    array([[0., 0.]], dtype=float32)
    """

    def __init__(
        self,
        call_fn: Callable[..., Any],
        init_fn: Callable[..., Any] | None = None,
        params: Any = None,
        state: Any = None,
        seed: int | None = None,
        native_serialization_platforms: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.call_fn = call_fn
        self.init_fn = init_fn
        # For programs that are exported to TensorFlow in Keras; kept for the config alone.
        self.native_serialization_platforms = native_serialization_platforms
        self.call_fn_arguments = _parameters(call_fn, "call_fn", owner, _CALL)
        self.init_fn_arguments = init_fn and _parameters(init_fn, "init_fn", owner, _INIT)
        has_values = params is not None or state is not None
        needs_values = bool({"params", "state"} & set(self.call_fn_arguments))
        if needs_values and not has_values and init_fn is None:
            raise ValueError(
                f"{owner}: call_fn takes params or state, so give their first values "
                "(params=..., state=...), or the function that makes them (init_fn=...)"
            )
        if "rng" in self.call_fn_arguments:
            self.seed_generator = random.SeedGenerator(seed)
        self._has_values = has_values or not needs_values
        self._set_values(params, state)
        self.built = has_values

    def _set_values(self, params: Any, state: Any) -> None:
        """Make variables of the arrays; other leaves are options of the function."""
        self.params = self._variables_of(params, True)
        self.state = self._variables_of(state, False)
        self.tracked_params = [v for v in _leaves(self.params) if isinstance(v, Variable)]
        self.tracked_state = [v for v in _leaves(self.state) if isinstance(v, Variable)]

    def _variables_of(self, values: Any, trainable: bool) -> Any:
        def variable(value: Any) -> Any:
            if not isinstance(value, (Tensor, np.ndarray, np.generic, jax.Array, int, float)):
                return value
            array = np.asarray(value)
            is_floating = as_dtype(array.dtype).is_floating
            return self.add_weight(
                shape=array.shape,
                initializer=lambda shape, dtype: array.astype(as_dtype(dtype).numpy_dtype),
                dtype=None if is_floating else array.dtype,
                trainable=trainable and is_floating,
            )

        return jax.tree.map(variable, values, is_leaf=_is_tensor)

    def build(self, input_shape: Any) -> None:
        """Make the first values of `params` and `state`."""
        if self._has_values:
            return
        with jax.ensure_compile_time_eval():
            # A size that is not known is 1 here.
            inputs = map_shapes(lambda s: jnp.ones([n or 1 for n in s], jnp.float32), input_shape)
            given = {"rng": self._get_init_rng(), "inputs": inputs, "training": True}
            wanted = {name: given[name] for name in self.init_fn_arguments or ()}
            made = self.init_fn(**wanted)  # type: ignore[misc]
        self._set_values(*(made if "state" in self.call_fn_arguments else (made, None)))
        self._has_values = True

    # Where random numbers come from; subclasses may make other structures of the same seeds.

    def _get_init_seed(self) -> Any:
        """A key for random numbers of the first values."""
        return jnp.asarray(np.array([host_random.fresh_seed() & _WORD, 0], np.uint32))

    def _get_init_rng(self) -> Any:
        """What `init_fn` gets as `rng`."""
        return self._get_init_seed()

    def _get_call_seed(self) -> Any:
        """A key for random numbers of one call."""
        return self.seed_generator.next()

    def _get_call_rng(self, training: Any) -> Any:
        """What `call_fn` gets as `rng`: a key while training, else None."""
        return self._get_call_seed() if training else None

    def call(self, inputs: Any, training: Any = False) -> Any:
        """What the function gives."""
        names = self.call_fn_arguments
        given: dict[str, Any] = {"inputs": inputs}
        for name in ("params", "state"):
            if name in names:
                given[name] = getattr(self, name)
        if "rng" in names:
            given["rng"] = self._get_call_rng(training)
        outputs = self._run_program(given, bool(training) if "training" in names else None)
        if "state" not in names:
            return outputs
        outputs, state = outputs
        self._assign_state(state)
        return outputs

    def _run_program(self, given: dict[str, Any], training: bool | None) -> Any:
        leaves, tree = jax.tree.flatten(given, is_leaf=_is_tensor)
        others = tuple([(i, leaf) for i, leaf in enumerate(leaves) if not _is_tensor(leaf)])
        arrays = [leaf for leaf in leaves if _is_tensor(leaf)]
        return jax_call(arrays, _Program(self.call_fn, tree, others, training))

    def _assign_state(self, state: Any) -> None:
        new, tree = jax.tree.flatten(state, is_leaf=_is_tensor)
        expected: Any
        old, expected = jax.tree.flatten(self.state, is_leaf=_is_tensor)
        if tree != expected:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): call_fn returned a state of another "
                f"structure than the first one: {tree} in place of {expected}"
            )
        for variable, value in zip(old, new, strict=True):
            if isinstance(variable, Variable):
                variable.assign(value)

    def _own_config(self) -> dict[str, Any]:
        return {
            "call_fn": self.call_fn,
            "init_fn": self.init_fn,
            "native_serialization_platforms": self.native_serialization_platforms,
        }


_CALL = ("params", "state", "rng", "inputs", "training")
_INIT = ("rng", "inputs", "training")


def _parameters(
    function: Callable[..., Any], name: str, owner: str, known: Sequence[str]
) -> list[str]:
    found = list(inspect.signature(function).parameters)
    for parameter in found:
        if parameter not in known:
            raise ValueError(
                f"{owner}: {name} has a parameter {parameter!r}; it may have "
                f"{', '.join(known)}. Wrap it in a function that has these alone"
            )
    if "inputs" not in found:
        raise ValueError(f"{owner}: {name} needs a parameter 'inputs'; it has {found}")
    return found


def _is_tensor(value: Any) -> bool:
    return isinstance(value, (Tensor, Variable))


def _leaves(structure: Any) -> list[Any]:
    return jax.tree.leaves(structure, is_leaf=_is_tensor)


class FlaxLayer(JaxLayer):
    """A module of `flax.linen` as a layer.

    `method` is that of the module to call; `variables` are its variables, made by the module at the
    first call unless given. What is not in their collection "params" is state, and not trained.

    >>> from flax import linen  # doctest: +SKIP
    >>> keras.layers.FlaxLayer(linen.Dense(2))(np.ones((1, 3))).shape  # doctest: +SKIP
    TensorShape([1, 2])
    """

    def __init__(self, module: Any, method: Any = None, variables: Any = None, **kwargs: Any):
        mutable = _all_but_params()
        self.module = module
        self.method = method
        method = getattr(module, method) if isinstance(method, str) else method
        takes_training = "training" in inspect.signature(method or type(module).__call__).parameters

        def apply(params: Any, state: Any, rng: Any, inputs: Any, **options: Any) -> Any:
            values = {**(params or {}), **(state or {})}
            return module.apply(values, inputs, rngs=rng, method=method, mutable=mutable, **options)

        def initial(rng: Any, inputs: Any, **options: Any) -> Any:
            return _divided(module.init(rng, inputs, method=method, **options))

        call_fn, init_fn = _fixed(apply, initial, takes_training)
        params, state = _divided(variables)
        super().__init__(call_fn, init_fn, params=params, state=state, **kwargs)

    def _get_init_rng(self) -> Any:
        """Keys for the first parameters, and for what is dropped meanwhile."""
        return {"params": self._get_init_seed(), "dropout": self._get_init_seed()}

    def _get_call_rng(self, training: Any) -> Any:
        """A key for what is dropped while training."""
        return {"dropout": self._get_call_seed()} if training else {}

    def _own_config(self) -> dict[str, Any]:
        method = self.method
        if getattr(method, "__self__", None) is self.module:
            method = method.__name__  # found again by its name
        return {
            "native_serialization_platforms": self.native_serialization_platforms,
            "module": serialize_keras_object(self.module),
            "method": serialize_keras_object(method),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what `get_config` gave."""
        values = {name: deserialize_keras_object(value) for name, value in config.items()}
        return cls(**values)


def _all_but_params() -> Any:
    try:
        from flax.linen import DenyList  # type: ignore[import-not-found]
    except ImportError as error:
        raise ImportError(
            "FlaxLayer needs Flax, which is not installed: pip install flax. A function of JAX "
            "becomes a layer without it, by keras.layers.JaxLayer"
        ) from error
    return DenyList(["params"])


def _fixed(apply: Any, initial: Any, takes_training: bool) -> tuple[Any, Any]:
    """The two functions with `training` among their parameters if the module takes it."""
    if takes_training:
        return (
            lambda params, state, rng, inputs, training: apply(
                params, state, rng, inputs, training=training
            ),
            lambda rng, inputs, training: initial(rng, inputs, training=training),
        )
    return (
        lambda params, state, rng, inputs: apply(params, state, rng, inputs),
        lambda rng, inputs: initial(rng, inputs),
    )


def _divided(variables: Any) -> tuple[Any, Any]:
    """The parameters and the state of a module's variables."""
    if variables is None:
        return None, None
    params = {name: value for name, value in variables.items() if name == "params"}
    return params, {name: value for name, value in variables.items() if name != "params"}


class TorchModuleWrapper(Layer):
    """Refused: a module of PyTorch computes by PyTorch, and a model here is compiled as a whole.

    >>> try:
    ...     keras.layers.TorchModuleWrapper(None)
    ... except tf.errors.UnimplementedError as error:
    ...     print(str(error).split(":")[0])
    TorchModuleWrapper
    """

    def __init__(
        self, module: Any, name: str | None = None, output_shape: Any = None, **kwargs: Any
    ):
        raise _no_torch()

    def parameters(self, recurse: bool = True) -> Any:
        """Refused, as is the layer."""
        raise _no_torch()

    def call(self, *args: Any, training: Any = None, **kwargs: Any) -> Any:
        """Refused, as is the layer."""
        raise _no_torch()

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Any = None, safe_mode: Any = None
    ) -> Self:
        """Refused; besides, such a config holds a pickle, which may run any program."""
        raise _no_torch()


def _no_torch() -> Exception:
    return errors.UnimplementedError(
        "TorchModuleWrapper: modules of PyTorch run in PyTorch alone, and models here are compiled "
        "as a whole. Write the module with keras.layers, and copy its parameters by "
        "layer.set_weights; or run it on the data beforehand"
    )
