"""Nested structures: lists, tuples, dicts and the like that hold tensors at their leaves.

Dicts are flattened in the order of their sorted keys and keep their own order when rebuilt.
Strings, arrays and tensors are leaves. So are sets, which have no order, and plain dataclasses.
A class takes part by `__tf_flatten__` and `__tf_unflatten__`, or as a composite tensor (ragged,
sparse, ...): one with a `_type_spec`, taken apart only when `expand_composites` is true.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import Any

from keratin._engine import errors

_LEAF_SEQUENCES = (str, bytes, bytearray, memoryview)
_VIEWS = (ValuesView, KeysView, ItemsView)


def is_nested(seq: Any) -> bool:
    """Whether a value is a structure rather than a leaf.

    >>> tf.nest.is_nested([1, 2]), tf.nest.is_nested("text"), tf.nest.is_nested(tf.constant([1]))
    (True, False, False)
    """
    kind: Any = type(seq)
    return _is_nested_type(kind)


@functools.lru_cache(maxsize=1000)
def _is_nested_type(kind: Any) -> bool:
    if issubclass(kind, Sequence):
        return not issubclass(kind, _LEAF_SEQUENCES)
    return issubclass(kind, (Mapping, *_VIEWS)) or _is_attrs(kind) or _has_protocol(kind)


def _is_attrs(kind: type) -> bool:
    return hasattr(kind, "__attrs_attrs__")


def _has_protocol(kind: type) -> bool:
    return hasattr(kind, "__tf_flatten__") and hasattr(kind, "__tf_unflatten__")


def is_namedtuple(value: Any) -> bool:
    """Whether a value is an instance of a `collections.namedtuple` or `typing.NamedTuple`."""
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _is_composite(value: Any) -> bool:
    # Looked up on the type: a property of an instance may compute, and may fail.
    return hasattr(type(value), "_type_spec") or getattr(type(value), "_composite_spec", False)


def _is_structure(value: Any, expand_composites: bool) -> bool:
    return is_nested(value) or (expand_composites and _is_composite(value))


def _sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        kinds = sorted({type(key).__name__ for key in mapping})
        raise TypeError(
            f"The keys of a nested dict must be sortable; here they are of types "
            f"{', '.join(kinds)}. Make all keys strings, or use an OrderedDict with such keys."
        ) from None


def _children(structure: Any) -> list[tuple[str, Any]]:
    """The parts of a structure, one level down, with the Python that leads to each."""
    if isinstance(structure, Mapping):
        return [(f"[{key!r}]", structure[key]) for key in _sorted_keys(structure)]
    if is_namedtuple(structure):
        return [(f".{name}", getattr(structure, name)) for name in structure._fields]
    if _is_attrs(type(structure)):
        return [(f".{a.name}", getattr(structure, a.name)) for a in structure.__attrs_attrs__]
    return [(f"[{i}]", part) for i, part in enumerate(_parts(structure))]


def _parts(structure: Any) -> Sequence[Any]:
    """The parts of a structure, one level down."""
    if isinstance(structure, list | tuple):
        return structure
    if isinstance(structure, Mapping):
        return [structure[key] for key in _sorted_keys(structure)]
    if isinstance(structure, (Sequence, *_VIEWS)):
        return list(structure)
    if _is_attrs(type(structure)):
        return [getattr(structure, a.name) for a in type(structure).__attrs_attrs__]
    if _has_protocol(type(structure)):
        return list(structure.__tf_flatten__()[1])
    return _composite_parts(structure)


def _composite_parts(structure: Any) -> Sequence[Any]:
    if hasattr(type(structure), "_type_spec"):
        return flatten(structure._type_spec._to_components(structure))
    return flatten(structure._component_specs)


def _rebuild(structure: Any, parts: list[Any]) -> Any:
    """A structure like the given one, one level deep, of other parts."""
    kind = type(structure)
    if kind is list:
        return parts
    if kind is tuple:
        return tuple(parts)
    if isinstance(structure, Mapping):
        return _rebuild_mapping(structure, parts)
    if is_namedtuple(structure):
        return kind._make(parts)
    if _is_attrs(kind):
        names = [field.name.lstrip("_") for field in kind.__attrs_attrs__]
        return kind(**dict(zip(names, parts, strict=True)))
    if isinstance(structure, (range, *_VIEWS)):
        return parts
    if isinstance(structure, Sequence):
        return kind(parts)
    if _has_protocol(kind):
        return kind.__tf_unflatten__(structure.__tf_flatten__()[0], tuple(parts))
    return _rebuild_composite(structure, parts)


def _rebuild_mapping(structure: Mapping[Any, Any], parts: list[Any]) -> Any:
    by_key = dict(zip(_sorted_keys(structure), parts, strict=True))
    items = {key: by_key[key] for key in structure}
    kind: Any = type(structure)
    if kind is dict:
        return items
    if isinstance(structure, defaultdict):
        return kind(structure.default_factory, items)
    try:
        return kind(items)
    except TypeError:
        return items


def _rebuild_composite(structure: Any, parts: list[Any]) -> Any:
    spec = structure._type_spec if hasattr(type(structure), "_type_spec") else structure
    return spec._from_components(pack_sequence_as(spec._component_specs, parts))


def _flatten_into(structure: Any, leaves: list[Any], expand_composites: bool) -> None:
    for part in _parts(structure):
        if _is_structure(part, expand_composites):
            _flatten_into(part, leaves, expand_composites)
        else:
            leaves.append(part)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """List the leaves of a structure. A leaf alone becomes a list of one.

    With `expand_composites`, the tensors that a ragged or sparse tensor is made of are the leaves.

    >>> tf.nest.flatten({"b": [1, (2,)], "a": 3})
    [3, 1, 2]
    """
    if not _is_structure(structure, expand_composites):
        return [structure]
    leaves: list[Any] = []
    _flatten_into(structure, leaves, expand_composites)
    return leaves


def pack_sequence_as(
    structure: Any, flat_sequence: Sequence[Any], expand_composites: bool = False
) -> Any:
    """Put a list of leaves into the shape of a structure; the opposite of `flatten`.

    >>> tf.nest.pack_sequence_as({"b": [0, (0,)], "a": 0}, [3, 1, 2])
    {'b': [1, (2,)], 'a': 3}
    """
    if not is_nested(flat_sequence) or isinstance(flat_sequence, Mapping):
        raise TypeError(
            f"flat_sequence must be a list of leaves, but it is of type "
            f"{type(flat_sequence).__name__}: {flat_sequence!r}. Use tf.nest.flatten to make one."
        )
    count = len(flatten(structure, expand_composites))
    if count != len(flat_sequence):
        raise ValueError(
            f"The number of leaves in the structure is {count}, but flat_sequence has "
            f"{len(flat_sequence)}. Structure: {_outline(structure)}; "
            f"flat_sequence: {_short(flat_sequence)}."
        )
    return _pack(structure, iter(flat_sequence), expand_composites)


def _pack(structure: Any, leaves: Iterator[Any], expand_composites: bool) -> Any:
    if not _is_structure(structure, expand_composites):
        return next(leaves)
    parts = [_pack(part, leaves, expand_composites) for part in _parts(structure)]
    return _rebuild(structure, parts)


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """Call a function on every leaf, or on the corresponding leaves of several structures.

    The result has the shape of the first structure. `check_types=False` lets lists stand beside
    tuples; `expand_composites=True` maps over the tensors within ragged and sparse tensors.

    >>> tf.nest.map_structure(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
    {'a': 11, 'b': [22]}
    """
    check_types, expand_composites = _map_options(**kwargs) if kwargs else (True, False)
    if not callable(func):
        raise TypeError(f"func must be callable, but it is {func!r}.")
    if not structure:
        raise ValueError("tf.nest.map_structure needs at least one structure after the function.")
    if len(structure) == 1:
        return _map_one(func, structure[0], expand_composites)
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types, expand_composites)
    columns = [flatten(one, expand_composites) for one in structure]
    results = iter([func(*leaves) for leaves in zip(*columns, strict=True)])
    return _pack(structure[0], results, expand_composites)


def _map_options(
    check_types: bool = True, expand_composites: bool = False, **unknown: Any
) -> tuple[bool, bool]:
    for name in unknown:
        raise errors.unknown_keyword(
            "tf.nest.map_structure", name, ["func", "check_types", "expand_composites"]
        )
    return check_types, expand_composites


def _map_one(func: Callable[..., Any], structure: Any, expand_composites: bool) -> Any:
    if not _is_structure(structure, expand_composites):
        return func(structure)
    parts = [_map_one(func, part, expand_composites) for part in _parts(structure)]
    return _rebuild(structure, parts)


def assert_same_structure(
    nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Raise ValueError where two structures differ, or TypeError where only their types do.

    >>> tf.nest.assert_same_structure({"a": [1, 2]}, {"a": [3, 4]})
    """
    difference = _difference(nest1, nest2, "", check_types, expand_composites)
    if difference is None:
        return
    error, path, what = difference
    where = f"at {path} " if path else ""
    raise error(
        f"The two structures differ: {where}{what}\n"
        f"First structure:  {_outline(nest1)}\n"
        f"Second structure: {_outline(nest2)}"
    )


_Difference = tuple[type[Exception], str, str]


def _difference(
    first: Any, second: Any, path: str, check_types: bool, expand_composites: bool
) -> _Difference | None:
    """What is the first thing in which two structures differ, and where."""
    nested = _is_structure(first, expand_composites), _is_structure(second, expand_composites)
    if nested != (True, True):
        if nested == (False, False):
            return None
        has = [_kind(first), _kind(second)]
        has[nested.index(False)] = f"a leaf, {has[nested.index(False)]}"
        return ValueError, path, f"the first has {has[0]}; the second has {has[1]}."
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        if check_types and set(first) != set(second):
            return ValueError, path, _key_difference(first, second)
    elif check_types and not _same_type(first, second):
        what = f"the first has {_kind(first)}; the second has {_kind(second)}."
        return TypeError, path, f"{what} check_types=False lets them pass."
    children, others = _children(first), _parts(second)
    if len(children) != len(others):
        what = f"the first has {len(children)} elements, the second {len(others)}."
        return ValueError, path, what
    for (step, child), other in zip(children, others, strict=True):
        found = _difference(child, other, path + step, check_types, expand_composites)
        if found is not None:
            return found
    return None


def _same_type(first: Any, second: Any) -> bool:
    if is_namedtuple(first) and is_namedtuple(second):
        names = type(first).__name__, type(second).__name__
        return names[0] == names[1] and bool(first._fields == second._fields)
    if _is_composite(first) or _is_composite(second):
        return bool(_spec_of(first).is_compatible_with(_spec_of(second)))
    # A subclass of list, such as one that tracks variables, passes for a list.
    return type(first) is type(second) or (isinstance(first, list) and isinstance(second, list))


def _spec_of(value: Any) -> Any:
    return value._type_spec if hasattr(type(value), "_type_spec") else value


def _key_difference(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> str:
    only = [
        f"only the {which} has the key{'s' * (len(keys) > 1)} {', '.join(map(repr, keys))}"
        for which, keys in (
            ("first", [key for key in first if key not in second]),
            ("second", [key for key in second if key not in first]),
        )
        if keys
    ]
    return "; ".join(only) + "."


def _kind(value: Any) -> str:
    if isinstance(value, list | tuple | Mapping):
        return f"a {type(value).__name__} of {len(value)}"
    return type(value).__name__


def _short(value: Any, limit: int = 200) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}..."


def _outline(structure: Any) -> str:
    """A structure with a dot for each leaf: {'a': [., .]}."""
    return _short(_map_one(lambda _: _DOT, structure, expand_composites=False), 500)


class _Dot:
    def __repr__(self) -> str:
        return "."


_DOT = _Dot()
