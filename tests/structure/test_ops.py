"""One op, one body, one object behind all its public names."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.structure.exports import reach
from tests.structure.source import report, sources

# Namespaces whose ops are of another kind of thing and may share names with the rest:
# tf.sparse.add is not tf.math.add.
OWN_NAMES = {"image", "ragged", "sets", "sparse", "strings", "experimental"}

# Ops of the same name that are two by TensorFlow's own definition, each with the reason.
SAME_NAME: dict[str, str] = {}

ALIASES = [
    line.split() for line in Path(__file__).with_name("aliases.txt").read_text().splitlines()
]


def test_no_two_ops_have_the_same_name():
    homes = defaultdict(list)
    for source in sources():
        part = source.module.split(".")[1] if "." in source.module else ""
        space = part if part in OWN_NAMES else ""
        for function in source.ops():
            homes[space, function.name].append(f"{source.name}:{function.lineno}")
    problems = [
        f"{name}: {', '.join(places)}"
        for (_, name), places in sorted(homes.items())
        if len(places) > 1 and name not in SAME_NAME
    ]
    report(problems, "Keep one body of each of these ops, and re-export it under the other name:")


def test_no_two_ops_have_the_same_body():
    bodies = defaultdict(list)
    for source in sources():
        for function in source.ops():
            bodies[shape_of(function)].append(f"{source.name}: {function.name}")
    problems = [" = ".join(places) for places in bodies.values() if len(places) > 1]
    report(problems, "These ops compute the same thing; keep one, and name it twice:")


def shape_of(function: ast.FunctionDef) -> str:
    """The body without docstring and names of parameters, and the decorator."""
    numbers = {arg.arg: str(i) for i, arg in enumerate(function.args.args)}
    renamed = [
        ast.Name(numbers.get(node.id, node.id)) if isinstance(node, ast.Name) else node
        for statement in function.body[bool(ast.get_docstring(function)) :]
        for node in ast.walk(statement)
    ]
    text = "".join(
        f"{type(node).__name__}{getattr(node, 'id', '')}{getattr(node, 'attr', '')}"
        f"{getattr(node, 'value', '') if isinstance(node, ast.Constant) else ''} "
        for node in renamed
    )
    return text + "".join(ast.unparse(decorator) for decorator in function.decorator_list)


@pytest.mark.parametrize("names", ALIASES, ids=lambda names: names[0])
def test_all_names_of_one_thing_are_the_same_object(tf, names):
    there = [(name, reach(tf, name)) for name in names]
    there = [(name, value) for name, value in there if value is not None]
    different = [name for name, value in there if value is not there[0][1]]
    assert not different, (
        f"tf.{there[0][0]} and tf.{', tf.'.join(different)} are one object in TensorFlow: export "
        "the same function under each name"
    )
