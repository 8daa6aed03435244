"""Programs lose what stands twice or for nothing, and keep what has an effect."""

import jax
import jax.numpy as jnp


def simplified(function, *args):
    from keratin._engine.simplify import simplified

    program = jax.make_jaxpr(function)(*args)
    simpler = simplified(program)
    before = jax.core.eval_jaxpr(program.jaxpr, program.consts, *args)
    after = jax.core.eval_jaxpr(simpler.jaxpr, simpler.consts, *args)
    assert [a.tolist() for a in before] == [a.tolist() for a in after]
    return [equation.primitive.name for equation in simpler.jaxpr.eqns]


x = jnp.arange(3.0)


def test_equal_equations_are_one():
    assert simplified(lambda a, b: (a * b + 1, a * b - 1), x, x) == ["mul", "add", "sub"]
    assert simplified(lambda a: jnp.sin(a + 1) + jnp.sin(a + 1), x) == ["add", "sin", "add"]


def test_different_constants_and_parameters_stay_apart():
    assert simplified(lambda a: (a + 1.0, a + 2.0), x).count("add") == 2
    assert (
        simplified(lambda a: (a.astype("int32"), a.astype("int8")), x).count("convert_element_type")
        == 2
    )


def test_unused_equations_go_and_effects_stay():
    def f(a):
        jnp.cos(a)
        jax.debug.callback(lambda value: None, a * 2)
        jax.debug.callback(lambda value: None, a * 2)
        return a + 1

    names = simplified(f, x)
    assert "cos" not in names
    assert names.count("mul") == 1
    assert sum("callback" in name for name in names) == 2
