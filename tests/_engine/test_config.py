import subprocess
import sys
import textwrap

import pytest

from tests.harness.parity import case, parity

test_parity = parity(
    "engine_config",
    [
        case(
            "defaults",
            lambda tf: (
                tf.config.functions_run_eagerly(),
                tf.config.get_soft_device_placement(),
                tf.config.experimental.get_device_policy(),
                tf.config.experimental.get_synchronous_execution(),
                tf.config.experimental.tensor_float_32_execution_enabled(),
                tf.config.optimizer.get_jit(),
                tf.config.optimizer.get_experimental_options(),
                tf.config.threading.get_inter_op_parallelism_threads(),
                tf.config.threading.get_intra_op_parallelism_threads(),
            ),
        ),
    ],
)


def fresh(script):
    """Run a script in a process where nothing was computed yet; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", "import keratin as tf\n" + textwrap.dedent(script)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_asking_whether_xla_has_started_does_not_start_it():
    script = """
        from keratin._engine import config
        print(config.xla_has_started(), config.xla_has_started(), end=" ")
        tf.zeros([])
        print(config.xla_has_started())
    """
    assert fresh(script) == "False False True"


def test_threads_reach_xla():
    script = """
        import os, time
        tf.config.list_physical_devices()
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        x = tf.random.stateless_normal([1000, 1000], [1, 2])
        (x @ x).numpy()
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(5):
            (x @ x).numpy()
        print((time.process_time() - cpu) / (time.perf_counter() - wall) < 1.2)
        print(tf.config.threading.get_intra_op_parallelism_threads())
        try:
            tf.config.threading.set_intra_op_parallelism_threads(2)
        except RuntimeError as error:
            print(error)
    """
    lines = fresh(script).splitlines()
    assert lines[:2] == ["True", "1"]
    assert lines[2].startswith("The number of threads cannot be changed once tensors have been mad")
    assert lines[2].endswith("At <string>, line 15.")


def test_wrong_threads(tf):
    for value in (-1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="num_threads must be an integer, 0 or more; given"):
            tf.config.threading.set_intra_op_parallelism_threads(value)


def test_setting_what_is_set_is_no_change(tf):
    tf.zeros([])
    tf.config.threading.set_intra_op_parallelism_threads(0)
    tf.config.threading.set_inter_op_parallelism_threads(0)


def test_functions_run_eagerly(tf):
    seen = []
    function = tf.function(lambda x: seen.append(tf.executing_eagerly()) or x)
    tf.config.run_functions_eagerly(True)
    try:
        assert tf.config.experimental_functions_run_eagerly()
        function(tf.constant(1))
        function(tf.constant(1))
    finally:
        tf.config.run_functions_eagerly(False)
    function(tf.constant(1))
    function(tf.constant(1))
    assert seen == [True, True, False]


def test_determinism():
    script = """
        import os
        tf.config.experimental.enable_op_determinism()
        tf.config.experimental.enable_op_determinism()
        print(os.environ["XLA_FLAGS"])
        from keratin._engine import config
        print(config.op_determinism_enabled())
        a = tf.random.stateless_normal([100, 100], [1, 2])
        print(bool(tf.reduce_all(tf.reduce_sum(a @ a) == tf.reduce_sum(a @ a))))
        tf.config.experimental.enable_op_determinism()
    """
    assert fresh(script).split() == ["--xla_gpu_deterministic_ops=true", "True", "True"]


def test_tensor_float_32(tf):
    import jax

    enable = tf.config.experimental.enable_tensor_float_32_execution
    enable(False)
    try:
        assert jax.config.jax_default_matmul_precision == "highest"
        assert (tf.ones([2, 2]) @ tf.ones([2, 2])).numpy().tolist() == [[2, 2], [2, 2]]
    finally:
        enable(True)
    assert jax.config.jax_default_matmul_precision is None


def test_device_policy(tf):
    import jax

    policy = tf.config.experimental
    try:
        for given, kept, guard in [
            ("explicit", "explicit", "disallow"),
            ("warn", "warn", "log"),
            (None, "silent", "allow"),
        ]:
            policy.set_device_policy(given)
            assert policy.get_device_policy() == kept
            assert jax.config.jax_transfer_guard_device_to_device == guard
    finally:
        policy.set_device_policy("silent")
    with pytest.raises(ValueError, match=r"given 'explict'\. Did you mean 'explicit'\?"):
        policy.set_device_policy("explict")


def test_synchronous_execution(tf):
    tf.config.experimental.set_synchronous_execution(False)
    assert not tf.config.experimental.get_synchronous_execution()
    tf.config.experimental.set_synchronous_execution(None)
    assert tf.config.experimental.get_synchronous_execution()


def test_optimizer(tf):
    optimizer = tf.config.optimizer
    optimizer.set_jit(True)
    assert optimizer.get_jit() == "autoclustering"
    optimizer.set_jit(False)
    assert optimizer.get_jit() == ""
    with pytest.raises(ValueError, match="given 'always'"):
        optimizer.set_jit("always")
    optimizer.set_experimental_options({"disable_model_pruning": True})
    try:
        assert optimizer.get_experimental_options() == {
            "disable_model_pruning": True,
            "disable_meta_optimizer": False,
        }
    finally:
        optimizer.set_experimental_options({"disable_model_pruning": False})
    with pytest.raises(ValueError, match=r"'constant_foldin'\. Did you mean 'constant_folding'\?"):
        optimizer.set_experimental_options({"constant_foldin": True})


def test_there_are_no_remote_devices(tf):
    with pytest.raises(tf.errors.UnimplementedError, match=r"with tf\.distribute"):
        tf.config.experimental_connect_to_cluster(None)
    with pytest.raises(tf.errors.UnimplementedError, match="There are no remote devices"):
        tf.config.experimental_connect_to_host("localhost:1")


def test_bridges_are_accepted(tf):
    assert tf.config.experimental.enable_mlir_bridge() is None
    assert tf.config.experimental.disable_mlir_bridge() is None
