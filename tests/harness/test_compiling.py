import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src import compiler

from tests.harness.compiling import QUICK, compile_quickly

pytestmark = pytest.mark.optimized
X = np.arange(12, dtype=np.float32).reshape(3, 4)


def overrides():
    return dict(compiler.get_compile_options(1, 1).env_option_overrides)


def test_this_module_is_compiled_as_users_have_it():
    assert overrides() == {}


@pytest.fixture
def quickly():
    compile_quickly(True)
    yield
    compile_quickly(False)


def test_options_give_way_to_those_of_a_function(quickly):
    assert overrides() == QUICK
    options = compiler.get_compile_options(
        1, 1, env_options_overrides={"xla_backend_optimization_level": 1}
    )
    assert dict(options.env_option_overrides)["xla_backend_optimization_level"] == 1


def test_programs_are_compiled_anew():
    compiled = []

    @jax.jit
    def function(x):
        return jnp.tanh(x) @ x.T

    def note(event, duration, **_):
        if event == "/jax/core/compile/backend_compile_duration":
            compiled.append(duration)

    jax.monitoring.register_event_duration_secs_listener(note)
    try:
        found = []
        for quickly in (False, True, True, False):
            compile_quickly(quickly)
            found.append(np.asarray(function(X)))
    finally:
        jax.monitoring.unregister_event_duration_listener(note)
        compile_quickly(False)
    assert len(compiled) == 3
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
    np.testing.assert_array_equal(found[0], found[3])
