"""Operations: one node in the graph of a functional model, named as Keras names its class."""

import inspect

import pytest

from keratin import keras
from keratin.keras._core.symbolic import OpCall
from keratin.keras.ops._operations import operation_name
from tests.harness.real_keras import real

NAMES = sorted(name for name in dir(keras.ops.numpy) if not name.startswith("_"))
# No operations in Keras either: they make tensors of nothing, or functions of functions.
PLAIN = {
    "bartlett",
    "blackman",
    "empty",
    "eye",
    "hamming",
    "hanning",
    "identity",
    "kaiser",
    "ndim",
    "ones",
    "tri",
    "vectorize",
    "zeros",
}


def classes():
    modules = [inspect.getmodule(real.ops.add), inspect.getmodule(real.ops.relu)]
    modules += [inspect.getmodule(getattr(real.ops, n)) for n in ("fft", "det", "scan")]
    modules.append(inspect.getmodule(real.ops.image.resize))
    return {name for module in modules for name in vars(module)}


def test_every_function_of_the_namespace_is_there():
    listed = {name for name in dir(real.ops.numpy) if not name.startswith("_")}
    assert set(NAMES) == listed


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_keras(name):
    ours = inspect.signature(getattr(keras.ops, name)).parameters.values()
    theirs = inspect.signature(getattr(real.ops, name)).parameters.values()
    assert [(p.name, p.kind) for p in ours] == [(p.name, p.kind) for p in theirs]
    assert [p.default for p in ours] == [p.default for p in theirs]


def test_operations_have_the_names_of_their_classes():
    known = classes()
    for name in NAMES:
        function = getattr(keras.ops, name)
        if name in PLAIN:
            continue
        assert function.__keras_operation__ == operation_name(function.__name__)
        assert function.__keras_operation__ in known, name


def test_names_of_other_operations_exist_in_keras():
    known = classes()
    for name in [
        "ctc_loss",
        "rms_normalization",
        "fft2",
        "svd",
        "jvp",
        "psnr",
        "swish",
        "cdist",
        "log_softmax",
        "qr",
    ]:
        assert operation_name(name) in known, name


def test_one_call_is_one_node():
    x = keras.KerasTensor((None, 3), "int32")
    for function in (keras.ops.mean, keras.ops.std, keras.ops.heaviside):
        result = function(x) if function is not keras.ops.heaviside else function(x, 0.5)
        operation = result._keras_history[0]
        assert isinstance(operation, OpCall)
        assert operation.operation_name == function.__keras_operation__
        assert operation._inbound_nodes[0].input_tensors == [x]


def test_a_sum_of_mixed_dtypes_is_one_node():
    x = keras.KerasTensor((2,), "int32")
    y = keras.KerasTensor((2,), "float16")
    total = keras.ops.add(x, y)
    assert total.dtype == "float16"
    assert total._keras_history[0]._inbound_nodes[0].input_tensors == [x, y]
    joined = keras.ops.concatenate([x, y])
    assert joined._keras_history[0]._inbound_nodes[0].input_tensors == [x, y]
