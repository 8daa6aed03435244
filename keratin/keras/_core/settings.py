"""Settings of the whole process, which `keras.config` and `keras.backend` read and set."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


class Settings:
    """The defaults in force."""

    floatx = "float32"
    epsilon = 1e-7
    image_data_format = "channels_last"
    # None: as the user asks for in `fit`; True or False: for all.
    interactive_logging = True
    traceback_filtering = True
    # None until `set_learning_phase` is called.
    learning_phase: bool | None = None
    # Limits for `fit` and its kin, to try a program quickly.
    max_epochs: int | None = None
    max_steps_per_epoch: int | None = None
    # None: where the device has a kernel for it; False: nowhere.
    flash_attention: bool | None = None

    def read(self, directory: Path, environment: Mapping[str, str]) -> None:
        """Take the settings of a file `keras.json`, if there is one, and of the environment."""
        path = directory / "keras.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none, or none that says anything
            found = {}
        for name, check in _CHECKS.items():
            if isinstance(found, dict) and name in found:
                try:
                    setattr(self, name, check(found[name]))
                except ValueError as error:
                    raise ValueError(f"{path}: {error}") from None
        for name in ("max_epochs", "max_steps_per_epoch"):
            given = environment.get(f"KERAS_{name.upper()}")
            if given:
                setattr(self, name, int(given))


def checked_floatx(value: object) -> str:
    """The name of a floating dtype; an error for anything else."""
    name = getattr(value, "name", value)
    if name not in ("bfloat16", "float16", "float32", "float64"):
        raise ValueError(
            f"floatx must be 'float16', 'bfloat16', 'float32' or 'float64'; given {value!r}"
        )
    return str(name)


def checked_epsilon(value: object) -> float:
    """A number that is not negative; an error for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ValueError(f"epsilon must be a number, such as 1e-7; given {value!r}")
    return float(value)


def standardize_data_format(data_format: object) -> str:
    """The data format given, or the default; an error for anything else."""
    if data_format is None:
        return settings.image_data_format
    found = str(data_format).lower()
    if found not in ("channels_first", "channels_last"):
        raise ValueError(
            "data_format must be 'channels_last' (batch, height, width, channels) or "
            f"'channels_first' (batch, channels, height, width); given {data_format!r}"
        )
    return found


_CHECKS = {
    "floatx": checked_floatx,
    "epsilon": checked_epsilon,
    "image_data_format": standardize_data_format,
}


def keras_home() -> Path:
    """Where Keras keeps its files: `~/.keras`, or what KERAS_HOME says."""
    given = os.environ.get("KERAS_HOME")
    if given:
        return Path(given).expanduser()
    home = Path.home()
    return (home if os.access(home, os.W_OK) else Path("/tmp")) / ".keras"


settings = Settings()
settings.read(keras_home(), os.environ)
