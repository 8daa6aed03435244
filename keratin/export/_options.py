"""How to save and to load, and files that go along."""

from __future__ import annotations

import enum
import os
from collections.abc import Mapping, Sequence
from typing import Any

from keratin._engine.tensor import Tensor, convert_to_tensor


class VariablePolicy(enum.Enum):
    """What is kept of where variables are.

    >>> options = tf.saved_model.SaveOptions(experimental_variable_policy="save_variable_devices")
    >>> options.experimental_variable_policy.name
    'SAVE_VARIABLE_DEVICES'
    """

    NONE = None
    SAVE_VARIABLE_DEVICES = "save_variable_devices"
    EXPAND_DISTRIBUTED_VARIABLES = "expand_distributed_variables"

    @classmethod
    def from_obj(cls, obj: Any) -> VariablePolicy:
        """The policy that a policy, its value in any case, or None stands for."""
        if obj is None or isinstance(obj, cls):
            return obj or cls.NONE
        for policy in cls:
            if policy.value == str(obj).lower():
                return policy
        known = ", ".join(repr(policy.value) for policy in cls)
        raise ValueError(f"experimental_variable_policy is one of {known}; given {obj!r}")


class SaveOptions:
    """How `tf.saved_model.save` saves.

    Args:
        namespace_whitelist: Names of custom ops; there are none here, so nothing is left out.
        save_debug_info: Whether to keep the text of each program, in the folder `debug`.
        function_aliases: Other names of functions, for `LoadOptions`.
        experimental_debug_stripper: Nothing is stripped: programs hold no debug ops.
        experimental_io_device: Files are written by this process.
        experimental_variable_policy: Whether to keep the devices of variables.
        experimental_custom_gradients: Whether to save the gradients of programs.
        experimental_image_format: Files have no limit of size that asks for others.
        experimental_skip_saver: A folder holds no ops that save it.
        experimental_sharding_callback: Refused: variables are in one file.
        extra_tags: Tags beside "serve".

    >>> tf.saved_model.SaveOptions(extra_tags=["mine"]).extra_tags
    ['mine']
    """

    __slots__ = (
        "experimental_custom_gradients",
        "experimental_debug_stripper",
        "experimental_image_format",
        "experimental_io_device",
        "experimental_sharding_callback",
        "experimental_skip_saver",
        "experimental_variable_policy",
        "extra_tags",
        "function_aliases",
        "namespace_whitelist",
        "save_debug_info",
    )

    def __init__(
        self,
        namespace_whitelist: Sequence[str] | None = None,
        save_debug_info: bool = False,
        function_aliases: Mapping[str, Any] | None = None,
        experimental_debug_stripper: bool = False,
        experimental_io_device: str | None = None,
        experimental_variable_policy: Any = None,
        experimental_custom_gradients: bool = True,
        experimental_image_format: bool = False,
        experimental_skip_saver: bool = False,
        experimental_sharding_callback: Any = None,
        extra_tags: Sequence[str] | None = None,
    ):
        if experimental_sharding_callback is not None:
            raise ValueError(
                "SaveOptions: experimental_sharding_callback divides variables among files; here "
                "they are in one file of any size. Leave it out"
            )
        self.namespace_whitelist = [str(name) for name in namespace_whitelist or ()]
        self.save_debug_info = save_debug_info
        self.function_aliases = dict(function_aliases or {})
        self.experimental_debug_stripper = experimental_debug_stripper
        self.experimental_io_device = experimental_io_device
        self.experimental_variable_policy = VariablePolicy.from_obj(experimental_variable_policy)
        self.experimental_custom_gradients = experimental_custom_gradients
        self.experimental_image_format = experimental_image_format
        self.experimental_skip_saver = experimental_skip_saver
        self.experimental_sharding_callback = experimental_sharding_callback
        self.extra_tags = extra_tags


class LoadOptions:
    """How `tf.saved_model.load` loads.

    Args:
        allow_partial_checkpoint: Changes nothing: a folder has all of its variables.
        experimental_io_device: Files are read by this process.
        experimental_skip_checkpoint: Whether to leave all variables at zero.
        experimental_variable_policy: Whether to put variables on the devices that were saved.
        experimental_load_function_aliases: Whether to give the object `function_aliases`.

    >>> tf.saved_model.LoadOptions().experimental_skip_checkpoint
    False
    """

    __slots__ = (
        "allow_partial_checkpoint",
        "experimental_io_device",
        "experimental_load_function_aliases",
        "experimental_skip_checkpoint",
        "experimental_variable_policy",
    )

    def __init__(
        self,
        allow_partial_checkpoint: bool = False,
        experimental_io_device: str | None = None,
        experimental_skip_checkpoint: bool = False,
        experimental_variable_policy: Any = None,
        experimental_load_function_aliases: bool = False,
    ):
        self.allow_partial_checkpoint = allow_partial_checkpoint
        self.experimental_io_device = experimental_io_device
        self.experimental_skip_checkpoint = experimental_skip_checkpoint
        self.experimental_variable_policy = VariablePolicy.from_obj(experimental_variable_policy)
        self.experimental_load_function_aliases = experimental_load_function_aliases


class Asset:
    """A file that is copied into the folder of an object that has it as an attribute.

    >>> _ = open("words.txt", "w").write("one two")
    >>> module = tf.Module()
    >>> module.words = tf.saved_model.Asset("words.txt")
    >>> tf.saved_model.save(module, "with_words")
    >>> path = tf.saved_model.load("with_words").words.asset_path
    >>> open(path.numpy()).read()
    'one two'
    """

    def __init__(self, path: Any):
        self._path = os.fspath(path.numpy() if hasattr(path, "numpy") else path)
        if isinstance(self._path, bytes):
            self._path = os.fsdecode(self._path)

    @property
    def asset_path(self) -> Tensor:
        """The path of the file, as a tensor."""
        return convert_to_tensor(self._path)

    def __repr__(self) -> str:
        return f"<tf.saved_model.Asset {self._path!r}>"
