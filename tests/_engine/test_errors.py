import pickle
import sys

import pytest

from keratin._engine import errors
from tests.harness.parity import case, parity

CLASSES = [
    "Aborted", "AlreadyExists", "Cancelled", "DataLoss", "DeadlineExceeded", "FailedPrecondition",
    "Internal", "InvalidArgument", "NotFound", "OutOfRange", "PermissionDenied",
    "ResourceExhausted", "Unauthenticated", "Unavailable", "Unimplemented", "Unknown",
]  # fmt: skip
NUMBERS = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
]  # fmt: skip


def made(tf, name):
    error = getattr(tf.errors, f"{name}Error")(None, None, "the message", {"key": "value"})
    return (error.message, error.op, error.node_def, error.error_code, str(error),
            dict(error.experimental_payloads), isinstance(error, tf.errors.OpError))  # fmt: skip


test_parity = parity(
    "engine_errors",
    [
        case("numbers", lambda tf: [getattr(tf.errors, name) for name in NUMBERS]),
        case("classes", lambda tf: [made(tf, name) for name in CLASSES]),
        case("base", lambda tf: tf.errors.OpError(None, None, "m", 7).error_code),
        case("graph", lambda tf: issubclass(tf.errors.OperatorNotAllowedInGraphError, TypeError)),
    ],
)


@pytest.mark.parametrize("name", CLASSES)
def test_errors_are_made_of_a_message_alone_and_pickle(tf, name):
    error = getattr(tf.errors, f"{name}Error")("something failed")
    assert (error.message, str(error), error.op) == ("something failed", "something failed", None)
    assert repr(error) == f"{name}Error('something failed')"
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(copy), copy.message, copy.error_code) == (type(error), str(error), error.code)


@pytest.mark.parametrize(
    ("name", "built_in"),
    [
        ("InvalidArgument", ValueError),
        ("NotFound", FileNotFoundError),
        ("NotFound", LookupError),
        ("OutOfRange", IndexError),
        ("ResourceExhausted", MemoryError),
        ("Unimplemented", NotImplementedError),
        ("PermissionDenied", PermissionError),
        ("DeadlineExceeded", TimeoutError),
        ("AlreadyExists", FileExistsError),
        ("DataLoss", OSError),
        ("Unavailable", ConnectionError),
    ],
)
def test_each_is_the_fitting_built_in_as_well(tf, name, built_in):
    with pytest.raises(built_in, match="why"):
        raise getattr(tf.errors, f"{name}Error")("why")


def test_an_error_without_a_message(tf):
    with pytest.raises(TypeError, match="InvalidArgumentError takes a message"):
        tf.errors.InvalidArgumentError()


def test_nearest():
    from keratin._engine.errors import nearest

    assert nearest("axes", ["axis", "keepdims"]) == " Did you mean 'axis'?"
    assert nearest("RELU", ["relu", "selu"]) == " Did you mean 'relu'?"
    assert nearest("zzz", ["relu", "selu"]) == ""


def test_unknown_keyword():
    from keratin._engine.errors import unknown_keyword

    error = unknown_keyword("tf.f", "axes", ["x", "axis"])
    assert isinstance(error, TypeError)
    assert str(error) == ("tf.f() has no argument 'axes'. Did you mean 'axis'? It takes: x, axis.")
    assert str(unknown_keyword("tf.g", "a", [])) == (
        "tf.g() has no argument 'a'. It takes no keyword arguments."
    )


def test_user_location_is_the_first_frame_outside_the_package():
    from keratin._engine import errors, nest

    line = sys._getframe().f_lineno + 1
    found = nest.map_structure(lambda _: errors.user_location(), [0])[0]
    assert found == f"{__file__}, line {line}"


def test_generated_code_is_shown_as_its_source():
    from keratin._engine import errors

    def source_map(code, line):
        return ("original.py", line + 100) if code.co_filename == "<generated>" else None

    errors.source_maps.append(source_map)
    try:
        scope = {"errors": errors}
        exec(compile("found = errors.user_location()", "<generated>", "exec"), scope)
    finally:
        errors.source_maps.remove(source_map)
    assert scope["found"] == "original.py, line 101"


def test_class_of_a_number():
    from keratin._engine import errors

    assert errors.exception_type_from_error_code(errors.NOT_FOUND) is errors.NotFoundError
    with pytest.raises(KeyError, match="99"):
        errors.exception_type_from_error_code(99)


def test_long_tables_are_cut():
    text = errors.table([(f"p{n}", "e", "f") for n in range(25)], most=3)
    lines = ["  path  expected  found", *[f"  p{n}    e         f" for n in range(3)]]
    assert text.splitlines() == [*lines, "  and 22 more"]
