"""Every error that keratin raises on purpose, and the helpers that make messages teach.

    Exception
      OpError                             base: message, op, node_def, error_code
        CancelledError                    1
        UnknownError                      2   (RuntimeError)
        InvalidArgumentError              3   (ValueError)
        DeadlineExceededError             4   (TimeoutError)
        NotFoundError                     5   (FileNotFoundError, LookupError)
        AlreadyExistsError                6   (FileExistsError)
        PermissionDeniedError             7   (PermissionError)
        ResourceExhaustedError            8   (MemoryError)
        FailedPreconditionError           9   (RuntimeError)
        AbortedError                      10  (RuntimeError)
        OutOfRangeError                   11  (IndexError)
        UnimplementedError                12  (NotImplementedError)
        InternalError                     13  (RuntimeError)
        UnavailableError                  14  (ConnectionError)
        DataLossError                     15  (OSError)
        UnauthenticatedError              16  (PermissionError)
      OperatorNotAllowedInGraphError      (TypeError)
      TracedValueError                    (NotImplementedError, TypeError)

A message says what was given, what was expected, where, and the one thing to do.
"""

import functools
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from types import CodeType, FrameType, TracebackType
from typing import Any, ClassVar

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16

_ABSENT: Any = object()


class OpError(Exception):
    """An operation failed. Subclasses say in which way.

    It takes TensorFlow's arguments `(node_def, op, message, error_code)` or the message alone.

    >>> tf.errors.OpError("the disk is full").message
    'the disk is full'
    """

    code: ClassVar[int] = UNKNOWN

    def __init__(
        self,
        node_def: Any = None,
        op: Any = None,
        message: str = _ABSENT,
        error_code: int = _ABSENT,
        *args: Any,
    ) -> None:
        if message is _ABSENT:
            if not (isinstance(node_def, str) and op is None):
                raise TypeError(
                    f"{type(self).__name__} takes a message, or (node_def, op, message); "
                    f"{node_def!r} is not a message."
                )
            node_def, message = None, node_def
        # One argument, so that built-in bases such as OSError do not read a file name into it.
        super().__init__(message)
        payloads = args
        if error_code is not _ABSENT and not isinstance(error_code, int):
            payloads, error_code = (error_code, *args), _ABSENT
        self._message = message
        self._op = op
        self._node_def = node_def
        self._error_code = self.code if error_code is _ABSENT else error_code
        self._payloads: dict[Any, Any] = {}
        for payload in payloads:
            if isinstance(payload, dict):
                self._payloads.update(payload)

    @property
    def message(self) -> str:
        """What went wrong."""
        return self._message

    @property
    def op(self) -> Any:
        """The operation that failed, where it is known."""
        return self._op

    @property
    def node_def(self) -> Any:
        """Description of the operation that failed, where it is known."""
        return self._node_def

    @property
    def error_code(self) -> int:
        """The number of the kind of error, such as `tf.errors.NOT_FOUND`."""
        return self._error_code

    @property
    def experimental_payloads(self) -> dict[Any, Any]:
        """Further details handed over with the error."""
        return self._payloads

    def __str__(self) -> str:
        return self._message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None, None, self._message), self.__dict__.copy()


class CancelledError(OpError):
    """The operation was cancelled before it ended."""

    code = CANCELLED


class UnknownError(OpError, RuntimeError):
    """Something failed, and no better class fits."""

    code = UNKNOWN


class InvalidArgumentError(OpError, ValueError):
    """An argument has a shape, dtype or value that the operation cannot take."""

    code = INVALID_ARGUMENT


class DeadlineExceededError(OpError, TimeoutError):
    """The operation did not end in the time it was given."""

    code = DEADLINE_EXCEEDED


class NotFoundError(OpError, FileNotFoundError, LookupError):
    """A file, a key or another thing that was asked for is not there."""

    code = NOT_FOUND


class AlreadyExistsError(OpError, FileExistsError):
    """A thing that was to be made is already there."""

    code = ALREADY_EXISTS


class PermissionDeniedError(OpError, PermissionError):
    """The caller may not do this."""

    code = PERMISSION_DENIED


class ResourceExhaustedError(OpError, MemoryError):
    """The memory of a device or the host, or another resource, is used up."""

    code = RESOURCE_EXHAUSTED


class FailedPreconditionError(OpError, RuntimeError):
    """The state is not yet the one the operation needs, a variable without a value for example."""

    code = FAILED_PRECONDITION


class AbortedError(OpError, RuntimeError):
    """The operation was broken off, by a conflicting one for example."""

    code = ABORTED


class OutOfRangeError(OpError, IndexError):
    """The operation went past the end: of an iterator, a file, a range."""

    code = OUT_OF_RANGE


class UnimplementedError(OpError, NotImplementedError):
    """The operation does not exist for these dtypes, this device or these arguments."""

    code = UNIMPLEMENTED


class InternalError(OpError, RuntimeError):
    """An invariant of the system does not hold: a defect."""

    code = INTERNAL


class UnavailableError(OpError, ConnectionError):
    """A service cannot be reached at the moment; trying again may help."""

    code = UNAVAILABLE


class DataLossError(OpError, OSError):
    """Data was lost or is corrupt, a truncated file for example."""

    code = DATA_LOSS


class UnauthenticatedError(OpError, PermissionError):
    """The caller has no valid credentials."""

    code = UNAUTHENTICATED


class OperatorNotAllowedInGraphError(TypeError):
    """Python asked for a value that is not there yet, as `if tensor:` does while tracing."""


class TracedValueError(NotImplementedError, TypeError):
    """Python needs a value that is not known while a function is traced."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the known name most like `name`, as a sentence to append; "" if none is like it.

    >>> from keratin._engine import errors
    >>> errors.nearest("axes", ["axis", "keepdims"])
    " Did you mean 'axis'?"
    """
    import difflib  # only ever needed for messages

    candidates = list(known)
    by_lower_case = {candidate.lower(): candidate for candidate in reversed(candidates)}
    matches = difflib.get_close_matches(name.lower(), by_lower_case, n=1, cutoff=0.6)
    return f" Did you mean {by_lower_case[matches[0]]!r}?" if matches else ""


def unknown_keyword(function_name: str, given: str, known: Iterable[str]) -> TypeError:
    """Make the error for a keyword argument that a function does not have.

    >>> from keratin._engine import errors
    >>> print(errors.unknown_keyword("tf.reduce_sum", "axes", ["input_tensor", "axis"]))
    tf.reduce_sum() has no argument 'axes'. Did you mean 'axis'? It takes: input_tensor, axis.
    """
    names = list(known)
    takes = f"It takes: {', '.join(names)}." if names else "It takes no keyword arguments."
    return TypeError(f"{function_name}() has no argument {given!r}.{nearest(given, names)} {takes}")


def table(rows: Sequence[tuple[str, str, str]], most: int = 20) -> str:
    """Rows of path, expected and found, as a table; the first ones of many."""
    head = ("path", "expected", "found")
    shown = [head, *rows[:most]]
    widths = [max(len(row[column]) for row in shown) for column in range(3)]
    lines = [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]
    if len(rows) > most:
        lines.append(f"  and {len(rows) - most} more")
    return "\n".join(lines)


# Frames of these packages are machinery: users are shown the first frame outside them.
INTERNAL_PACKAGES = frozenset({"keratin", "jax", "jaxlib", "malt", "numpy"})

_PACKAGE_DIRECTORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_is_internal_file: dict[str, bool] = {}

SourceMap = Callable[[CodeType, int], tuple[str, int] | None]

# Functions that translate (generated code, line) to the user's file and line; AutoGraph adds one.
source_maps: list[SourceMap] = []


def is_internal(frame: FrameType) -> bool:
    """Whether a frame belongs to keratin or to a library that it runs on."""
    filename = frame.f_code.co_filename
    known = _is_internal_file.get(filename)
    if known is None:
        known = filename.startswith((_PACKAGE_DIRECTORY, "<frozen ", "<attrs ")) or (
            frame.f_globals.get("__name__", "").partition(".")[0] in INTERNAL_PACKAGES
        )
        # Python gives the same name, such as <string> or <stdin>, to unrelated code.
        if not filename.startswith("<"):
            _is_internal_file[filename] = known
    return known


def _mapped(code: CodeType, line: int) -> tuple[str, int] | None:
    """The user's file and line that generated code stems from."""
    for source_map in source_maps:
        position = source_map(code, line)
        if position is not None:
            return position
    return None


def _position(frame: FrameType) -> tuple[str, int] | None:
    """File and line of a frame that is the user's own; None for machinery."""
    position = _mapped(frame.f_code, frame.f_lineno)
    if position is None and not is_internal(frame):
        return frame.f_code.co_filename, frame.f_lineno
    return position


def user_frame() -> tuple[str, int] | None:
    """File and line of the innermost running frame that is the user's own."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        position = _position(frame)
        if position is not None:
            return position
        frame = frame.f_back
    return None


def user_stack(height: int, path_length: int) -> list[str]:
    """The user's own frames, innermost last, each as "file.py, line 12, in function"."""
    lines: list[str] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and len(lines) < height:
        position = _position(frame)
        if position is not None:
            file, line = position
            file = file if len(file) <= path_length else f"...{file[-path_length:]}"
            lines.append(f"{file}, line {line}, in {frame.f_code.co_name}")
        frame = frame.f_back
    return lines[::-1]


def user_location() -> str:
    """Where the user's code is now, as "file.py, line 12"."""
    position = user_frame()
    return f"{position[0]}, line {position[1]}" if position else "an unknown line"


# Exceptions of Python functions that the running program called, first to last.
raised_on_host: list[BaseException] = []


def take_raised() -> Exception | None:
    """The exception that a call from the running program raised, if any; forget it."""
    if not raised_on_host:
        return None
    error = raised_on_host[0]
    raised_on_host.clear()
    return error.with_traceback(None) if isinstance(error, Exception) else None


def leaked() -> TracedValueError:
    """The error for a traced tensor that was used outside of the code it was traced in."""
    return TracedValueError(
        "A tensor made inside a traced function, branch or loop was used outside of it. It was "
        "probably kept on an object, in a global or in a Python list (a side effect, which happens "
        "once, while tracing). Return it instead, assign it to a tf.Variable, or collect the "
        f"values of a loop in a tf.TensorArray. At {user_location()}."
    )


# Tracebacks that users see leave out the frames of the machinery; `tf.debugging` can switch it off.
filtering = True


def for_user(error: Exception) -> Exception:
    """The same exception, its traceback without the frames of keratin and of what it runs on."""
    if not filtering:
        return error
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    kept: TracebackType | None = None
    for entry in reversed(frames):
        position = _mapped(entry.tb_frame.f_code, entry.tb_lineno)
        if position is not None:
            kept = _frame_at(position, entry.tb_frame.f_code.co_name, kept)
        elif not is_internal(entry.tb_frame):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    error.__cause__ = None
    error.__suppress_context__ = True
    error.__notes__ = [note for note in getattr(error, "__notes__", []) if "JAX" not in note]
    return error.with_traceback(kept)


def trimmed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A public function whose errors do not show the frames of what it calls inside."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            raise for_user(error) from error.__cause__

    return call


def _frame_at(
    position: tuple[str, int], name: str, following: TracebackType | None
) -> TracebackType | None:
    """A traceback entry that points at the user's line, in place of one in generated code."""
    filename, line = position
    code = compile("\n" * (line - 1) + "raise ValueError", filename, "exec")
    try:
        exec(code.replace(co_name=name.removeprefix("ag__")), {})
    except ValueError as error:
        here = error.__traceback__
        frame = here.tb_next if here is not None else None
        if frame is not None:
            return TracebackType(following, frame.tb_frame, frame.tb_lasti, line)
    return following


_warned: dict[Any, Any] = {}


def warn_user(message: str) -> None:
    """Warn at the user's line, once for each line and message."""
    filename, line = user_frame() or ("<unknown>", 0)
    text = f"{message} At {filename}, line {line}."
    warnings.warn_explicit(text, UserWarning, filename, line, registry=_warned)


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The class for the number of a kind of error.

    >>> from keratin._engine import errors
    >>> errors.exception_type_from_error_code(5).__name__
    'NotFoundError'
    """
    for error_class in OpError.__subclasses__():
        if error_class.code == error_code:
            return error_class
    raise KeyError(error_code)


# Tracebacks show where users find them: keratin.errors.InvalidArgumentError.
for _name, _value in list(globals().items()):
    if isinstance(_value, type) and issubclass(_value, Exception) and _value.__module__ == __name__:
        _value.__module__ = "keratin.errors"
