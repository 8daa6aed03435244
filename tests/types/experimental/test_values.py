"""What ops take."""

import numpy as np
import pytest


@pytest.mark.parametrize("value", [1, 1.5, True, "a", b"a", [1], (1,), np.ones(1), np.float32(1)])
def test_values_that_ops_convert_are_tensor_like(tf, value):
    assert isinstance(value, tf.types.experimental.TensorLike)


def test_tensors_and_variables_are_tensor_like(tf):
    like = tf.types.experimental.TensorLike
    assert isinstance(tf.constant(1), like)
    assert isinstance(tf.Variable(1), like)
    assert not isinstance(None, like)
    assert not isinstance(object(), like)


def test_specs_and_dtypes_are_trace_types(tf):
    kind = tf.types.experimental.TraceType
    assert isinstance(tf.TensorSpec([2]), kind)
    assert isinstance(tf.float32, kind)
    assert not isinstance(tf.constant(1), kind)


def test_a_trace_type_needs_few_methods(tf):
    class Anything(tf.types.experimental.TraceType):
        def is_subtype_of(self, other):
            return True

        def most_specific_common_supertype(self, others):
            return self

        def placeholder_value(self, placeholder_context):
            return "placeholder"

        def __hash__(self):
            return 0

        def __eq__(self, other):
            return isinstance(other, Anything)

    kind = Anything()
    assert kind.to_tensors(1) == kind.flatten() == []
    assert kind.from_tensors(iter(())) == "placeholder"
    assert kind.cast(5, None) == 5
    with pytest.raises(TypeError, match="abstract"):
        tf.types.experimental.TraceType()


def test_the_protocol_of_tracing(tf):
    class Traced:
        def __tf_tracing_type__(self, context):
            return None

    protocol = tf.types.experimental.SupportsTracingProtocol
    assert isinstance(Traced(), protocol)
    assert not isinstance(1, protocol)
