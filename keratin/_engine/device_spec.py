"""Names of devices, taken apart."""

import re
from typing import Any, Self

_NAMES = ("job", "replica", "task", "device_type", "device_index")


class DeviceSpec:
    """The name of a device, whole or in part, taken apart.

    >>> tf.DeviceSpec(job="worker", device_type="GPU", device_index=1).to_string()
    '/job:worker/device:GPU:1'
    """

    __slots__ = ("_device_index", "_device_type", "_job", "_replica", "_task")

    def __init__(
        self,
        job: str | None = None,
        replica: int | None = None,
        task: int | None = None,
        device_type: str | None = None,
        device_index: int | None = None,
    ) -> None:
        self._job = None if job is None else str(job)
        self._replica = None if replica is None else int(replica)
        self._task = None if task is None else int(task)
        self._device_type = None if device_type is None else str(device_type).upper()
        self._device_index = None if device_index is None else int(device_index)

    @property
    def job(self) -> str | None:
        """The name of the job."""
        return self._job

    @property
    def replica(self) -> int | None:
        """The number of the replica."""
        return self._replica

    @property
    def task(self) -> int | None:
        """The number of the task in its job."""
        return self._task

    @property
    def device_type(self) -> str | None:
        """ "CPU", "GPU" or another type."""
        return self._device_type

    @property
    def device_index(self) -> int | None:
        """The number of the device among those of its type."""
        return self._device_index

    @classmethod
    def from_string(cls, spec: str) -> Self:
        """Take a name apart.

        >>> tf.DeviceSpec.from_string("/gpu:1").device_type
        'GPU'
        """
        return cls(**_parse(spec))

    def parse_from_string(self, spec: str) -> "DeviceSpec":
        """Take a name apart: another way to write `DeviceSpec.from_string`.

        >>> tf.DeviceSpec().parse_from_string("/gpu:1").device_index
        1
        """
        return type(self).from_string(spec)

    def make_merged_spec(self, dev: "DeviceSpec") -> "DeviceSpec":
        """A spec with the parts that `dev` has, and this one's for the others.

        >>> tf.DeviceSpec(job="a", task=1).make_merged_spec(tf.DeviceSpec(job="b")).to_string()
        '/job:b/task:1'
        """
        return type(self)(
            *[
                mine if other is None else other
                for mine, other in zip(self._parts(), dev._parts(), strict=True)
            ]
        )

    def replace(self, **kwargs: Any) -> "DeviceSpec":
        """A spec with some parts changed.

        >>> tf.DeviceSpec(job="a").replace(task=2).to_string()
        '/job:a/task:2'
        """
        return type(self)(**{**dict(zip(_NAMES, self._parts(), strict=True)), **kwargs})

    def to_string(self) -> str:
        """The name in full.

        >>> tf.DeviceSpec.from_string("cpu:0").to_string()
        '/device:CPU:0'
        """
        text = "".join(
            f"/{name}:{value}"
            for name, value in zip(_NAMES[:3], self._parts(), strict=False)
            if value is not None
        )
        if self._device_type is not None:
            index = "*" if self._device_index is None else self._device_index
            text += f"/device:{self._device_type}:{index}"
        return text

    def _parts(self) -> tuple[Any, ...]:
        return self._job, self._replica, self._task, self._device_type, self._device_index

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DeviceSpec):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        parts = [f"{name}={part}" for name, part in zip(_NAMES, self._parts(), strict=True)]
        return f"<DeviceSpec({', '.join(parts)})>"


_PART = re.compile(r"(job|replica|task):([^:]+)|(?:device:)?(CPU|GPU|TPU)(?::(\d+|\*))?", re.I)


def _parse(spec: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in filter(None, spec.split("/")):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(
                f"{spec!r} is not the name of a device: {part!r} is not understood. Write "
                "'/CPU:0', '/GPU:1' or '/job:localhost/replica:0/task:0/device:GPU:1'."
            )
        name, value, kind, index = match.groups()
        if name:
            found[name.lower()] = value
        elif "device_type" in found:
            raise ValueError(f"{spec!r} is not the name of a device: it names two.")
        else:
            found["device_type"] = kind
            found["device_index"] = None if index in (None, "*") else index
    return found
