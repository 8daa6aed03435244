"""What an annotation makes of a parameter."""

from __future__ import annotations

import pytest


def test_annotations_say_what_a_parameter_is(tf):
    from keratin._engine.op import Array, DTypeArg, T, Ts
    from keratin._engine.op_spec import OpSpec

    def body(x: T, rest: Ts, mask: Array | None = None, axis=0, dtype: DTypeArg = None):
        """For its signature only."""

    spec = OpSpec(body, "number", host=False, strings=False)
    kinds = [(p.name, p.kind, p.sequence, p.optional) for p in spec.parameters]
    assert kinds == [
        ("x", "T", False, False),
        ("rest", "T", True, False),
        ("mask", "Array", False, True),
        ("axis", "static", False, False),
        ("dtype", "dtype", False, False),
        ("name", "static", False, False),
    ]
    assert spec.kinds == {"int", "uint", "float", "complex"}
    assert spec.tails[2] == (None, 0, None, None)
    assert 1 not in spec.tails
    assert str(spec.signature).endswith("name: 'Static' = None)")


def test_annotations_must_be_text():
    from keratin._engine.op_spec import OpSpec

    def body(x):
        """For its signature only."""

    body.__annotations__["x"] = int
    with pytest.raises(TypeError, match="from __future__ import annotations"):
        OpSpec(body, "any", host=False, strings=False)


def test_variadic_bodies_are_refused():
    from keratin._engine.op_spec import OpSpec

    def body(*x):
        """For its signature only."""

    with pytest.raises(TypeError, match="takes its tensors as a list"):
        OpSpec(body, "any", host=False, strings=False)
