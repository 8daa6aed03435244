import numpy as np
import pytest

from keratin import keras
from keratin.keras.layers.input_spec import InputSpec, check_inputs


@pytest.mark.parametrize(
    ("spec", "shape", "said"),
    [
        (InputSpec(ndim=3), (2, 3), "expects 3 axes, and got 2.*add it: x"),
        (InputSpec(max_ndim=2), (1, 2, 3), "at most 2 axes, and got 3"),
        (InputSpec(min_ndim=2), (3,), r"at least 2 axes, and got 1.*x\[None\] for a batch"),
        (InputSpec(axes={-1: 4}), (1, 3), "expects size 4 on axis -1, and got 3"),
        (InputSpec(shape=(None, 4)), (1, 3), r"expects shape \(None, 4\)"),
        (InputSpec(dtype="int32"), (1, 3), "expects dtype int32, and got float32"),
        (InputSpec(ndim=4), (1, 8, 8), "channels are missing, add them"),
        (InputSpec(ndim=2), (1, 3, 4), r"Put a Flatten\(\) layer before it"),
    ],
)
def test_what_does_not_fit(spec, shape, said):
    with pytest.raises(ValueError, match=f"Layer 'd' {said}" if said[0] == "e" else said):
        check_inputs(spec, np.ones(shape, "float32"), "d")


def test_what_fits():
    check_inputs(InputSpec(min_ndim=2, axes={-1: 3}), np.ones((1, 3), "float32"), "d")
    check_inputs([InputSpec(ndim=1), None], [np.ones(1), np.ones((1, 1))], "d")
    check_inputs({"a": InputSpec(ndim=1, name="a")}, {"a": np.ones(1)}, "d")
    check_inputs(InputSpec(shape=(None, 1), allow_last_axis_squeeze=True), np.ones(3), "d")


def test_the_number_of_inputs():
    with pytest.raises(ValueError, match=r"expects 2 input\(s\), and got 1"):
        check_inputs([InputSpec(ndim=1)] * 2, np.ones(1), "d")


def test_made_again_of_a_config():
    spec = InputSpec(shape=(None, 3), dtype="float32", axes={1: 3})
    again = InputSpec.from_config(spec.get_config())
    assert (again.shape, again.dtype, again.axes) == (spec.shape, spec.dtype, spec.axes)
    with pytest.raises(ValueError, match="axes names axis 3"):
        keras.InputSpec(ndim=2, axes={3: 1})
