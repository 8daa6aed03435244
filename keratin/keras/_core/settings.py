"""Settings of the whole process, which `keras.config` and `keras.backend` read and set."""

from __future__ import annotations


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


settings = Settings()


def standardize_data_format(data_format: str | None) -> str:
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
