"""The outputs of a model, and what users say of them: losses, weights, metrics, labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keratin._engine import errors

Path = tuple[Any, ...]


def is_nested(value: Any) -> bool:
    """Whether a value is a structure of values: a list, a tuple or a dictionary."""
    return isinstance(value, (list, tuple, Mapping))


class Outputs:
    """The tensors that a model returns: where each stands in the structure, and its name."""

    def __init__(self, structure: Any, names: Sequence[str] | None = None):
        self.structure = structure
        self.paths = [path for path, _ in _leaves(structure)]
        self.nested = is_nested(structure)
        self.names = self._names(list(names) if names else None)
        # As Keras has it, a loss goes by the key of its output; a metric by the layer's name.
        known = bool(names) and len(names or ()) == len(self.paths)
        pairs = zip(self.paths, self.names, strict=True)
        self.names_of_losses = [_by_key(*pair) if known else pair[1] for pair in pairs]

    def _names(self, given: list[str] | None) -> list[str]:
        if given is not None and len(given) == len(self.paths):
            flat = isinstance(self.structure, Mapping) and all(len(p) == 1 for p in self.paths)
            if flat and set(given) == {path[0] for path in self.paths}:
                # In the order of the model, whatever that of the dictionary.
                self.paths = [(name,) for name in given]
            return given
        return [_name_of(path, index) for index, path in enumerate(self.paths)]

    def __len__(self) -> int:
        return len(self.paths)

    def of(self, structure: Any) -> list[Any]:
        """The tensors of a structure like that of the model's outputs."""
        return [_at(structure, path) for path in self.paths]

    def labels(self, y_true: Any, wanted: Sequence[bool]) -> list[Any]:
        """The labels of each output; of `wanted` outputs alone, if there are only so many."""
        count = len(self)
        if count == 1:
            return [_only_leaf(y_true, self.names)]
        if isinstance(y_true, Mapping):
            return self._labels_by_name(y_true)
        found = [leaf for _, leaf in _leaves(y_true)]
        if len(found) == count:
            same = is_nested(y_true) and _fits(y_true, self.paths)
            return self.of(y_true) if same else found
        if len(found) == sum(wanted):
            rest = iter(found)
            return [next(rest) if want else None for want in wanted]
        raise ValueError(
            f"The model has {count} outputs ({', '.join(self.names)}), and labels for "
            f"{len(found)} were given. Give y as a list of {count} arrays, or a dictionary by the "
            "names of the outputs."
        )

    def _labels_by_name(self, y_true: Mapping[str, Any]) -> list[Any]:
        if _fits(y_true, self.paths):
            return self.of(y_true)
        self.check_names(y_true, "y")
        return [y_true.get(name) for name in self.names]

    def check_names(self, given: Mapping[str, Any], what: str) -> None:
        """Raise for a name that no output has."""
        keys = {path[0] for path in self.paths if path}
        for name in given:
            if name not in self.names and name not in keys:
                raise ValueError(
                    f"{what}: the model has no output named {name!r}."
                    f"{errors.nearest(str(name), self.names)} Its outputs: {', '.join(self.names)}."
                )

    def weights(self, sample_weight: Any) -> list[Any]:
        """The sample weights of each output; one array serves all."""
        if not is_nested(sample_weight):
            return [sample_weight] * len(self)
        if _fits(sample_weight, self.paths) and self._has_size(sample_weight):
            return self.of(sample_weight)
        if isinstance(sample_weight, Mapping):
            self.check_names(sample_weight, "sample_weight")
            return [sample_weight.get(name) for name in self.names]
        found = list(sample_weight)
        if len(found) not in (1, len(self)):
            raise ValueError(
                f"sample_weight: the model has {len(self)} outputs, and weights for {len(found)} "
                "were given. Give one array for all, or one for each."
            )
        return found * len(self) if len(found) == 1 else found

    def _has_size(self, structure: Any) -> bool:
        """Whether a structure has as many parts, at its top, as that of the outputs."""
        return self.nested and len(structure) == len(self.structure)

    def spread(self, option: Any, what: str, is_one: Callable[[Any], bool]) -> list[Any]:
        """What an option of `compile` says of each output; `is_one` tells a list for one output.

        An option is a value for all outputs, a list or a dictionary of values, or a structure like
        that of the outputs.
        """
        count = len(self)
        if not is_nested(option):
            return [option] * count
        if count == 1 and not self.nested:
            return [self._for_only_output(option, what)]
        if isinstance(option, Mapping):
            return self._by_name(option, what)
        if any(len(path) > 1 for path in self.paths) and _fits(option, self.paths):
            return self.of(option)
        if len(option) == count:
            return list(option)
        if is_one(option):
            return [option] * count
        raise ValueError(
            f"{what}: a list of {len(option)} for a model of {count} outputs "
            f"({', '.join(self.names)}). Give a list of {count}, or a dictionary by their names; "
            f"given {option!r}."
        )

    def _for_only_output(self, option: Any, what: str) -> Any:
        if not isinstance(option, Mapping):
            return option[0] if len(option) == 1 else option
        if len(option) == 1 and self.names[0].startswith("output"):
            return next(iter(option.values()))  # the name of the output is not known
        self.check_names(option, what)
        return next(iter(option.values()), None)

    def _by_name(self, option: Mapping[str, Any], what: str) -> list[Any]:
        self.check_names(option, what)
        found = []
        for name, path in zip(self.names, self.paths, strict=True):
            value = option.get(name, option.get(path[0]) if path else None)
            inner = path[1:] if name not in option else ()
            nested = is_nested(value) and inner and _fits(value, [inner])
            found.append(_at(value, inner) if nested else value)
        return found


def _leaves(structure: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    if structure is None:
        return []
    if isinstance(structure, Mapping):
        items: Any = structure.items()
    elif isinstance(structure, (list, tuple)):
        items = enumerate(structure)
    else:
        return [(path, structure)]
    return [leaf for key, value in items for leaf in _leaves(value, (*path, key))]


def _at(structure: Any, path: Path) -> Any:
    for key in path:
        structure = structure[key]
    return structure


def _fits(structure: Any, paths: Sequence[Path]) -> bool:
    """Whether a structure has something at each of the paths."""
    for path in paths:
        inner = structure
        for key in path:
            if isinstance(inner, Mapping):
                if key not in inner:
                    return False
            elif not (_is_row(inner) and isinstance(key, int) and key < len(inner)):
                return False
            inner = inner[key]
    return True


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _name_of(path: Path, index: int) -> str:
    if path and any(isinstance(key, str) for key in path):
        return "/".join(map(str, path))
    return f"output_{index + 1}"


def _by_key(path: Path, name: str) -> str:
    """The keys that lead to an output; its name in place of a number in a list."""
    if not any(isinstance(key, str) for key in path):
        return name
    return "/".join(map(str, (*path[:-1], name) if isinstance(path[-1], int) else path))


def _only_leaf(structure: Any, names: Sequence[str]) -> Any:
    found = [leaf for _, leaf in _leaves(structure)]
    if len(found) > 1:
        raise ValueError(
            f"The model has one output ({names[0]}), and labels for {len(found)} were given. Give "
            "y as one array."
        )
    return found[0] if found else None
