import copy
import pickle
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

from tests.harness.parity import case, parity

NAMES = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "half",
    "float16", "bfloat16", "float32", "double", "float64", "complex64", "complex128", "string",
    "resource", "variant", "qint8", "quint8", "qint16", "quint16", "qint32",
]  # fmt: skip
NARROW = [
    "int2", "uint2", "int4", "uint4", "float4_e2m1fn", "float8_e5m2", "float8_e4m3fn",
    "float8_e4m3fnuz", "float8_e4m3b11fnuz", "float8_e5m2fnuz",
]  # fmt: skip
FLAGS = [
    "is_bool", "is_complex", "is_floating", "is_integer", "is_numeric", "is_numpy_compatible",
    "is_quantized", "is_unsigned",
]  # fmt: skip
OPAQUE = ("resource", "variant")


def of_each(what, names=NAMES):
    def row(tf):
        return [what(getattr(tf, n, None) or getattr(tf.dtypes.experimental, n)) for n in names]

    return row


def limits(dtype):
    """The limits, or the class of the error."""
    try:
        return repr(dtype.limits)
    except ValueError as error:
        return type(error).__name__


def extremes(dtype):
    try:
        return float(dtype.min), float(dtype.max)
    except TypeError as error:
        return type(error).__name__


def is_equal(value):
    return lambda tf: [getattr(tf, name) == value for name in NAMES]


test_parity = parity(
    "engine_dtype",
    [
        case("repr", of_each(repr)),
        case("str", of_each(str)),
        case("name", of_each(lambda d: d.name)),
        case("repr_narrow", of_each(repr, NARROW)),
        case("enum", of_each(lambda d: d.as_datatype_enum, NAMES + NARROW)),
        case("size", of_each(lambda d: d.size, NAMES + NARROW)),
        case("flags", of_each(lambda d: [bool(getattr(d, f)) for f in FLAGS], NAMES + NARROW)),
        case("numpy", of_each(lambda d: np.dtype(d.as_numpy_dtype).name, NAMES[:18] + NARROW)),
        case("numpy_quantized", of_each(lambda d: str(np.dtype(d.as_numpy_dtype)), NAMES[20:])),
        case("real", of_each(lambda d: d.real_dtype.name)),
        case("extremes", of_each(extremes, NAMES + NARROW)),
        case("limits", of_each(limits, [n for n in NAMES + NARROW if n not in OPAQUE])),
        case(
            "as_dtype", lambda tf: [tf.as_dtype(n).name for n in [*NAMES, "float", 1, 9, np.int8]]
        ),
        case("as_dtype_python", lambda tf: [tf.as_dtype(t).name for t in [bool, float, object]]),
        case("equal_name", is_equal("float64")),
        case("equal_numpy", is_equal(np.int32)),
        case("equal_numpy_dtype", is_equal(np.dtype("uint8"))),
        case("equal_python", is_equal(bool)),
        case("equal_none", is_equal(None)),
        case("equal_junk", is_equal("junk")),
        case("supertype", lambda tf: tf.int32.most_specific_common_supertype([tf.int64])),
        case("type_protocol", lambda tf: (tf.int8.flatten(), tf.int8.to_tensors(1)), traced=False),
    ],
)


def test_dtypes_stand_where_numpy_takes_a_dtype(tf):
    assert np.zeros(2, tf.bfloat16).dtype == ml_dtypes.bfloat16
    assert np.dtype("float32") == tf.float32
    assert np.array(["a"], tf.string).dtype == object


def test_the_constructor_copies_and_pickles_are_the_one_instance(tf):
    for dtype in (tf.float32, tf.string, tf.qint8, tf.variant, tf.dtypes.experimental.int4):
        assert copy.copy(dtype) is dtype
        assert copy.deepcopy([dtype])[0] is dtype
        assert pickle.loads(pickle.dumps(dtype)) is dtype  # noqa: S301
        assert tf.DType(dtype.as_datatype_enum) is dtype


def test_a_dtype_cannot_be_changed(tf):
    with pytest.raises(AttributeError, match=r"tf\.float32 cannot be changed"):
        tf.float32.name = "double"
    with pytest.raises(AttributeError, match=r"tf\.float32 cannot be changed"):
        del tf.float32.name


def test_python_numbers_that_equal_an_enum_are_not_dtypes(tf):
    for value in (1.0, True):
        with pytest.raises(TypeError, match=f"{value} is not a dtype"):
            tf.as_dtype(value)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (int, "int32"),
        (complex, "complex128"),
        (str, "string"),
        (bytes, "string"),
        ("int", "int32"),
        ("f4", "float32"),
        (np.dtype(">f8"), "float64"),
        (np.longlong, "int64"),
        (np.dtype("U7"), "string"),
        (np.str_, "string"),
        (np.zeros(1, np.int8), "int8"),
    ],
)
def test_more_spellings_than_tensorflow_has(tf, value, dtype):
    assert tf.as_dtype(value).name == dtype


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("flaot32", "'flaot32' is not a dtype. Did you mean 'float32'?"),
        ("tf.int3", "'tf.int3' is not a dtype. Did you mean 'int32'?"),
        ("zzz", "'zzz' is not a dtype. The dtypes are: float32, "),
        (None, "None is not a dtype. Give a dtype such as tf.float32"),
        ([1], "[1] is not a dtype. Give a dtype such as tf.float32"),
        (np.dtype("M8[s]"), "no tensor of NumPy dtype 'datetime64[s]': convert dates"),
        (np.dtype([("a", int)]), "convert each field"),
        (np.dtype("longdouble"), "array.astype('float64')"),
    ],
)
def test_what_is_no_dtype_is_named_with_the_remedy(tf, value, message):
    with pytest.raises(TypeError) as caught:
        tf.as_dtype(value)
    assert message in str(caught.value)


def test_extremes_of_dtypes_that_have_none(tf):
    with pytest.raises(TypeError, match=r"tf\.complex64 has no maximum.*tf\.float32\.max"):
        tf.complex64.max
    with pytest.raises(TypeError, match=r"NumPy has no counterpart of tf\.variant"):
        tf.variant.as_numpy_dtype


def test_cast_checks_identity(tf):
    assert tf.int8.cast(tf.int8, None) is tf.int8
    with pytest.raises(TypeError, match=r"1 is not tf\.int8"):
        tf.int8.cast(1, None)


def test_importing_dtypes_imports_no_jax():
    script = "import sys, keratin._engine.dtype; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
