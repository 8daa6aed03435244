"""`tf.random.Generator`: a stream whose state the program holds."""

from __future__ import annotations

import threading
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine import random as engine
from keratin._engine.op import Array, DTypeArg, Static, op
from keratin._engine.random import Held
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.array._support import composite
from keratin.random import _sample
from keratin.random._seed import (
    Algorithm,
    as_algorithm,
    create_rng_state,
    drawing,
    signed,
    state_size,
)


class Generator:
    """A generator of random numbers, whose state is a variable.

    Each draw moves the state on, in a `tf.function` as outside of it. The state is three int64:
    a counter of 128 bits and a key.

    >>> g = tf.random.Generator.from_seed(1234)
    >>> g.normal([3]).numpy().round(4)
    array([ 0.9357,  1.0854, -0.9379], dtype=float32)
    >>> g.state.numpy()
    array([2002,    0,    0])
    """

    def __init__(self, copy_from: Generator | None = None, state: Any = None, alg: Any = None):
        if copy_from is not None:
            if state is not None or alg is not None:
                raise ValueError("Generator: give copy_from, or state and alg, not all of them.")
            self._state_var = _state_variable(copy_from.state.value())
            self._algorithm: Algorithm = copy_from._algorithm
            return
        if state is None or alg is None:
            raise ValueError(
                "Generator: give a state and its algorithm, as in Generator(state=[1, 2, 3], "
                "alg='philox'), or write tf.random.Generator.from_seed(1)."
            )
        self._algorithm = as_algorithm(alg)
        if isinstance(state, Variable):
            _check_state(state, self._algorithm)
            self._state_var = state
        else:
            self._state_var = _state_variable(_as_state(state, self._algorithm))

    @classmethod
    def from_state(cls, state: Any, alg: Any) -> Generator:
        """A generator that continues from a state; a variable is shared, not copied.

        >>> tf.random.Generator.from_state([5, 0, 7], alg="philox").key.numpy()
        np.int64(7)
        """
        return cls(state=state, alg=alg)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator that starts from an integer, or from several.

        >>> tf.random.Generator.from_seed(1234).state.numpy()
        array([1234,    0,    0])
        """
        algorithm = Algorithm.PHILOX if alg is None else as_algorithm(alg)
        return cls(state=create_rng_state(seed, algorithm), alg=algorithm)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator whose start comes from the operating system.

        >>> tf.random.Generator.from_non_deterministic_state().normal([2]).shape
        TensorShape([2])
        """
        algorithm = Algorithm.PHILOX if alg is None else as_algorithm(alg)
        return cls(state=engine.fresh_integers(state_size(algorithm)), alg=algorithm)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any) -> Generator:
        """A generator of a key and a counter (two integers, the low half first).

        >>> tf.random.Generator.from_key_counter(7, [1, 2], "philox").state.numpy()
        array([1, 2, 7])
        """
        return cls(state=_joined(key, counter), alg=alg)

    # State

    @property
    def state(self) -> Variable:
        """The variable that holds the state."""
        return self._state_var

    @property
    def algorithm(self) -> int:
        """The number of the algorithm; see `tf.random.Algorithm`."""
        return self._algorithm.value

    @property
    def key(self) -> Tensor:
        """The key of the state."""
        return _last(self._state_var)

    def reset(self, state: Any) -> None:
        """Continue from a state."""
        self._state_var.assign(_as_state(state, self._algorithm))

    def reset_from_seed(self, seed: Any) -> None:
        """Start again from a seed.

        >>> g = tf.random.Generator.from_seed(1)
        >>> g.reset_from_seed(5)
        >>> g.state.numpy()
        array([5, 0, 0])
        """
        self._state_var.assign(create_rng_state(seed, self._algorithm))

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Continue from a key and a counter."""
        self.reset(_joined(key, counter))

    def skip(self, delta: Any) -> Tensor:
        """Move on as if `delta` numbers had been drawn; returns the state before that.

        >>> g = tf.random.Generator.from_seed(1)
        >>> g.skip(3).numpy(), g.state.numpy()
        (array([1, 0, 0]), array([769,   0,   0]))
        """
        drawing(self._algorithm)
        before = self._state_var.value()
        self._state_var.assign(_skipped(before, convert_to_tensor(delta)))
        return before

    # Drawing

    def _source(self, *_: Any) -> Held:
        drawing(self._algorithm)
        engine.note_state(self._state_var)
        return Held("generator", self._state_var)

    @composite
    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: DTypeArg = "float32",
        name: str | None = None,
    ) -> Tensor:
        """Draw floats or integers from [minval, maxval); see `tf.random.stateless_uniform`."""
        return _sample.uniform(self._source, shape, minval, maxval, dtype)

    @composite
    def uniform_full_int(
        self, shape: Any, dtype: DTypeArg = "uint64", name: str | None = None
    ) -> Tensor:
        """Draw integers over the whole range of their dtype."""
        return _sample.uniform_full_int(self._source, shape, dtype)

    @composite
    def normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: DTypeArg = "float32",
        name: str | None = None,
    ) -> Tensor:
        """Draw from normal distributions; see `tf.random.normal`."""
        return _sample.normal(self._source, shape, mean, stddev, dtype)

    @composite
    def truncated_normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: DTypeArg = "float32",
        name: str | None = None,
    ) -> Tensor:
        """Draw from normal distributions, within two deviations of the mean."""
        return _sample.truncated_normal(self._source, shape, mean, stddev, dtype)

    @composite
    def binomial(
        self,
        shape: Any,
        counts: Any,
        probs: Any,
        dtype: DTypeArg = "int32",
        name: str | None = None,
    ) -> Tensor:
        """Draw how many of `counts` trials succeed; see `tf.random.stateless_binomial`."""
        return _sample.binomial(self._source, shape, counts, probs, dtype)

    # More seeds and generators

    def make_seeds(self, count: int = 1) -> Tensor:
        """Make `count` seeds for the stateless functions: the columns of a tensor [2, count].

        >>> tf.random.Generator.from_seed(1).make_seeds(3).shape
        TensorShape([2, 3])
        """
        return _over_zeros(self.uniform_full_int([count], dtypes.int64))

    def split(self, count: int = 1) -> list[Generator]:
        """Make `count` generators that are independent of each other and of this one.

        >>> [g.state.shape.as_list() for g in tf.random.Generator.from_seed(1).split(2)]
        [[3], [3]]
        """
        keys = self.uniform_full_int([count], dtypes.int64)
        size = state_size(self._algorithm)
        return [
            Generator(state=_state_of_key(keys, i, size), alg=self._algorithm) for i in range(count)
        ]

    def __repr__(self) -> str:
        return f"<tf.random.Generator {self._algorithm.name.lower()} {self._state_var!r}>"


def _state_variable(state: Any) -> Variable:
    return Variable(state, trainable=False, dtype=dtypes.int64, name="StateVar")


def _as_state(state: Any, algorithm: Algorithm) -> Tensor:
    if isinstance(state, (list, tuple)) and all(isinstance(n, (int, np.integer)) for n in state):
        state = signed(list(state))
    tensor = convert_to_tensor(state, dtype_hint=dtypes.int64)
    if tensor.dtype != dtypes.int64:
        tensor = _as_int64(tensor)
    _check_state(tensor, algorithm)
    return tensor


def _check_state(state: Any, algorithm: Algorithm) -> None:
    size = state_size(algorithm)
    if state.shape.as_list() != [size] or state.dtype != dtypes.int64:
        raise ValueError(
            f"A state of {algorithm.name.lower()} is {size} int64; given shape {state.shape} and "
            f"dtype {state.dtype.name}. At {errors.user_location()}"
        )


def _joined(key: Any, counter: Any) -> Tensor:
    words = [
        convert_to_tensor(
            signed([value]) if isinstance(value, int) else value, dtype_hint=dtypes.int64
        )
        for value in (signed(list(counter)) if _is_plain(counter) else counter, key)
    ]
    return _concatenated(words[0], words[1])


def _is_plain(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and all(isinstance(n, int) for n in values)


@op
def _concatenated(counter: Array, key: Array) -> Array:
    return jnp.concatenate([counter.astype(jnp.int64), key.astype(jnp.int64).reshape(1)])


@op
def _as_int64(state: Array) -> Array:
    return state.astype(jnp.int64)


@op
def _last(state: Array) -> Array:
    return state[-1]


@op
def _over_zeros(keys: Array) -> Array:
    return jnp.stack([keys, jnp.zeros_like(keys)])


@op
def _state_of_key(keys: Array, index: Static, size: Static) -> Array:
    return jnp.zeros(size, jnp.int64).at[-1].set(keys[index])


@op
def _skipped(state: Array, delta: Array) -> Array:
    blocks = delta.astype(jnp.int64).astype(jnp.uint64) * np.uint64(256)
    return engine.skip(state.astype(jnp.uint64), blocks).astype(jnp.int64)


_global: Generator | None = None
_lock = threading.Lock()


def get_global_generator() -> Generator:
    """The generator of the program, started from the operating system when first asked for.

    >>> tf.random.get_global_generator().normal([2]).shape
    TensorShape([2])
    """
    global _global
    with _lock:
        if _global is None:
            _global = Generator.from_non_deterministic_state()
        return _global


def set_global_generator(generator: Generator) -> None:
    """Make `generator` the generator of the program.

    A function that was traced before goes on with the former one. To start the global generator
    again, `tf.random.get_global_generator().reset_from_seed(1)` is enough.

    >>> tf.random.set_global_generator(tf.random.Generator.from_seed(1))
    >>> tf.random.get_global_generator().state.numpy()
    array([1, 0, 0])
    """
    global _global
    if not isinstance(generator, Generator):
        raise TypeError(f"set_global_generator takes a tf.random.Generator; given {generator!r}")
    _global = generator
