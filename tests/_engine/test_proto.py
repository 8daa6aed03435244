import hypothesis
import hypothesis.strategies as st
import pytest

from tests.harness.parity import case, parity

DTYPES = ["float32", "int64", "string", "variant", "qint8", "bfloat16"]
SHAPES = [None, [], [3], [2, None], [0, 300, None]]


def specs(tf):
    return [
        tf.IndexedSlicesSpec([2, 3]),
        tf.IndexedSlicesSpec([None], tf.int8, tf.int32, tf.int64, [5]),
        tf.TensorArraySpec([2], tf.int32, True, False),
        tf.NoneTensorSpec(),
        tf.TensorSpec([2, None], tf.int32, "x"),
        tf.TensorSpec(None),
    ]


def written(value):
    return value.experimental_as_proto().SerializeToString()


def again(value):
    message_class = type(value).experimental_type_proto()
    message = message_class.FromString(written(value))
    return repr(type(value).experimental_from_proto(message))


test_parity = parity(
    "engine_proto",
    [
        case("dtypes", lambda tf: [written(getattr(tf, name)) for name in DTYPES]),
        case("dtypes_again", lambda tf: [again(getattr(tf, name)) for name in DTYPES]),
        case("shapes", lambda tf: [written(tf.TensorShape(dims)) for dims in SHAPES]),
        case("shapes_again", lambda tf: [again(tf.TensorShape(dims)) for dims in SHAPES]),
        case("specs", lambda tf: [written(spec) for spec in specs(tf)]),
        case("specs_again", lambda tf: [again(spec) for spec in specs(tf)]),
    ],
)


def value_messages():
    from keratin._engine.proto import ListValue, NoneValue, StructuredValue

    leaves = (
        st.builds(StructuredValue, int64_value=st.integers(-(2**63), 2**63 - 1))
        | st.builds(StructuredValue, float64_value=st.floats(allow_nan=False))
        | st.builds(StructuredValue, string_value=st.text())
        | st.builds(StructuredValue, bool_value=st.booleans())
        | st.just(StructuredValue(none_value=NoneValue()))
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3).map(
            lambda values: StructuredValue(tuple_value=ListValue(values=values))
        ),
    )


@hypothesis.given(st.deferred(value_messages))
def test_what_is_written_is_read_back(message):
    assert type(message).FromString(message.SerializeToString()) == message


@hypothesis.given(st.deferred(value_messages), st.data())
def test_cut_data_is_refused_or_shorter(message, data):
    from keratin._engine import errors

    content = message.SerializeToString()
    cut = content[: data.draw(st.integers(0, max(0, len(content) - 1)))]
    try:
        assert type(message).FromString(cut) != message or cut == content
    except errors.DataLossError as error:
        assert "cut off" in str(error)


@hypothesis.given(st.binary(max_size=30))
def test_no_bytes_break_the_reader(content):
    from keratin._engine import errors
    from keratin._engine.proto import TypeSpecProto

    try:
        message = TypeSpecProto.FromString(content)
    except (errors.DataLossError, UnicodeDecodeError):
        return
    assert isinstance(message, TypeSpecProto)


def test_unknown_fields_are_passed_over_and_packed_numbers_read():
    from keratin._engine.proto import Field, Message

    class Numbers(Message):
        fields = {  # noqa: RUF012
            "ints": Field(2, "int", repeated=True),
            "floats": Field(4, "float", repeated=True),
        }

    content = bytes([0x08, 5, 0x12, 3, 1, 0x96, 1, 0x10, 7, 0x22, 4, 0, 0, 0x80, 0x3F])
    message = Numbers.FromString(content)
    assert message.ints == [1, 150, 7]
    assert message.floats == [1.0]
    assert repr(message) == "Numbers(ints=[1, 150, 7], floats=[1.0])"


def test_numbers_of_four_bytes():
    from keratin._engine import errors
    from keratin._engine.proto import Field, Message

    class Checksum(Message):
        fields = {  # noqa: RUF012
            "crc": Field(6, "fixed32"),
            "more": Field(2, "fixed32", repeated=True),
        }

    data = Checksum(crc=0xFFEEDDCC, more=[1, 2]).SerializeToString()
    assert data.hex() == "1501000000" + "1502000000" + "35ccddeeff"
    assert Checksum.FromString(data) == Checksum(crc=0xFFEEDDCC, more=[1, 2])
    with pytest.raises(errors.DataLossError, match="cut off"):
        Checksum.FromString(data[:-1])


def test_unknown_names_are_refused():
    from keratin._engine.proto import Dim

    with pytest.raises(TypeError, match="Did you mean 'size'"):
        Dim(sise=1)


def test_specs_of_unknown_classes_are_refused(tf):
    message = tf.NoneTensorSpec().experimental_as_proto()
    message.type_spec_class_name = "NoneTensorSpek"
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Did you mean 'NoneTensorSpec'\?"):
        tf.TypeSpec.experimental_from_proto(message)
    message.type_spec_class_name = "IndexedSlicesSpec"
    with pytest.raises(tf.errors.InvalidArgumentError, match="is no NoneTensorSpec known here"):
        tf.NoneTensorSpec.experimental_from_proto(message)


def test_values_that_have_no_message(tf):
    class Odd(tf.TypeSpec):
        def _serialize(self):
            return (object(),)

        @property
        def _component_specs(self):
            return []

    with pytest.raises(TypeError, match="of type object, has no message"):
        Odd().experimental_as_proto()
