"""Candidate samplers: a few classes drawn from very many, and how often each was to be expected.

`num_sampled` classes are drawn for a whole batch. Where they have to be unique, a class that comes
up again is thrown away, and the expected counts follow from the number of tries that it took.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.op import Array, Arrays, Static, op
from keratin._engine.random import (
    Bits,
    Place,
    block,
    draw,
    join,
    random_op,
    seeded_stream,
    state_of,
)
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin.array._support import composite
from keratin.random._continuous import Float, unit_float32, unit_float64

# Words that a sampler may use for each class it draws.
_WORDS_PER_CLASS = 2048


def _blocks_of_classes(sample: Any, arguments: dict[str, Any]) -> int:
    return _WORDS_PER_CLASS * int(sample[0].shape[0]) // 4


def _words_at(place: Place, index: Bits) -> Bits:
    """The words of the stream at any indices."""
    a, b, c, d = block(place, index >> np.uint64(2))
    lane = index & np.uint64(3)
    return jnp.where(lane < 2, jnp.where(lane == 0, a, b), jnp.where(lane == 2, c, d))


def _pair_at(place: Place, index: Bits) -> tuple[Bits, Bits]:
    first = index * np.uint64(2)
    return _words_at(place, first), _words_at(place, first + np.uint64(1))


# How the classes are drawn: the class of the n-th try, and the probability of a class. Both take
# the weights of the sampler, which those that need none ignore.


def _uniform_try(place: Place, index: Bits, range_max: int, weights: Any) -> Bits:
    return join(*_pair_at(place, index)) % np.uint64(range_max)


def _uniform_probability(classes: Bits, range_max: int, weights: Any) -> Float:
    return jnp.full(classes.shape, 1 / range_max, jnp.float32)


def _log_uniform_try(place: Place, index: Bits, range_max: int, weights: Any) -> Bits:
    unit = unit_float64(*_pair_at(place, index))
    return (jnp.exp(unit * np.log1p(range_max)) - 1).astype(jnp.uint64) % np.uint64(range_max)


def _log_uniform_probability(classes: Bits, range_max: int, weights: Any) -> Float:
    number = classes.astype(jnp.float64)
    share = jnp.log((number + 2) / (number + 1)) / np.log1p(range_max)
    return share.astype(jnp.float32)


def _learned_try(place: Place, index: Bits, range_max: int, weights: Any) -> Bits:
    sums = jnp.cumsum(weights[0].astype(jnp.uint32), dtype=jnp.uint32)
    drawn = _words_at(place, index) % sums[-1]
    return jnp.searchsorted(sums, drawn, side="right").astype(jnp.uint64)


def _share_of_weights(classes: Bits, range_max: int, weights: Any) -> Float:
    (counts,) = weights
    total = jnp.sum(counts, dtype=counts.dtype).astype(jnp.float32)
    return counts.astype(jnp.float32)[classes.astype(jnp.int64)] / total


def _fixed_try(place: Place, index: Bits, range_max: int, weights: Any) -> Bits:
    """Walker's alias method: a bucket, and within it one of two classes."""
    first, second = _pair_at(place, index)
    bucket = (second % np.uint32(range_max)).astype(jnp.int32)
    _, bound, other = weights
    stays = unit_float32(first) < bound[bucket]
    return jnp.where(stays, bucket, other[bucket].astype(jnp.int32)).astype(jnp.uint64)


def _fixed_probability(classes: Bits, range_max: int, weights: Any) -> Float:
    return weights[0][classes.astype(jnp.int64)]


_KINDS: dict[str, tuple[Callable[..., Bits], Callable[..., Float]]] = {
    "uniform": (_uniform_try, _uniform_probability),
    "log_uniform": (_log_uniform_try, _log_uniform_probability),
    "learned": (_learned_try, _share_of_weights),
    "fixed": (_fixed_try, _fixed_probability),
}


def _unique(next_tries: Callable[[Bits], Bits], count: int) -> tuple[Bits, Any]:
    """The first `count` different classes that come up, and the number of tries until then.

    Tries are made `count` at a time. A stable sort of the classes found so far and the new ones
    shows which come up for the first time.
    """
    lane = lax.iota(jnp.uint64, count)
    absent = np.uint64(2**64 - 1)

    def more(carried: Any) -> Any:
        classes, found, tries = carried
        fresh = next_tries(tries.astype(jnp.uint64) + lane)
        held = jnp.where(lane < found.astype(jnp.uint64), classes, absent)
        both = jnp.concatenate([held, fresh])
        by_class, order = lax.sort((both, lax.iota(jnp.int32, 2 * count)), num_keys=1)
        repeated = (by_class == jnp.roll(by_class, 1)).at[:1].set(False)
        new = jnp.zeros(2 * count, bool).at[order].set(~repeated)[count:]
        rank = found + jnp.cumsum(new, dtype=jnp.int32) - 1
        classes = classes.at[jnp.where(new, rank, count)].set(fresh, mode="drop")
        last = jnp.argmax(rank >= count - 1).astype(jnp.int32)
        done = rank[-1] >= count - 1
        tries = tries + jnp.where(done, last + 1, count)
        return classes, jnp.minimum(rank[-1] + 1, count), tries

    first = (jnp.zeros(count, jnp.uint64), jnp.int32(0), jnp.int32(0))
    classes, _, tries = lax.while_loop(lambda c: c[1] < count, more, first)
    return classes, tries


@random_op(reserve=_blocks_of_classes)
def _sample(
    place: Place,
    true_classes: Array,
    weights: Arrays,
    kind: Static,
    num_sampled: Static,
    unique: Static,
    range_max: Static,
) -> Array:
    """The classes, and the expected counts of the true ones and of those."""
    try_at, probability = _KINDS[kind]

    def next_tries(index: Bits) -> Bits:
        return try_at(place, index, range_max, weights)

    if unique:
        classes, tries = _unique(next_tries, num_sampled)
    else:
        classes = next_tries(lax.iota(jnp.uint64, num_sampled))
        tries = jnp.int32(num_sampled)

    def expected(of: Bits) -> Float:
        share = probability(of, range_max, weights)
        some = -jnp.expm1(tries.astype(jnp.float32) * jnp.log1p(-share))
        return jnp.where(tries == num_sampled, share * np.float32(num_sampled), some)

    return classes.astype(jnp.int64), expected(true_classes), expected(classes)


# -------------------------------------------------------------------------- public functions


class CandidateSample(NamedTuple):
    """Classes that were drawn, and the expected counts of the true ones and of those."""

    sampled_candidates: Tensor
    true_expected_count: Tensor
    sampled_expected_count: Tensor


def _checked_classes(
    what: str, true_classes: Any, num_true: int, num_sampled: int, unique: bool, range_max: int
) -> Tensor:
    if range_max < 1 or num_sampled < 1:
        raise errors.InvalidArgumentError(
            f"range_max and num_sampled are at least 1; given {range_max} and {num_sampled}"
        )
    if unique and num_sampled > range_max:
        raise errors.InvalidArgumentError(
            f"{num_sampled} unique classes cannot be drawn of range_max={range_max}. "
            "Give unique=False or a smaller num_sampled"
        )
    classes = convert_to_tensor(true_classes, dtype_hint=dtypes.int64)
    if classes.shape.rank != 2 or classes.shape[1] != num_true or not classes.dtype.is_integer:
        raise errors.InvalidArgumentError(
            f"true_classes are integers of shape [batch, num_true={num_true}]; given shape "
            f"{classes.shape} and dtype {classes.dtype.name}"
        )
    if not is_traced(classes._value):
        found = np.asarray(classes._value)
        if found.size and not 0 <= found.min() <= found.max() < range_max:
            raise errors.InvalidArgumentError(
                f"true_classes are in [0, range_max={range_max}); given "
                f"{found.min()} to {found.max()}"
            )
    return classes


def _drawn(
    kind: str,
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any,
    weights: Any = (),
) -> CandidateSample:
    what = f"{kind}_candidate_sampler"
    classes = _checked_classes(what, true_classes, num_true, num_sampled, unique, range_max)
    source = seeded_stream(seed, what, num_true, num_sampled, unique, range_max)
    found = draw(_sample, source, classes, weights, kind, num_sampled, unique, range_max)
    return CandidateSample(*found)


@composite
def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> CandidateSample:
    """Draw classes from 0 ... range_max - 1, all equally likely.

    >>> sample = tf.random.uniform_candidate_sampler([[3]], 1, 4, True, 10)
    >>> sample.sampled_expected_count.shape
    TensorShape([4])
    """
    return _drawn("uniform", true_classes, num_true, num_sampled, unique, range_max, seed)


@composite
def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> CandidateSample:
    """Draw classes of which the first are the likeliest, as words sorted by frequency are.

    Class k has the probability log((k + 2) / (k + 1)) / log(range_max + 1).

    >>> sample = tf.random.log_uniform_candidate_sampler([[3]], 1, 4, True, 10)
    >>> sample.true_expected_count.shape
    TensorShape([1, 1])
    """
    return _drawn("log_uniform", true_classes, num_true, num_sampled, unique, range_max, seed)


@composite
def learned_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> CandidateSample:
    """Draw classes as often as they came up as true classes so far.

    Each call counts its true classes, from one each; calls with the same arguments share a count,
    which `tf.random.set_seed` restarts.

    >>> sample = tf.random.learned_unigram_candidate_sampler([[3]], 1, 4, False, 10)
    >>> sample.sampled_candidates.shape
    TensorShape([4])
    """
    key = ("learned_unigram", num_true, num_sampled, unique, range_max, seed)
    counts = state_of(key, np.ones(range_max, np.int32))
    sample = _drawn(
        "learned", true_classes, num_true, num_sampled, unique, range_max, seed, [counts]
    )
    classes = convert_to_tensor(true_classes, dtype_hint=dtypes.int64)
    counts.assign(_counted(counts, classes))
    return sample


@op
def _counted(counts: Array, classes: Array) -> Array:
    return counts.at[classes.reshape(-1)].add(np.int32(1), mode="drop")


@composite
def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Any = (),
    seed: int | None = None,
    name: str | None = None,
) -> CandidateSample:
    """Draw classes with given weights, each to the power of `distortion`.

    The weights are `unigrams`, or the last fields of the lines of `vocab_file`. The first
    `num_reserved_ids` classes are extra ones of weight 0. Of `num_shards` samplers, number `shard`
    takes every num_shards-th weight.

    >>> sample = tf.random.fixed_unigram_candidate_sampler(
    ...     [[1]], 1, 2, False, 3, unigrams=[0.0, 1.0, 0.0])
    >>> sample.sampled_candidates.numpy()
    array([1, 1])
    """
    if bool(vocab_file) == bool(len(unigrams)):
        raise errors.InvalidArgumentError("give one of vocab_file and unigrams")
    given = _weights_in(vocab_file) if vocab_file else tuple(float(w) for w in unigrams)
    tables = _alias_tables(given, distortion, num_reserved_ids, num_shards, shard)
    if len(tables[0]) != range_max:
        raise errors.InvalidArgumentError(
            f"range_max={range_max}, but there are {len(tables[0])} weights, reserved ones included"
        )
    weights = [convert_to_tensor(table) for table in tables]
    return _drawn("fixed", true_classes, num_true, num_sampled, unique, range_max, seed, weights)


def _weights_in(vocab_file: str) -> tuple[float, ...]:
    weights = []
    with open(vocab_file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                weights.append(float(line.rsplit(",", 1)[-1]))
            except ValueError:
                raise errors.InvalidArgumentError(
                    f"{vocab_file}, line {number}: the last field is not a number: {line.strip()!r}"
                ) from None
    return tuple(weights)


@functools.lru_cache(maxsize=16)
def _alias_tables(
    given: tuple[float, ...], distortion: float, reserved: int, num_shards: int, shard: int
) -> tuple[np.ndarray[Any, Any], ...]:
    """For each class its share, and the bound and the other class of its bucket (Walker, Vose)."""
    power = np.array(given, np.float32) ** np.float32(distortion)
    weights = np.concatenate(
        [
            np.zeros(len(range(shard, reserved, num_shards)), np.float32),
            power[_first_of_shard(reserved, num_shards, shard) :: num_shards],
        ]
    )
    count = len(weights)
    total = float(np.sum(weights, dtype=np.float64))
    if not total > 0:
        raise errors.InvalidArgumentError("no weight is positive")
    bound = (weights.astype(np.float64) * count / total).tolist()
    other = list(range(count))
    low = [i for i in range(count) if bound[i] < 1]
    high = [i for i in range(count) if bound[i] >= 1]
    while low and high:
        small, large = low.pop(), high.pop()
        other[small] = large
        bound[large] -= 1.0 - bound[small]
        (low if bound[large] < 1 else high).append(large)
    for rest in (*low, *high):
        bound[rest] = 1.0
    share = weights / np.float32(total)
    return share, np.array(bound, np.float32), np.array(other, np.int32)


def _first_of_shard(reserved: int, num_shards: int, shard: int) -> int:
    """The first weight that belongs to a shard; ids count the reserved ones."""
    own = len(range(shard, reserved, num_shards))
    return (shard - own) % num_shards


@composite
def all_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    seed: int | None = None,
    name: str | None = None,
) -> CandidateSample:
    """Draw every class: 0 ... num_sampled - 1, each expected once. Good for comparing.

    >>> tf.random.all_candidate_sampler([[1]], 1, 3, True).sampled_candidates.numpy()
    array([0, 1, 2])
    """
    classes = _checked_classes(
        "all_candidate_sampler", true_classes, num_true, num_sampled, unique, num_sampled
    )
    return CandidateSample(*_all(classes, num_sampled))


@op
def _all(true_classes: Array, num_sampled: Static) -> Array:
    ones = [jnp.ones(shape, jnp.float32) for shape in (true_classes.shape, num_sampled)]
    return lax.iota(jnp.int64, num_sampled), *ones
