"""Mistakes that people make, and what they are told: each message is read here.

`mistakes.txt` has for each a short program, the kind of error, and what its message says: what was
wrong, where, what was given and expected, and the remedy. Of all it is asked that no frame of the
machinery shows in the traceback but the one that the user's line called, and that no word of JAX is
in the message.
"""

import builtins
import linecache
import re
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin._engine import errors

# The first eight lines of every program.
PROLOGUE = """
x = np.ones((8, 3), "float32")
y = np.ones((8, 1), "float32")
def small(**kwargs):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **kwargs)
    return model

"""

FOREIGN_WORDS = re.compile(
    r"\bjax\b|\bjit\b|jaxlib|XLA|Tracer|ShapedArray|dot_general|lax\.|\b10007\b", re.IGNORECASE
)
LONGEST = 700


def kind_of(name):
    return getattr(errors, name, None) or getattr(builtins, name)


def mistakes(warned):
    """The rows of the table: those of warnings, or those of errors."""
    text = Path(__file__).with_name("mistakes.txt").read_text()
    rows = []
    for block in text.split("\n== ")[1:]:
        title, _, rest = block.partition("\n")
        name, kind = title.split(": ")
        program, *patterns = rest.strip("\n").split("\n-- ")
        if (kind == "UserWarning") is warned:
            rows.append(pytest.param(program, kind_of(kind), patterns, id=name))
    return rows


def run(program, name="mistake"):
    """Run a program as the file of a user, whose lines tracebacks can show."""
    file = f"/home/user/{name}.py"
    source = PROLOGUE + program + "\n"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    names = {"tf": tf, "keras": keras, "layers": keras.layers, "np": np, "__name__": "user"}
    exec(compile(source, file, "exec"), names)


def own_frames(error):
    """The frames of a traceback that are not the user's: where the program ran through us."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next(i for i, frame in enumerate(frames) if frame.filename.startswith("/home/user"))
    return [frame for frame in frames[first:] if not frame.filename.startswith("/home/user")]


# Operators on tensors go through the operator and the op to the symbolic tensor.
SEVERAL_FRAMES = {"plus_shapes", "matmul_shapes", "concat_shapes", "concat_single", "add_shapes"}


@pytest.mark.parametrize(("program", "kind", "patterns"), mistakes(warned=False))
def test_mistake(program, kind, patterns, request):
    name = request.node.callspec.id
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(kind) as caught:
            run(program, name)
    message = str(caught.value)
    for pattern in patterns:
        assert re.search(pattern, message), f"{pattern!r} is not in: {message}"
    assert not FOREIGN_WORDS.search(message), message
    assert len(message) < LONGEST, message
    frames = own_frames(caught.value)
    assert not [frame for frame in frames if "site-packages" in frame.filename], frames
    assert len(frames) <= (7 if name in SEVERAL_FRAMES else 1), frames
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(("program", "kind", "patterns"), mistakes(warned=True))
def test_warning(program, kind, patterns, request):
    name = request.node.callspec.id
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(program, name)
    messages = [each for each in caught if issubclass(each.category, kind)]
    assert messages
    for pattern in patterns:
        assert any(re.search(pattern, str(each.message)) for each in messages), (
            f"{pattern!r} is in none of: {[str(each.message) for each in messages]}"
        )
    assert all(each.filename == f"/home/user/{name}.py" for each in messages)


def test_there_are_at_least_forty():
    assert len(mistakes(warned=False)) >= 40
