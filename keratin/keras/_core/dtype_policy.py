"""Dtype policies: the dtype that a layer computes in, and the one that it keeps variables in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin._engine.dtype import DType, as_dtype
from keratin._engine.operators import operators
from keratin.keras._core.config import Configurable
from keratin.keras._core.settings import settings

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


class DTypePolicy(Configurable):
    """A name such as "float32", "mixed_float16" or "mixed_bfloat16", and what it means.

    >>> policy = keras.DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None):
        name = settings.floatx if name is None else name
        if name not in _MIXED:
            try:
                as_dtype(name)
            except (TypeError, ValueError):
                raise ValueError(
                    f"There is no dtype policy {name!r}. Give a dtype such as 'float32', or "
                    "'mixed_float16' or 'mixed_bfloat16'"
                ) from None
        self.name = name

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


class DTypePolicyMap(Configurable):
    """Policies of layers by their paths; `default_policy` for the others.

    >>> policies = keras.dtype_policies.DTypePolicyMap({"dense": keras.DTypePolicy("bfloat16")})
    >>> policies["dense"].name, policies["conv2d"].name
    ('bfloat16', 'float32')
    """

    def __init__(
        self, default_policy: Any = None, policy_map: Mapping[str, DTypePolicy] | None = None
    ):
        if isinstance(default_policy, Mapping) and policy_map is None:
            default_policy, policy_map = None, default_policy
        self._default = None if default_policy is None else get(default_policy)
        self.policy_map = dict(policy_map or {})

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of layers that the map does not name."""
        return dtype_policy() if self._default is None else self._default

    name = property(lambda self: "map_" + self.default_policy.name)
    compute_dtype = property(lambda self: self.default_policy.compute_dtype)
    variable_dtype = property(lambda self: self.default_policy.variable_dtype)
    quantization_mode = property(lambda self: self.default_policy.quantization_mode)

    def __getitem__(self, path: str) -> DTypePolicy:
        found = [key for key in self.policy_map if path == key or path.startswith(key + "/")]
        return self.policy_map[max(found, key=len)] if found else self.default_policy

    def __setitem__(self, path: str, policy: DTypePolicy) -> None:
        if path in self.policy_map:
            raise ValueError(f"DTypePolicyMap: {path!r} has a policy already")
        self.policy_map[path] = policy

    def __delitem__(self, path: str) -> None:
        del self.policy_map[path]

    def __contains__(self, path: object) -> bool:
        return path in self.policy_map

    def __len__(self) -> int:
        return len(self.policy_map)

    def __iter__(self) -> Any:
        return iter(self.policy_map)


Policy = DTypePolicy | DTypePolicyMap


class _InForce:
    policy: Policy | None = None


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
    if isinstance(identifier, (DTypePolicy, DTypePolicyMap)):
        return identifier
    if isinstance(identifier, Mapping):
        inner = identifier.get("config", identifier)
        return DTypePolicy.from_config(inner)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    if isinstance(identifier, DType) or identifier is not None:
        return DTypePolicy(as_dtype(identifier).name)
    raise ValueError(f"There is no dtype policy {identifier!r}")


def serialize(dtype_policy: Any) -> Any:
    """The config of a policy.

    >>> keras.dtype_policies.serialize(keras.DTypePolicy("float32"))["class_name"]
    'DTypePolicy'
    """
    config = dtype_policy.get_config()
    return {
        "module": "keras",
        "class_name": type(dtype_policy).__name__,
        "config": config,
        "registered_name": None,
    }


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The policy of a config.

    >>> keras.dtype_policies.deserialize({"class_name": "DTypePolicy", "config": {"name": "int8"}})
    <DTypePolicy "int8">
    """
    return get(config)
