import pytest

from tests.harness.parity import case, parity

NAMES = [
    "/job:worker/replica:0/task:1/device:GPU:2", "/gpu:0", "/CPU:*", "/cpu", "", "CPU:0",
    "/device:CPU:0", "/job:a/job:b", "/job:a", "/task:3", "/device:TPU:1", "/replica:1/gpu:1",
]  # fmt: skip
BAD_NAMES = ["/foo:0", "foo", "/device:CPU:0/device:GPU:0", "/job"]


def parsed(tf):
    return [tf.DeviceSpec.from_string(name).to_string() for name in NAMES]


def refused(tf):
    found = []
    for name in BAD_NAMES:
        try:
            tf.DeviceSpec.from_string(name)
        except ValueError as error:
            found.append(type(error).__name__)
    return found


test_parity = parity(
    "engine_device_spec",
    [
        case("parsed", parsed),
        case("repr", lambda tf: [repr(tf.DeviceSpec.from_string(name)) for name in NAMES]),
        case("refused", refused),
        case(
            "merged",
            lambda tf: [
                tf.DeviceSpec.from_string(a).make_merged_spec(tf.DeviceSpec.from_string(b))
                .to_string() for a in NAMES for b in NAMES
            ],
        ),
        case(
            "made",
            lambda tf: (
                tf.DeviceSpec(job="a", device_type="gpu", device_index=1).to_string(),
                tf.DeviceSpec(job="a").replace(task=3).to_string(),
                tf.DeviceSpec(job="a") == tf.DeviceSpec(job="a"),
                tf.DeviceSpec(job="a") == "/job:a",
                tf.DeviceSpec(job="a").parse_from_string("/gpu:1").to_string(),
                tf.DeviceSpec(device_type="GPU").device_index,
            ),
        ),
    ],
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/xpu:0", "'/xpu:0' is not the name of a device: 'xpu:0' is not understood"),
        ("/CPU:0/GPU:1", "'/CPU:0/GPU:1' is not the name of a device: it names two"),
    ],
)
def test_what_is_no_name(tf, name, message):
    with pytest.raises(ValueError, match=message):
        tf.DeviceSpec.from_string(name)


def test_equal_specs_have_equal_hashes(tf):
    first, second = tf.DeviceSpec(job="a"), tf.DeviceSpec().replace(job="a")
    assert {first: 1}[second] == 1


def test_only_the_five_parts_can_be_replaced(tf):
    with pytest.raises(TypeError, match="jobb"):
        tf.DeviceSpec().replace(jobb="a")
