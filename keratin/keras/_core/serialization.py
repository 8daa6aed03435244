"""Plain values for objects, and objects for plain values, in the format of Keras 3.

A class is only ever looked up: among what the user registered or gave, and among what the package
exports. The "module" of a config decides which namespace of the package, and never an import.
"""

from __future__ import annotations

import contextlib
import contextvars
import importlib
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.shape import TensorShape
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core import custom_objects, sharing

# Namespaces in which the classes of configs are looked for, and functions by their names.
NAMESPACES = (
    "keras",
    "keras.layers",
    "keras.models",
    "keras.losses",
    "keras.metrics",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.activations",
    "keras.random",
    "keras.dtype_policies",
)

# Where a file may name functions: those that compute of tensors, and touch nothing else.
_FUNCTION_NAMESPACES = (
    "keras.activations",
    "keras.losses",
    "keras.metrics",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
)
_NOT_FOR_FILES = ("get", "serialize", "deserialize")

# Where the classes of Keras are in files; others are of the user, whatever their names.
_ROOTS = ("", "builtins", "keras", "keras_core", "keratin", "tensorflow", "tf_keras")

# Classes whose home is another namespace than the folder that they are written in.
_HOMES = {"keras._core": "keras", "keras.models": "keras"}

# How files call classes that are not exported under the name: "class_name" to what makes them.
readers: dict[str, Callable[[Mapping[str, Any]], Any]] = {}


class SerializableDict(dict[str, Any]):
    """A dictionary of which `serialize` gives plain values."""

    def serialize(self) -> Any:
        """The plain values."""
        return serialize_keras_object(dict(self))


def public_module(cls: type) -> str | None:
    """The namespace that a class of the package is exported from; that of the user for others."""
    own = vars(cls).get("_public_module")
    if own is not None:
        return str(own)
    if not cls.__module__.startswith("keratin.keras."):
        return cls.__module__
    home = ".".join(cls.__module__.split(".")[1:3])
    return _HOMES.get(home, home)


def serialize_keras_object(obj: Any) -> Any:
    """Plain values (for JSON) that say what an object is.

    >>> keras.saving.serialize_keras_object(keras.initializers.Zeros())["class_name"]
    'Zeros'
    """
    with sharing.writing():
        return _serialized(obj)


def _serialized(obj: Any) -> Any:
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return _plain_number(obj)
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode()}}
    if isinstance(obj, list):
        return [_serialized(item) for item in obj]
    if isinstance(obj, tuple):
        return tuple([_serialized(item) for item in obj])
    if isinstance(obj, Mapping) and not hasattr(obj, "get_config"):
        return {key: _serialized(value) for key, value in obj.items()}
    if isinstance(obj, (DType, np.dtype)):
        return as_dtype(obj).name
    if isinstance(obj, TensorShape):
        return None if obj.rank is None else list(obj)
    if isinstance(obj, (Tensor, np.ndarray, np.generic)):
        return _serialized_array(obj)
    if isinstance(obj, slice):
        parts = [_serialized(part) for part in (obj.start, obj.stop, obj.step)]
        return {"class_name": "__slice__", "config": dict(zip(_SLICE, parts, strict=True))}
    if isinstance(obj, type(Ellipsis)):
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return _serialized_function(obj)
    if isinstance(obj, type):
        return _serialized_class(obj)
    if hasattr(obj, "get_config"):
        return _serialized_object(obj)
    if callable(obj) and hasattr(obj, "__name__"):
        return _serialized_function(obj)
    raise TypeError(
        f"A {type(obj).__name__} cannot be put into a config: {obj!r}. Give its class a "
        "get_config() that says with what arguments to make it again"
    )


_SLICE = ("start", "stop", "step")


def _plain_number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _serialized_array(value: Any) -> Any:
    array = np.asarray(value)
    if isinstance(value, np.generic):
        return array.item()
    kind = "__tensor__" if isinstance(value, Tensor) else "__numpy__"
    return {"class_name": kind, "config": {"value": array.tolist(), "dtype": array.dtype.name}}


def _serialized_function(function: Any) -> dict[str, Any]:
    name = custom_objects.get_registered_name(function)
    if name == "<lambda>":
        raise ValueError(
            f"A lambda has no name by which a file could find it again ({function!r}). Write a "
            "function with `def` and register it with keras.saving.register_keras_serializable()"
        )
    own = getattr(function, "__module__", "") or ""
    module = "builtins" if own.startswith("keratin.") else own
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def _serialized_class(cls: type) -> dict[str, Any]:
    return {
        "module": public_module(cls),
        "class_name": "type",
        "config": custom_objects.get_registered_name(cls),
        "registered_name": custom_objects.get_registered_name(cls),
    }


def _serialized_object(obj: Any) -> dict[str, Any]:
    cls = type(obj)
    registered = custom_objects.get_registered_name(cls)
    ours = cls.__module__.startswith("keratin.")
    found = {
        "module": public_module(cls),
        "class_name": cls.__name__,
        "config": obj.get_config(),
        "registered_name": None if ours and registered == cls.__name__ else registered,
    }
    for key in ("build", "compile"):
        get = getattr(obj, f"get_{key}_config", None)
        extra = get() if get is not None else None
        if extra:
            found[f"{key}_config"] = serialize_keras_object(extra)
    sharing.note_written(obj, found)
    return found


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """What `serialize_keras_object` described.

    >>> keras.saving.deserialize_keras_object({"class_name": "Zeros", "config": {}}).get_config()
    {}
    """
    if kwargs and set(kwargs) - {"module_objects", "printable_module_name"}:
        raise errors.unknown_keyword(
            "deserialize_keras_object",
            next(iter(kwargs)),
            ["config", "custom_objects", "safe_mode"],
        )
    trusted = _trusted.get() or not safe_mode
    try:
        with _scope(custom_objects), sharing.reading(), _trusting(trusted):
            return _deserialized(config, kwargs.get("module_objects") or {}, safe_mode)
    except RecursionError as error:
        raise ValueError("The config is nested too deep, or holds itself") from error
    except MemoryError as error:
        raise ValueError("What the config describes needs more memory than there is") from error


# Whether the file that is being read may have others opened: somebody gave safe_mode=False.
_trusted: contextvars.ContextVar[bool] = contextvars.ContextVar("trusted", default=False)


@contextlib.contextmanager
def _trusting(trusted: bool) -> Iterator[None]:
    token = _trusted.set(trusted)
    try:
        yield
    finally:
        _trusted.reset(token)


def in_safe_mode() -> bool:
    """Whether what is read now may open no other file."""
    return not _trusted.get()


def _scope(objects: Mapping[str, Any] | None) -> Any:
    return custom_objects.CustomObjectScope(objects)


def _deserialized(config: Any, known: Mapping[str, Any], safe_mode: bool) -> Any:
    if isinstance(config, (list, tuple)):
        return type(config)([_deserialized(item, known, safe_mode) for item in config])
    if not isinstance(config, Mapping):
        return known.get(config, config) if isinstance(config, str) and known else config
    kind = config.get("class_name")
    if not isinstance(kind, str) or "config" not in config:
        return {key: _deserialized(value, known, safe_mode) for key, value in config.items()}
    if kind in _PLAIN:
        return _plain_value(kind, config["config"] or {}, known, safe_mode)
    if kind == "function":
        return _function_of(config, known)
    if kind == "type":
        return class_of({**config, "class_name": config["config"]}, known)
    if kind == "__lambda__":
        raise ValueError(
            "The config holds a lambda as compiled Python code, which is never run. Register a "
            "named function with keras.saving.register_keras_serializable() instead"
        )
    return _object_of(config, known)


_PLAIN: dict[str, Callable[[Any, Mapping[str, Any], bool], Any]] = {
    "__tuple__": lambda c, known, safe: tuple([_deserialized(v, known, safe) for v in c["value"]]),
    "__bytes__": lambda c, *_: c["value"].encode(),
    "__numpy__": lambda c, *_: np.array(c["value"], as_dtype(c["dtype"]).numpy_dtype),
    "__tensor__": lambda c, *_: convert_to_tensor(c["value"], dtype=c["dtype"]),
    "__slice__": lambda c, *_: slice(*[c[part] for part in _SLICE]),
    "__ellipsis__": lambda *_: Ellipsis,
}


def _plain_value(kind: str, config: Any, known: Mapping[str, Any], safe_mode: bool) -> Any:
    try:
        return _PLAIN[kind](config, known, safe_mode)
    except (KeyError, AttributeError, TypeError, OverflowError) as error:
        raise ValueError(
            f"The config of a {kind!r} does not say what it takes: {config!r:.200}"
        ) from error


def _function_of(config: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    name = config["config"]
    found = custom_objects.get_registered_object(name, None, known)
    if found is None and name not in _NOT_FOR_FILES:
        found = next(_exports(name, _FUNCTION_NAMESPACES), None)
    if found is None:
        raise custom_objects.UnknownClassError(_not_found("function", name), name)
    return found


def _object_of(config: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    reader = readers.get(config["class_name"])
    former = sharing.made_before(config)
    if former is not None:
        return former
    if reader is not None:
        return sharing.note_made(config, reader(config))
    cls = class_of(config, known)
    if not hasattr(cls, "from_config"):
        raise TypeError(f"The class {cls.__name__} has no from_config() to make it of a config")
    inner = config["config"]
    expected = (Mapping, list) if cls.__name__ == "Sequential" else Mapping
    if not isinstance(inner, expected) and cls.__module__.startswith("keratin."):
        raise ValueError(f"The config of a {cls.__name__} is a dictionary; given {inner!r:.200}")
    made = cls.from_config(dict(inner) if isinstance(inner, Mapping) else inner)
    for key in ("build", "compile"):
        settings = config.get(f"{key}_config")
        if settings and not isinstance(settings, Mapping):
            raise ValueError(
                f"The {key}_config of a {cls.__name__} is a dictionary; given {settings!r:.200}"
            )
        if settings and hasattr(made, f"{key}_from_config") and _is_due(made, key):
            getattr(made, f"{key}_from_config")(settings)
    return sharing.note_made(config, made)


def _is_due(made: Any, key: str) -> bool:
    return not getattr(made, {"build": "built", "compile": "compiled"}[key], False)


def class_of(config: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> Any:
    names = [config.get("registered_name"), config["class_name"]]
    for name in names:
        found = custom_objects.get_registered_object(name, None, known) if name else None
        if found is not None:
            return found
    module = str(config.get("module") or "")
    is_of_user = module.split(".")[0] not in _ROOTS or ">" in str(names[0])
    order = (module, *NAMESPACES) if module in NAMESPACES else NAMESPACES
    found = None if is_of_user else next(_exports(config["class_name"], order), None)
    if found is None or not isinstance(found, type):
        name = names[0] or names[1]
        raise custom_objects.UnknownClassError(_not_found("class", name), name)
    return found


def _exports(name: str, namespaces: tuple[str, ...]) -> Iterator[Any]:
    """What the namespaces export under a name, the first one first."""
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        return
    for namespace in namespaces:
        module = importlib.import_module(f"keratin.{namespace}")
        found = getattr(module, name, None)
        if found is not None and not isinstance(found, types.ModuleType):
            yield found


def _not_found(what: str, name: Any) -> str:
    plain = str(name).rpartition(">")[2]  # without the name of a package
    return (
        f"The {what} {name!r} is not known. If it is yours, decorate it with "
        "@keras.saving.register_keras_serializable(), or give it to the function that loads: "
        f"custom_objects={{{plain!r}: {plain}}}"
    )
