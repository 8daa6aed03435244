"""Dtype policies: the dtype that a layer computes in, and the one that it keeps variables in."""

from __future__ import annotations

import abc
import importlib
import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from keratin._engine.dtype import as_dtype
from keratin._engine.operators import operators
from keratin.keras._core.config import ConfigMeta, Configurable
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.settings import settings

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


class DTypePolicy(Configurable):
    """A name such as "float32", "mixed_float16" or "mixed_bfloat16", and what it means.

    >>> policy = keras.DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None):
        name = dtype_policy().name if name is None else name
        if not isinstance(name, str):
            raise TypeError(
                "DTypePolicy: name must be a string such as 'mixed_float16'; given "
                f"{name!r} of type {type(name).__name__}"
            )
        if name not in _MIXED:
            try:
                as_dtype(name)
            except (TypeError, ValueError):
                raise ValueError(
                    f"There is no dtype policy {name!r}. Give a dtype such as 'float32', or "
                    "'mixed_float16' or 'mixed_bfloat16'"
                ) from None
        self._name = name

    @property
    def name(self) -> str:
        """The name, which says all of a policy."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The dtype that arithmetic is done in."""
        return _MIXED.get(self.name, self.name)

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return "float32" if self.name in _MIXED else self.name

    @property
    def quantization_mode(self) -> str | None:
        """How weights are quantized; None."""
        return None

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """A floating tensor cast to `dtype` where `autocast` asks for it; others as they are."""
        wanted = as_dtype(dtype)
        is_due = autocast and as_dtype(x.dtype).is_floating and as_dtype(x.dtype) != wanted
        return operators.cast(x, wanted) if is_due else x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


FloatDTypePolicy = DTypePolicy


class _MapMeta(ConfigMeta, abc.ABCMeta):
    """The metaclass of what has a config and is a mapping."""


class DTypePolicyMap(DTypePolicy, MutableMapping[str, Any], metaclass=_MapMeta):
    """Policies of layers by their paths, or regular expressions for these; a default for others.

    >>> policies = keras.dtype_policies.DTypePolicyMap()
    >>> policies["encoder/.*"] = "bfloat16"
    >>> policies["encoder/dense"].name, policies["decoder/dense"].name
    ('bfloat16', 'float32')
    """

    _public_module = "keras.dtype_policies"

    def __init__(self, default_policy: Any = None, policy_map: Mapping[str, Any] | None = None):
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("DTypePolicyMap: default_policy cannot be a DTypePolicyMap itself")
        if policy_map is not None and not isinstance(policy_map, Mapping):
            raise TypeError(
                "DTypePolicyMap: policy_map must be a dictionary of paths and policies; given "
                f"{policy_map!r}"
            )
        self._default = default_policy
        self._map = {path: get(policy) for path, policy in (policy_map or {}).items()}

    @property
    def default_policy(self) -> Any:
        """The policy of layers that the map does not name."""
        return get(self._default)

    name = property(lambda self: f"map_{self.default_policy.name}")
    compute_dtype = property(lambda self: self.default_policy.compute_dtype)
    variable_dtype = property(lambda self: self.default_policy.variable_dtype)
    quantization_mode = property(lambda self: self.default_policy.quantization_mode)

    def __getitem__(self, path: str) -> Any:
        if path in self._map:
            return self._map[path]
        found = [pattern for pattern in self._map if re.fullmatch(pattern, path)]
        if len(found) > 1:
            raise ValueError(
                f"DTypePolicyMap: the path {path!r} matches several keys: {found}. Make them "
                "exclude each other"
            )
        return self._map[found[0]] if found else self.default_policy

    def __setitem__(self, path: str, policy: Any) -> None:
        if path in self._map:
            raise ValueError(f"DTypePolicyMap: {path!r} has the policy {self._map[path]!r} already")
        self._map[path] = get(policy)

    def __delitem__(self, path: str) -> None:
        del self._map[path]

    def __contains__(self, path: object) -> bool:
        return path in self._map

    def __len__(self) -> int:
        return len(self._map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._map)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DTypePolicyMap)
            and other._map == self._map
            and other.default_policy == self.default_policy
        )

    def __hash__(self) -> int:
        return hash((self.name, *self._map))

    def __repr__(self) -> str:
        policies = {path: policy.name for path, policy in self._map.items()}
        return f"<DTypePolicyMap default_policy={self.default_policy.name!r}, {policies}>"

    def get_config(self) -> dict[str, Any]:
        """The default policy, None where it is the one in force, and the policies of paths."""
        return serialize_keras_object({"default_policy": self._default, "policy_map": self._map})


class _InForce:
    policy: DTypePolicy | None = None


_in_force = _InForce()


def dtype_policy() -> Any:
    """The policy of layers that are given none.

    >>> keras.config.dtype_policy().name
    'float32'
    """
    return _in_force.policy or DTypePolicy(settings.floatx)


def set_dtype_policy(policy: Any) -> None:
    """Set the policy of layers that are given none: a name or a policy.

    >>> keras.config.set_dtype_policy("float32")
    """
    _in_force.policy = None if policy is None else get(policy)


def get(identifier: Any) -> Any:
    """The policy of a name, dtype, config or policy; None gives the one in force.

    >>> keras.dtype_policies.get("float16").compute_dtype
    'float16'
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, Mapping):
        if "class_name" in identifier:
            return deserialize_keras_object(identifier)
        return DTypePolicy.from_config(identifier)
    if isinstance(identifier, str):
        if "_from_" in identifier:
            return _quantized(identifier)
        return DTypePolicy(identifier)
    try:
        return DTypePolicy(as_dtype(identifier).name)
    except (TypeError, ValueError):
        raise ValueError(
            f"A dtype policy is a name, such as 'float32', or a keras.DTypePolicy; given "
            f"{identifier!r}"
        ) from None


def _quantized(name: str) -> Any:
    # By name, because few need it.
    module = importlib.import_module("keratin.keras.dtype_policies._quantized")
    return module.policy_of_name(name)


def serialize(dtype_policy: Any) -> Any:
    """The config of a policy.

    >>> keras.dtype_policies.serialize(keras.DTypePolicy("float32"))["class_name"]
    'DTypePolicy'
    """
    return serialize_keras_object(dtype_policy)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The policy of a config.

    >>> keras.dtype_policies.deserialize({"class_name": "DTypePolicy", "config": {"name": "int8"}})
    <DTypePolicy "int8">
    """
    return deserialize_keras_object(config, custom_objects)
