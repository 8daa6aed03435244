"""Values beside variables that functions use."""

from __future__ import annotations

from typing import Any

from keratin._engine.device import device as on


class TrackableResource:
    """A value that functions use, made when it is first needed.

    Subclasses override `_create_resource`, which returns a tensor, `_initialize` and
    `_destroy_resource`. A function that is saved keeps the value it used as a constant.

    >>> class Table(tf.saved_model.experimental.TrackableResource):
    ...     def _create_resource(self):
    ...         return tf.constant([1.0, 2.0])
    >>> Table().resource_handle.numpy()
    array([1., 2.], dtype=float32)
    """

    def __init__(self, device: str = ""):
        self._resource_device = device
        self._resource_handle: Any = None

    def _create_resource(self) -> Any:
        """Make the value; a subclass says how."""
        raise NotImplementedError(
            f"{type(self).__name__} does not say what it holds: override _create_resource"
        )

    def _initialize(self) -> None:
        """Fill the value, once it is made."""

    def _destroy_resource(self) -> None:
        """Clear up, when nothing uses the value any more."""

    @property
    def resource_handle(self) -> Any:
        """The value."""
        if self._resource_handle is None:
            if self._resource_device:
                with on(self._resource_device):
                    self._resource_handle = self._create_resource()
            else:
                self._resource_handle = self._create_resource()
        return self._resource_handle

    def __del__(self) -> None:
        # Not made where the constructor of a subclass failed.
        if getattr(self, "_resource_handle", None) is not None:
            self._destroy_resource()
