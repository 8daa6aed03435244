"""Policies of quantized layers: how weights are kept, and the policy of everything else."""

from __future__ import annotations

from typing import Any, ClassVar

from keratin.keras._core.dtype_policy import DTypePolicy, dtype_policy

MODES = ("int8", "float8", "int4", "gptq", "awq")


class QuantizedDTypePolicy(DTypePolicy):
    """Weights quantized by a mode ("int8", "int4", ...), else the policy `source_name`.

    >>> policy = keras.dtype_policies.get("int8_from_mixed_bfloat16")
    >>> policy.quantization_mode, policy.compute_dtype
    ('int8', 'bfloat16')
    """

    # What stands after the mode, as in "gptq/4/128", by the names of attributes.
    _numbers: ClassVar[tuple[str, ...]] = ()
    _family: ClassVar[tuple[str, ...]] = MODES

    def __init__(self, mode: str, source_name: str | None = None):
        self.source_name = dtype_policy().name if source_name is None else source_name
        super().__init__(self.source_name)  # refuses unknown names
        self._source = DTypePolicy(self.source_name)
        self._name = f"{mode}_from_{self.source_name}"
        self._full_mode = mode
        self.mode, *numbers = mode.split("/")
        if self.mode not in self._family or len(numbers) != len(self._numbers):
            expected = ["/".join([m, *[f"<{n}>" for n in self._numbers]]) for m in self._family]
            raise ValueError(
                f"{type(self).__name__}: mode must be {' or '.join(map(repr, expected))}; given "
                f"{mode!r}"
            )
        if self.mode == "int8" and self.compute_dtype == "float16":
            raise ValueError(
                "QuantizedDTypePolicy: 'int8' overflows where layers compute in float16. Use "
                "'int8_from_mixed_bfloat16' or 'int8_from_float32'"
            )
        for name, number in zip(self._numbers, numbers, strict=True):
            setattr(self, name, self._checked(name, number))

    def _checked(self, name: str, number: str) -> int:
        """A number of the mode, if it is one that the mode may have."""
        allowed = {"weight_bits": self._weight_bits}.get(name)
        digits = number.removeprefix("-")
        value = int(number) if digits.isdigit() else 0
        if value < -1 or value == 0 or (allowed is not None and value not in allowed):
            wanted = " or ".join(map(str, allowed)) if allowed else "a positive integer, or -1"
            raise ValueError(
                f"{type(self).__name__}: {name} must be {wanted}; given {number!r} in the mode "
                f"{self._full_mode!r}"
            )
        return value

    _weight_bits: ClassVar[tuple[int, ...]] = ()

    @property
    def compute_dtype(self) -> str:
        """The dtype that arithmetic is done in."""
        return self._source.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights that are not quantized."""
        return self._source.variable_dtype

    @property
    def quantization_mode(self) -> str:
        """How weights are quantized."""
        return self.mode

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.get_config() == self.get_config()

    def __hash__(self) -> int:
        return hash(self.name)

    def get_config(self) -> dict[str, Any]:
        """The mode and the name of the policy of everything else."""
        return {"mode": self._full_mode, "source_name": self.source_name}


class QuantizedFloat8DTypePolicy(QuantizedDTypePolicy):
    """Weights and activations in float8, scaled by the greatest values of the last steps.

    >>> keras.dtype_policies.get("float8_from_float32").amax_history_length
    1024
    """

    default_amax_history_length = 1024
    _family = ("float8",)

    def __init__(self, mode: str, source_name: str | None = None, amax_history_length: int = 1024):
        super().__init__(mode, source_name)
        if isinstance(amax_history_length, bool) or not isinstance(amax_history_length, int):
            raise TypeError(
                "QuantizedFloat8DTypePolicy: amax_history_length must be an integer; given "
                f"{amax_history_length!r}"
            )
        self._amax_history_length = amax_history_length

    @property
    def amax_history_length(self) -> int:
        """Of how many steps the greatest values are kept."""
        return self._amax_history_length

    def get_config(self) -> dict[str, Any]:
        """The mode, the source and the number of steps."""
        return {**super().get_config(), "amax_history_length": self._amax_history_length}


class Int4DTypePolicy(QuantizedDTypePolicy):
    """Weights of four bits, scaled block by block: "int4/<block_size>".

    >>> keras.dtype_policies.get("int4/64_from_float32").block_size
    64
    """

    _family = ("int4",)
    _numbers = ("block_size",)
    block_size: int


class GPTQDTypePolicy(QuantizedDTypePolicy):
    """Weights quantized by GPTQ: "gptq/<weight_bits>/<group_size>".

    >>> keras.dtype_policies.get("gptq/4/128_from_float32").group_size
    128
    """

    _family = ("gptq",)
    _numbers = ("weight_bits", "group_size")
    _weight_bits = (2, 3, 4, 8)
    weight_bits: int
    group_size: int


class AWQDTypePolicy(QuantizedDTypePolicy):
    """Weights quantized by AWQ: "awq/4/<group_size>".

    >>> keras.dtype_policies.get("awq/4/-1_from_float32").weight_bits
    4
    """

    _family = ("awq",)
    _numbers = ("weight_bits", "group_size")
    _weight_bits = (4,)
    weight_bits: int
    group_size: int


_OF_MODE: dict[str, type[QuantizedDTypePolicy]] = {
    "int8": QuantizedDTypePolicy,
    "int4": QuantizedDTypePolicy,
    "int4/": Int4DTypePolicy,
    "float8": QuantizedFloat8DTypePolicy,
    "gptq/": GPTQDTypePolicy,
    "awq/": AWQDTypePolicy,
}


def policy_of_name(name: str) -> QuantizedDTypePolicy:
    """The policy of a name such as "int8_from_float32"."""
    mode, _, source = name.partition("_from_")
    start, slash, _ = mode.partition("/")
    cls = _OF_MODE.get(start + slash)
    if cls is None:
        raise ValueError(
            f"There is no dtype policy {name!r}. The name of a quantized one is "
            f"'<mode>_from_<policy>', where the mode is one of {', '.join(MODES)}"
        )
    return cls(mode, source)
