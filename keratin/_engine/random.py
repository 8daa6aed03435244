"""Random bits, and the state of the streams they come from.

Bits are counter-based: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as
easy as 1, 2, 3", 2011) makes four words of 32 bits of a counter of 128 bits and a key of 64. So
any element of a stream can be computed by itself, and alike on every platform. A place in a
stream is an array `uint64[3]`: the low and the high half of the counter, and the key.

An op that needs bits is written once, as a pure function of such a place, and drawn from any
source:

    @random_op(T="float")
    def normal(place, mean: T, stddev: T, shape: Static, dtype: DTypeArg):
        return standard_normal(place, shape, dtype) * stddev + mean

    sample = draw(normal, seeded_stream(seed, "normal"), mean, stddev, shape, dtype)

A source says where the op starts and what the state is afterwards:

    global_stream()               the stream that `set_seed` restarts
    seeded_stream(seed, kind)     a stream per op seed and kind of op, restarted by `set_seed` too
    Fixed(seed)                   two integers, no state: the stateless ops
    Held("generator", variable)   a place, int64[3], in a variable of the caller
    Held("counted", variable)     likewise a seed and a count of draws, of any integer dtype

State is held in variables, so a compiled function reads and writes it as it does any variable,
and gives the bits that the same calls give outside of it. The draw is one dispatch: finding the
place, sampling and moving on are one compiled program.
"""

from __future__ import annotations

import functools
import inspect
import math
import os
import random
import threading
import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors, state
from keratin._engine.op import op
from keratin._engine.state import context
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable

Bits = Any  # an array of unsigned integers
Place = Any  # uint64[3]

# ------------------------------------------------------------------------------------- bits

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_KEY_STEPS = (np.uint32(0x9E3779B9), np.uint32(0xBB67AE85))
_ROUNDS = 10
_32 = np.uint64(32)


def low(x: Bits) -> Bits:
    """The low 32 bits of each uint64."""
    return x.astype(jnp.uint32)


def high(x: Bits) -> Bits:
    """The high 32 bits of each uint64."""
    return (x >> _32).astype(jnp.uint32)


def join(low_bits: Bits, high_bits: Bits) -> Bits:
    """uint64 of two uint32."""
    return low_bits.astype(jnp.uint64) | (high_bits.astype(jnp.uint64) << _32)


def philox(counter: tuple[Bits, Bits, Bits, Bits], key: tuple[Bits, Bits]) -> tuple[Bits, ...]:
    """Four words for each counter of four words."""
    a, b, c, d = counter
    key_0, key_1 = key
    for _ in range(_ROUNDS):
        left = a.astype(jnp.uint64) * _MULTIPLIERS[0]
        right = c.astype(jnp.uint64) * _MULTIPLIERS[1]
        a, b, c, d = high(right) ^ b ^ key_0, low(right), high(left) ^ d ^ key_1, low(left)
        key_0, key_1 = key_0 + _KEY_STEPS[0], key_1 + _KEY_STEPS[1]
    return a, b, c, d


def skip(place: Place, blocks: Any) -> Place:
    """The place that lies `blocks` counters further on."""
    count = jnp.asarray(blocks, jnp.uint64)
    first = place[0] + count
    return jnp.stack([first, place[1] + (first < count).astype(jnp.uint64), place[2]])


def block(place: Place, index: Bits) -> tuple[Bits, ...]:
    """The four words of each block (counter) that lies `index` (uint64) after the place."""
    first = place[0] + index
    second = place[1] + (first < index).astype(jnp.uint64)
    counter = (low(first), high(first), low(second), high(second))
    return philox(counter, (low(place[2]), high(place[2])))


def words(place: Place, size: int) -> Bits:
    """The first `size` words of the stream.

    Every element computes its whole block and keeps one word of it: that vectorises and fuses,
    where computing each block once and interleaving the four words does not.
    """
    index = lax.iota(jnp.uint64, size)
    a, b, c, d = block(place, index >> np.uint64(2))
    lane = low(index) & np.uint32(3)
    return jnp.where(lane < 2, jnp.where(lane == 0, a, b), jnp.where(lane == 2, c, d))


def word_pairs(place: Place, size: int) -> tuple[Bits, Bits]:
    """Words 0, 2, 4, ... and words 1, 3, 5, ...: `size` of each."""
    index = lax.iota(jnp.uint64, size)
    a, b, c, d = block(place, index >> np.uint64(1))
    even = (low(index) & np.uint32(1)) == 0
    return jnp.where(even, a, c), jnp.where(even, b, d)


def scramble(seed: Any) -> Place:
    """The place that a seed of two integers stands for; near seeds get far places."""
    pair = jnp.asarray(seed).astype(jnp.int64).astype(jnp.uint64)
    counter = (low(pair[0]), high(pair[0]), low(pair[1]), high(pair[1]))
    key = jnp.array([0x3EC8F720, 0x02461E29], jnp.uint32)
    a, b, c, d = philox(counter, (key[0], key[1]))
    return jnp.stack([jnp.zeros((), jnp.uint64), join(c, d), join(a, b)])


# ---------------------------------------------------------------------------------- sources

# A global seed and an op seed become the key and the high half of the counter. These numbers,
# and that the n-th draw without an op seed takes the n-th number of Python's own generator,
# make eager programs draw what they draw in TensorFlow on CPU.
_LARGEST_SEED = 2**31 - 1
_KEY_WITHOUT_GLOBAL_SEED = 87654321
_TABLE_SIZE = 2048
# Draws after the end of the table are numbered from here, where no op seed reaches.
_BEYOND_TABLE = np.uint64(1 << 62)
_STREAM_KEY, _OP_KEY, _TABLE = 0, 1, 2
# Programs that make up op seeds as they go do not fill the memory: what was not used for the
# longest time is forgotten, and starts from the beginning should it be used again.
_MOST_STATES = 1024


class _Moves(NamedTuple):
    """What a kind of source does: where an op starts, and the state after so many blocks."""

    locate: Callable[[Any, Any], Place]
    advance: Callable[[Any, int], Any]


def _start(op_seed: Bits, key: Bits, used: Any = 0) -> Place:
    both_zero = (op_seed == 0) & (key == 0)
    op_seed = jnp.where(both_zero, np.uint64(_LARGEST_SEED), op_seed)
    return jnp.stack([jnp.asarray(used, jnp.uint64), op_seed, key])


def _locate_in_stream(seeds: Any, count: Any) -> Place:
    listed = seeds[_TABLE + jnp.minimum(count, np.uint64(_TABLE_SIZE - 1)).astype(jnp.int32)]
    op_seed = jnp.where(count < _TABLE_SIZE, listed, _BEYOND_TABLE + count)
    return _start(op_seed, seeds[_STREAM_KEY])


# `seeds` is read, `cursor` is read and written.
_MOVES = {
    "stream": _Moves(_locate_in_stream, lambda count, _: count + np.uint64(1)),
    # cursor: the op seed, and the blocks used so far
    "seeded": _Moves(
        lambda seeds, cursor: _start(cursor[0], seeds[_OP_KEY], cursor[1]),
        lambda cursor, blocks: cursor + np.array([0, blocks], np.uint64),
    ),
    # cursor: the place itself, as int64; seeds is not used
    "generator": _Moves(
        lambda _, cursor: cursor.astype(jnp.uint64),
        lambda cursor, blocks: skip(cursor.astype(jnp.uint64), blocks).astype(jnp.int64),
    ),
    # cursor: a seed and the number of draws so far; seeds is not used
    "counted": _Moves(
        lambda _, cursor: scramble(cursor),
        lambda cursor, _: cursor + np.array([0, 1], cursor.dtype),
    ),
}


class Fixed(NamedTuple):
    """A source without state: a tensor of two integers."""

    seed: Any

    def draw(self, operation: RandomOp, tensors: Sequence[Any], others: Sequence[Any]) -> Any:
        return operation.fixed(*tensors, self.seed, *others, None)


class Held(NamedTuple):
    """A source whose state is `cursor`, a variable; `seeds` goes with it and stays as it is."""

    how: str
    cursor: Variable
    seeds: Any = None

    def draw(self, operation: RandomOp, tensors: Sequence[Any], others: Sequence[Any]) -> Any:
        seeds = self.cursor if self.seeds is None else self.seeds
        # One thread at a time: two that drew from one state at once would get the same bits.
        with _lock:
            where = (seeds, self.cursor)
            lanes = () if context.scope is None else _lanes()
            if lanes:
                found = operation.spread(*tensors, *where, lanes, *others, self.how, None)
            else:
                found = operation.moving(*tensors, *where, *others, self.how, None)
            sample, cursor = found
            self.cursor._write(cursor._value)
        return sample


Source = Fixed | Held
Reserve = Callable[[Any, dict[str, Any]], int]


class RandomOp:
    """An op whose body takes a place in a stream first; see `random_op`."""

    def __init__(self, body: Callable[..., Any], kinds: str, reserve: Reserve):
        self.__name__, self.__doc__ = body.__name__, body.__doc__
        parameters = list(inspect.signature(body).parameters.values())[1:]
        kind_of = [str(p.annotation).split("|")[0].strip() for p in parameters]
        self.tensor_count = sum(kind in _TENSORS for kind in kind_of)
        tensors, others = parameters[: self.tensor_count], parameters[self.tensor_count :]
        if any(kind in _TENSORS for kind in kind_of[self.tensor_count :]):
            raise TypeError(f"@random_op {body.__name__}: tensors come first, then what is static")

        def fixed(seed: Any, **arguments: Any) -> Any:
            return body(scramble(seed), **arguments)

        def moving(seeds: Any, cursor: Any, how: str, **arguments: Any) -> Any:
            moves = _MOVES[how]
            sample = body(moves.locate(seeds, cursor), **arguments)
            return sample, moves.advance(cursor, reserve(sample, arguments))

        def spread(seeds: Any, cursor: Any, lanes: Any, how: str, **arguments: Any) -> Any:
            moves = _MOVES[how]
            place = functools.reduce(_in_lane, lanes, moves.locate(seeds, cursor))
            sample = body(place, **arguments)
            return sample, moves.advance(cursor, reserve(sample, arguments))

        seed, seeds, cursor = (_parameter(n, "Array") for n in ("seed", "seeds", "cursor"))
        how = _parameter("how", "Static")
        self.fixed = _op_of(body, fixed, kinds, [*tensors, seed, *others])
        self.moving = _op_of(body, moving, kinds, [*tensors, seeds, cursor, *others, how])
        lanes = _parameter("lanes", "Arrays")
        self.spread = _op_of(body, spread, kinds, [*tensors, seeds, cursor, lanes, *others, how])


def _parameter(name: str, annotation: str) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, annotation=annotation)


def _op_of(body: Any, function: Any, kinds: str, parameters: list[inspect.Parameter]) -> Any:
    function.__name__ = body.__name__
    function.__signature__ = inspect.Signature(parameters)
    made = op(function, T=kinds)
    made.spec.unmentioned |= {"seed", "seeds", "cursor", "lanes", "how"}
    return made


# Within `tf.vectorized_map` every element has a number, its lane, and bits of its own: the key of a
# place is mixed with the lane. All elements together move the state on once.


def enter_lane(number: Any) -> None:
    """Let draws in the current scope depend on `number` (uint64, traced)."""
    assert context.scope is not None
    context.scope.lane = number


def _lanes() -> tuple[Any, ...]:
    """The lanes of the current scope and those around it."""
    found, scope = [], context.scope
    while scope is not None:
        if scope.lane is not None:
            found.append(scope.lane)
        scope = scope.parent
    return tuple(found[::-1])


def _in_lane(place: Place, lane: Any) -> Place:
    mark = jnp.full((), 0x6C616E65, jnp.uint32)
    key = (low(place[2]), high(place[2]))
    a, b, _, _ = philox((low(lane), high(lane), mark, mark), key)
    return jnp.stack([place[0], place[1], join(a, b)])


def is_state(variable: Variable) -> bool:
    """Whether a variable holds the state of a stream."""
    return _states.get(id(variable)) is variable


def is_global_state(variable: Variable) -> bool:
    """Whether a variable belongs to the global streams, and so to nobody else."""
    return _own.get(id(variable)) is variable


def note_state(variable: Variable) -> None:
    """Note that a variable holds the state of a stream.

    Elements of `tf.vectorized_map` may move it on, and compiled functions do not destroy it.
    """
    _states[id(variable)] = variable


# By identity: variables compare element by element.
_states: weakref.WeakValueDictionary[int, Variable] = weakref.WeakValueDictionary()
_own: weakref.WeakValueDictionary[int, Variable] = weakref.WeakValueDictionary()

_TENSORS = ("T", "Ts", "Array", "Arrays")


def reserve_by_size(sample: Any, arguments: dict[str, Any]) -> int:
    """The blocks that an op moves on by: 256 an element, ample for any rejection."""
    shape: tuple[int, ...] = jax.tree.leaves(sample)[0].shape
    return 256 * math.prod(shape)


def random_op(
    body: Callable[..., Any] | None = None,
    *,
    T: str = "any",
    reserve: Reserve = reserve_by_size,
) -> Any:
    """Make an op of a pure function of a place and of what `op` takes; `draw` calls it.

    `reserve` says, of a sample and the op's arguments, how many blocks later the next draw starts.
    """
    if body is None:
        return functools.partial(random_op, T=T, reserve=reserve)
    return RandomOp(body, T, reserve)


def draw(operation: RandomOp, source: Source, /, *values: Any) -> Any:
    """Call a random op on a source; the values are in the order of the op's parameters."""
    count = operation.tensor_count
    return source.draw(operation, values[:count], values[count:])


# ------------------------------------------------------------------------- the global streams

_lock = threading.RLock()


class _Streams:
    """The variables of the global stream and of the op seeds, made when first needed."""

    seeds: Variable | None = None
    count: Variable | None = None

    def __init__(self) -> None:
        self.seed: int | None = None
        # What else starts anew when a seed is set: by its key, a variable and its first value.
        self.others: dict[Hashable, tuple[Variable, np.ndarray[Any, Any]]] = {}
        # States that were loaded, by the text of their keys, of variables still to be made.
        self.loaded: dict[str, np.ndarray[Any, Any]] = {}


_streams = _Streams()

# What else starts anew from a seed that is set: the generators of the host.
on_set_seed: list[Callable[[int | None], None]] = []


def _state_variable(value: np.ndarray[Any, Any], name: str) -> Variable:
    """A variable that no creator scope sees, also while a function is being traced."""
    scope = context.scope
    with state.enter(None), state.listening(()), jax.ensure_compile_time_eval():
        variable = Variable.__new__(Variable)
        variable.__init__(value, trainable=False, name=name)  # type: ignore[misc]
    note_state(variable)
    _own[id(variable)] = variable
    if scope is not None:
        # The function is traced again, with the variable as an input.
        scope.root.created.append(variable)
    return variable


def _seed_table(seed: int | None) -> np.ndarray[Any, Any]:
    if seed is None:
        fresh = np.frombuffer(os.urandom(8 * (_TABLE_SIZE + 1)), np.uint64)
        return np.concatenate([fresh[:1], [np.uint64(_KEY_WITHOUT_GLOBAL_SEED)], fresh[1:]])
    key = seed % _LARGEST_SEED
    # Python's own generator: uniform in [0, 2**31) by throwing away the words that are larger.
    many = 4 * _TABLE_SIZE
    drawn = np.frombuffer(
        random.Random(seed).getrandbits(32 * many).to_bytes(4 * many, "little"), "<u4"
    )
    table = drawn[drawn <= _LARGEST_SEED][:_TABLE_SIZE].astype(np.uint64)
    return np.concatenate([np.array([key, key], np.uint64), table % np.uint64(_LARGEST_SEED)])


def prepare() -> None:
    """Make the variables of the global stream, if they do not exist."""
    if _streams.seeds is None:
        with _lock:
            _streams.count = _state_variable(np.array(0, np.uint64), "random_count")
            _streams.seeds = _state_variable(_seed_table(_streams.seed), "random_seeds")


def set_seed(seed: Any) -> None:
    """Restart all global streams from a seed; None restarts them from fresh entropy."""
    number = _as_seed(seed)
    with _lock:
        _streams.seed = number
        _streams.loaded.clear()
        for restart in on_set_seed:
            restart(number)
        if _streams.seeds is None or _streams.count is None:
            return
        _streams.seeds.assign(_seed_table(number))
        _streams.count.assign(np.array(0, np.uint64))
        for variable, first in _streams.others.values():
            variable.assign(first)


def _as_seed(seed: Any) -> int | None:
    if seed is None:
        return None
    if isinstance(seed, (Tensor, Variable, np.ndarray)):
        seed = np.asarray(seed)[()]
    if isinstance(seed, (float, np.floating)) and float(seed).is_integer():
        seed = int(seed)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise errors.InvalidArgumentError(
            f"a seed is a Python integer; given {seed!r} of type {type(seed).__name__}"
        )
    return int(seed)


def global_seed() -> int | None:
    """What `set_seed` was last given."""
    return _streams.seed


def global_stream() -> Held:
    """The stream of the ops that have no seed of their own."""
    prepare()
    assert _streams.count is not None
    return Held("stream", _streams.count, _streams.seeds)


def seeded_stream(seed: Any, *kind: Hashable) -> Held:
    """The stream of an op seed; each kind of op (its name and dtypes) has one of its own.

    Without a seed, it is the global stream.
    """
    if seed is None:
        return global_stream()
    number = _as_seed(seed)
    assert number is not None
    number %= _LARGEST_SEED
    prepare()
    cursor = state_of(("seed", kind, number), np.array([number, 0], np.uint64))
    return Held("seeded", cursor, _streams.seeds)


def state_of(key: Hashable, first: np.ndarray[Any, Any]) -> Variable:
    """The variable of a key, made with a first value that it gets again when a seed is set."""
    others = _streams.others
    with _lock:
        found = others.pop(key, None)
        if found is None:
            now = _streams.loaded.pop(repr(key), first)
            found = (_state_variable(now, "random_state"), first)
            if len(others) >= _MOST_STATES:
                del others[next(iter(others))]
        others[key] = found
    return found[0]


def dump_streams() -> dict[str, Any]:
    """The state of all global streams: a number, arrays, and arrays by the text of keys."""
    prepare()
    assert _streams.seeds is not None and _streams.count is not None
    with _lock:
        others = {repr(key): np.asarray(v._array) for key, (v, _) in _streams.others.items()}
        return {
            "seed": _streams.seed,
            "seeds": np.asarray(_streams.seeds._array),
            "count": np.asarray(_streams.count._array),
            "others": {**_streams.loaded, **others},
        }


def load_streams(saved: dict[str, Any]) -> None:
    """Go on from a state that `dump_streams` gave."""
    prepare()
    assert _streams.seeds is not None and _streams.count is not None
    with _lock:
        _streams.seed = None if saved["seed"] is None else int(saved["seed"])
        _streams.seeds.assign(saved["seeds"])
        _streams.count.assign(saved["count"])
        _streams.loaded = dict(saved["others"])
        for key, (variable, _) in _streams.others.items():
            if repr(key) in _streams.loaded:
                variable.assign(_streams.loaded.pop(repr(key)))


def fresh_integers(count: int) -> np.ndarray[Any, Any]:
    """int64 from the operating system: other ones every time."""
    return np.frombuffer(os.urandom(8 * count), np.int64).copy()


def is_tracing() -> bool:
    """Whether a function is being traced."""
    return context.scope is not None
