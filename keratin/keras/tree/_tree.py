"""Nested structures as Keras sees them.

Lists, tuples, named tuples, deques and dictionaries are structures; all else is a leaf, None too.
`tf.nest` differs: it sorts every dictionary, takes any sequence or mapping for a structure, and
its `map_structure` can let lists stand beside tuples.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from keratin._engine.nest import is_namedtuple

Path = tuple[Any, ...]


class MAP_TO_NONE:
    """What a function returns to `traverse` to put None in the place of a part.

    >>> keras.tree.traverse(lambda x: keras.tree.MAP_TO_NONE if x == 1 else None, [1, 2])
    [None, 2]
    """


def _keys(structure: Any) -> list[Any] | None:
    """The indices or keys of the parts of a structure, in order; None for a leaf."""
    if isinstance(structure, (list, tuple, deque)):
        return list(range(len(structure)))
    if isinstance(structure, OrderedDict):
        return list(structure)
    if isinstance(structure, dict):
        try:
            return sorted(structure)
        except TypeError:  # keys of several types, which do not compare
            return sorted(structure, key=lambda key: (type(key).__qualname__, key))
    return None


def _parts(structure: Any, keys: list[Any]) -> list[Any]:
    return [structure[key] for key in keys]


def _rebuilt(structure: Any, keys: list[Any], parts: list[Any]) -> Any:
    """A structure like the given one, one level deep, of other parts."""
    if is_namedtuple(structure):
        return type(structure)._make(parts)
    if isinstance(structure, deque):
        return deque(parts, structure.maxlen)
    if isinstance(structure, tuple):
        return tuple(parts)
    if isinstance(structure, list):
        return parts
    by_key = dict(zip(keys, parts, strict=True))
    items = {key: by_key[key] for key in structure}
    if isinstance(structure, defaultdict):
        return defaultdict(structure.default_factory, items)
    return OrderedDict(items) if isinstance(structure, OrderedDict) else items


def _kind(structure: Any) -> Any:
    """What two structures have to have in common to be of one kind."""
    if isinstance(structure, dict):
        return dict
    if is_namedtuple(structure):
        return type(structure)
    return next(kind for kind in (list, tuple, deque) if isinstance(structure, kind))


def is_nested(structure: Any) -> bool:
    """Whether a value is a structure rather than a leaf.

    >>> keras.tree.is_nested({"a": 1}), keras.tree.is_nested(1), keras.tree.is_nested("text")
    (True, False, False)
    """
    return _keys(structure) is not None


def flatten(structure: Any) -> list[Any]:
    """The leaves, those of a dictionary in the order of its sorted keys.

    >>> keras.tree.flatten({"b": [1, (2,)], "a": None})
    [None, 1, 2]
    """
    return [leaf for _, leaf in _walk(structure, ())]


def flatten_with_path(structure: Any) -> list[tuple[Path, Any]]:
    """The leaves, each with the indices and keys that lead to it.

    >>> keras.tree.flatten_with_path([{"a": 1}, 2])
    [((0, 'a'), 1), ((1,), 2)]
    """
    return list(_walk(structure, ()))


def _walk(structure: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    keys = _keys(structure)
    if keys is None:
        yield path, structure
    else:
        for key in keys:
            yield from _walk(structure[key], (*path, key))


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """Put leaves into the shape of a structure; the opposite of `flatten`.

    >>> keras.tree.pack_sequence_as({"b": [0, (0,)], "a": 0}, [3, 1, 2])
    {'b': [1, (2,)], 'a': 3}
    """
    leaves = list(flat_sequence)
    count = len(flatten(structure))
    if count != len(leaves):
        raise ValueError(
            f"pack_sequence_as: the structure has {count} leaves, but flat_sequence has "
            f"{len(leaves)}. Structure: {structure!r}"
        )
    remaining = iter(leaves)
    return _map(lambda _: next(remaining), (structure,), (), none_is_leaf=True)


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """Call a function on every leaf, or on the corresponding leaves of several structures.

    Unless `none_is_leaf`, None is left as it is.

    >>> keras.tree.map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
    {'a': 11, 'b': [22]}
    """
    _check_callable(func)
    if not structures:
        raise ValueError("keras.tree.map_structure needs a structure after the function")
    return _map(func, structures, (), none_is_leaf)


def _map(
    func: Callable[..., Any], structures: tuple[Any, ...], path: Path, none_is_leaf: bool
) -> Any:
    first, *others = structures
    keys = _keys(first)
    if keys is None:
        if first is None and not none_is_leaf and all(other is None for other in others):
            return None
        for other in others:
            if is_nested(other) or (not none_is_leaf and (other is None) != (first is None)):
                raise _differ(first, other, path)
        return func(*structures)
    for other in others:
        _check_alike(first, keys, other, path)
    columns = zip(*[_parts(structure, keys) for structure in structures], strict=True)
    parts = [
        _map(func, column, (*path, key), none_is_leaf)
        for key, column in zip(keys, columns, strict=True)
    ]
    return _rebuilt(first, keys, parts)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Call a function on the parts of structures that correspond to leaves of a shallow one.

    >>> keras.tree.map_structure_up_to([None, None], len, [[1, 2], [3]])
    [2, 1]
    """
    _check_callable(func)
    if not structures:
        raise ValueError("keras.tree.map_structure_up_to needs a structure after the function")
    return _map_up_to(shallow_structure, func, structures, ())


def _map_up_to(shallow: Any, func: Callable[..., Any], structures: Any, path: Path) -> Any:
    keys = _keys(shallow)
    if keys is None:
        return func(*structures)
    for structure in structures:
        _check_alike(shallow, keys, structure, path)
    columns = zip(*[_parts(structure, keys) for structure in structures], strict=True)
    parts = [
        _map_up_to(shallow[key], func, column, (*path, key))
        for key, column in zip(keys, columns, strict=True)
    ]
    return _rebuilt(shallow, keys, parts)


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise ValueError where two structures differ in kinds, lengths or keys.

    All dictionaries are of one kind. `check_types` has no effect, as in Keras.

    >>> keras.tree.assert_same_structure([(0, 1)], [(2, 3)])
    """
    if check_types is not None:
        warnings.warn(
            "keras.tree.assert_same_structure: check_types has no effect. Leave it out, or use "
            "keras.tree.assert_same_paths to let lists stand beside tuples",
            DeprecationWarning,
            stacklevel=2,
        )
    map_structure(lambda *_: None, a, b)


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise ValueError where two structures do not have leaves at the same places.

    >>> keras.tree.assert_same_paths([0, 1], (2, 3))
    """
    places = [{path for path, _ in _walk(structure, ())} for structure in (a, b)]
    only = [sorted(places[0] - places[1], key=repr), sorted(places[1] - places[0], key=repr)]
    if only[0] or only[1]:
        raise ValueError(
            "The structures have leaves at other places. "
            f"Only in the first one: {only[0]}; only in the second one: {only[1]}"
        )


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Call a function on every part of a structure, the whole before or after what it is made of.

    Where the function returns None, the part stays as it is; other values take its place, and
    `keras.tree.MAP_TO_NONE` puts None there.

    >>> keras.tree.traverse(lambda x: tuple(x) if isinstance(x, list) else None, [1, [2]],
    ...                     top_down=False)
    (1, (2,))
    """
    _check_callable(func)
    if top_down:
        found = func(structure)
        return _traverse_parts(func, structure, True) if found is None else _or_none(found)
    structure = _traverse_parts(func, structure, False)
    found = func(structure)
    return structure if found is None else _or_none(found)


def _traverse_parts(func: Callable[[Any], Any], structure: Any, top_down: bool) -> Any:
    keys = _keys(structure)
    if keys is None:
        return structure
    parts = [traverse(func, part, top_down) for part in _parts(structure, keys)]
    return _rebuilt(structure, keys, parts)


def _or_none(found: Any) -> Any:
    return None if found is MAP_TO_NONE else found


def lists_to_tuples(structure: Any) -> Any:
    """The structure, with tuples for lists.

    >>> keras.tree.lists_to_tuples([1, {"a": [2, 3]}])
    (1, {'a': (2, 3)})
    """
    return traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, top_down=False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """Call a function on every shape: a tuple or list that holds nothing but integers and None.

    >>> keras.tree.map_shape_structure(len, {"a": (None, 3), "b": [(2,), ()]})
    {'a': 2, 'b': [1, 0]}
    """
    _check_callable(func)
    keys = None if _is_shape(structure) else _keys(structure)
    if keys is None:
        return func(structure)
    parts = [map_shape_structure(func, part) for part in _parts(structure, keys)]
    return _rebuilt(structure, keys, parts)


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(n, int | None) for n in value)


def _check_callable(func: Any) -> None:
    if not callable(func):
        raise TypeError(f"func must be callable; given {func!r}")


def _check_alike(first: Any, keys: list[Any], other: Any, path: Path) -> None:
    """Raise unless both structures have the same kind and the same keys, one level deep."""
    if not is_nested(other) or _kind(first) is not _kind(other):
        raise _differ(first, other, path)
    if len(first) != len(other) or (isinstance(first, Mapping) and set(first) != set(other)):
        raise _differ(first, other, path)


def _differ(first: Any, other: Any, path: Path) -> ValueError:
    where = f" at {''.join(f'[{key!r}]' for key in path)}" if path else ""
    kinds = [f"{_outline(x)}" for x in (first, other)]
    return ValueError(
        f"The structures differ{where}: one has {kinds[0]}, another {kinds[1]}. Structures must "
        "have the same kinds, lengths and keys"
    )


def _outline(structure: Any) -> str:
    if isinstance(structure, Mapping):
        return f"a {type(structure).__name__} with the keys {sorted(structure, key=str)}"
    if is_nested(structure):
        return f"a {type(structure).__name__} of length {len(structure)}"
    return "None" if structure is None else f"a leaf of type {type(structure).__name__}"
