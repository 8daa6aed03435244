import os

import pytest

from tests._engine.test_config import fresh
from tests.harness.parity import case, parity


def placed(tf):
    names = ["/CPU:0", "cpu:0", "CPU", "/gpu:0", "/GPU:7", None, "", "/job:localhost", "/cpu:3"]
    devices = []
    for name in names:
        with tf.device(name):
            devices.append(tf.zeros([2]).device)
    return devices


test_parity = parity(
    "engine_device",
    [
        case("placed", placed),
        case(
            "listed",
            lambda tf: (
                repr(tf.config.list_physical_devices("CPU")),
                repr(tf.config.list_logical_devices("CPU")),
                repr(tf.config.get_visible_devices("CPU")),
                repr(tf.config.list_physical_devices("XXX")),
                repr(tf.config.LogicalDeviceConfiguration(memory_limit=1)),
            ),
        ),
        case(
            "memory",
            lambda tf: (
                tf.config.experimental.get_memory_info("CPU:0"),
                tf.config.experimental.reset_memory_stats("CPU:0"),
            ),
        ),
    ],
)  # fmt: skip


@pytest.fixture
def cpu(tf):
    return tf.config.list_physical_devices("CPU")[0]


def test_importing_starts_nothing():
    script = """
        tf.config, tf.device, tf.DeviceSpec
        from keratin._engine import config
        print(config.xla_has_started())
    """
    assert fresh(script) == "False"


def test_several_cpus():
    script = """
        cpu = tf.config.list_physical_devices("CPU")[0]
        part = tf.config.LogicalDeviceConfiguration()
        tf.config.set_logical_device_configuration(cpu, [part, part, part])
        print(len(tf.config.list_logical_devices()), len(tf.config.list_physical_devices()))
        print(tf.config.get_logical_device_configuration(cpu) == [part] * 3)
        with tf.device("/CPU:1"):
            x = tf.zeros([2]) + 1
            with tf.device(None):
                print(tf.zeros([]).device)
            with tf.device("/cpu:2"):
                print((x + x).device)
            with tf.device(tf.config.list_logical_devices()[2]):
                print((x + x).device)
        print(x.device, (x + x).device)
        tf.config.set_logical_device_configuration(cpu, [part] * 3)
        try:
            tf.config.set_logical_device_configuration(cpu, [part])
        except RuntimeError as error:
            print(error)
    """
    lines = fresh(script).splitlines()
    prefix = "/job:localhost/replica:0/task:0/device:CPU:"
    assert lines[:5] == ["3 1", "True", f"{prefix}0", f"{prefix}2", f"{prefix}2"]
    assert lines[5] == f"{prefix}1 {prefix}0"
    assert lines[6].startswith("The logical devices cannot be changed once tensors have been made")


# A GPU to test with: JAX's own devices, under the name of another platform.
GPU = """
    import os
    import jax
    from keratin._engine import device

    class Gpu:
        platform, device_kind, compute_capability = "gpu", "Test GPU", "9.0"
        def __init__(self, index): self.id = index
        def memory_stats(self):
            return {"bytes_in_use": 10, "peak_bytes_in_use": 20, "bytes_limit": 3 * 2**30}

    visible = lambda: [
        Gpu(int(i)) for i in (
            "01" if device.jax.config.jax_cuda_visible_devices == "all"
            else device.jax.config.jax_cuda_visible_devices
        )
    ] if device.jax.config.jax_platforms != "cpu" else []
    real = jax.local_devices
    jax.config.jax_cuda_visible_devices = "all"
    update = jax.config.update
    def recorded(name, value):
        if name == "jax_cuda_visible_devices":
            jax.config.jax_cuda_visible_devices = value
        update(name, value)
    jax.config.update = recorded
    jax.local_devices = lambda backend: visible() if backend == "gpu" else real(backend=backend)
    jax.default_backend = lambda: "gpu" if visible() else "cpu"
    jax.live_arrays = lambda platform=None: []
    gpus = tf.config.list_physical_devices("GPU")
"""


def test_lists_of_gpus():
    script = (
        GPU
        + """
    print(gpus)
    print(tf.config.list_logical_devices())
    print(tf.config.experimental.get_memory_info("GPU:1"))
    print(tf.config.experimental.get_memory_usage("GPU:0"))
    print(tf.config.experimental.get_device_details(gpus[0]))
    try:
        tf.config.experimental.reset_memory_stats("GPU:0")
    except tf.errors.UnimplementedError as error:
        print(error)
    """
    )
    lines = fresh(script).splitlines()
    assert lines[0] == (
        "[PhysicalDevice(name='/physical_device:GPU:0', device_type='GPU'), "
        "PhysicalDevice(name='/physical_device:GPU:1', device_type='GPU')]"
    )
    assert lines[1].count("LogicalDevice(") == 3
    assert lines[2:4] == ["{'current': 10, 'peak': 20}", "10"]
    assert lines[4] == "{'device_name': 'Test GPU', 'compute_capability': (9, 0)}"
    assert lines[5].startswith("XLA keeps the peak of 'GPU:0' for as long as the program runs.")


def test_hiding_gpus():
    script = (
        GPU
        + """
    tf.config.set_visible_devices(gpus[1], "GPU")
    print(tf.config.list_logical_devices("GPU"), jax.config.jax_cuda_visible_devices)
    print(tf.config.experimental.get_device_details(gpus[1])["device_name"])
    try:
        tf.config.experimental.get_device_details(gpus[0])
    except ValueError as error:
        print(error)
    tf.config.set_visible_devices([], "GPU")
    print(tf.config.list_logical_devices(), jax.config.jax_platforms)
    print(len(tf.config.list_physical_devices("GPU")), tf.config.get_visible_devices("GPU"))
    tf.config.set_visible_devices(gpus, "GPU")
    print(len(tf.config.list_logical_devices("GPU")), jax.config.jax_cuda_visible_devices)
    """
    )
    assert fresh(script).splitlines() == [
        "[LogicalDevice(name='/device:GPU:0', device_type='GPU')] 1",
        "Test GPU",
        "/physical_device:GPU:0 is not visible: see tf.config.set_visible_devices.",
        "[LogicalDevice(name='/device:CPU:0', device_type='CPU')] cpu",
        "2 []",
        "2 all",
    ]


DIVIDED = (
    "/physical_device:GPU:0 cannot be divided in 2 logical devices: XLA makes one of each GPU. "
    "Divide the CPU instead, to try a program for several devices."
)


def test_memory_of_gpus():
    script = (
        GPU
        + """
    experimental = tf.config.experimental
    print(experimental.get_memory_growth(gpus[0]))
    experimental.set_memory_growth(gpus[0], True)
    print(experimental.get_memory_growth(gpus[1]), os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"])
    limit = [tf.config.LogicalDeviceConfiguration(memory_limit=1024)]
    for attempt in (limit, limit * 2):
        try:
            tf.config.set_logical_device_configuration(gpus[0], attempt)
        except ValueError as error:
            print(error)
    experimental.set_memory_growth(gpus[0], False)
    tf.config.set_logical_device_configuration(gpus[0], limit)
    print(os.environ["XLA_CLIENT_MEM_FRACTION"])
    try:
        experimental.set_memory_growth(gpus[0], True)
    except ValueError as error:
        print(error)
    """
    )
    assert fresh(script).splitlines() == [
        "False",
        "True false",
        "A GPU has either memory growth or a memory limit, not both.",
        DIVIDED,
        "0.2500",
        "A GPU has either memory growth or a memory limit, not both.",
    ]


def test_what_a_cpu_has_not(tf, cpu):
    experimental = tf.config.experimental
    for call in (
        lambda: experimental.get_memory_growth(cpu),
        lambda: experimental.set_memory_growth(cpu, True),
    ):
        with pytest.raises(ValueError, match="CPU:0 has no memory growth: that is a matter of GP"):
            call()
    limited = tf.config.LogicalDeviceConfiguration(memory_limit=10)
    with pytest.raises(ValueError, match="the memory of a CPU cannot be limited"):
        tf.config.set_logical_device_configuration(cpu, [limited])
    with pytest.raises(ValueError, match="The CPU cannot be hidden"):
        tf.config.set_visible_devices([], "CPU")
    assert experimental.get_device_details(cpu) == {}
    assert tf.config.get_logical_device_configuration(cpu) is None
    assert experimental.get_memory_usage("CPU:0") == 0


def test_unknown_devices(tf):
    with pytest.raises(ValueError, match="'CPU' is not a physical device of this mach"):
        tf.config.set_visible_devices("CPU")
    with pytest.raises(ValueError, match=r"There is no device 'CPU:7'. The devices are: '/CPU:0'"):
        tf.config.experimental.get_memory_info("CPU:7")
    with pytest.raises(ValueError, match="'CPU' is not the name of one device"):
        tf.config.experimental.get_memory_info("CPU")
    with pytest.raises(ValueError, match="physical_device:CPU:0 is not a device of type 'GPU'"):
        tf.config.set_visible_devices(tf.config.list_physical_devices("CPU"), "GPU")


def test_strict_placement(tf):
    tf.config.set_soft_device_placement(False)
    try:
        with (
            pytest.raises(tf.errors.InvalidArgumentError) as caught,
            tf.device("/CPU:7"),
        ):
            tf.zeros([])
    finally:
        tf.config.set_soft_device_placement(True)
    assert "There is no device '/device:CPU:7'. The devices are: '/CPU:0'" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("/job:worker/task:1", ValueError, "There is no device '/job:worker/task:1' in this proc"),
        ("/xpu:0", ValueError, "'/xpu:0' is not the name of a device: 'xpu:0' is not understood"),
        (5, ValueError, "such as '/GPU:0'; given 5 of type int"),
        (lambda op: "/CPU:0", RuntimeError, "takes the name of a device, not a function"),
    ],
)
def test_what_cannot_be_placed(tf, name, error, message):
    with pytest.raises(error, match=message), tf.device(name):
        pass


def test_a_compiled_function_stays_where_it_is(tf):
    @tf.function
    def function(x):
        with tf.device("/CPU:0"):
            return x + 1

    assert function(tf.constant(1)).numpy() == 2


def test_the_device_is_restored_after_an_error(tf):
    from keratin._engine.state import context

    with pytest.raises(KeyError), tf.device("/CPU:0"):
        assert context.device == "/device:CPU:0"
        raise KeyError
    assert context.device is None
    assert "XLA_CLIENT_MEM_FRACTION" not in os.environ
