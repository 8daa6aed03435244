"""What is public: as listed, there, documented by an example that runs, annotated."""

import doctest
import inspect
import sys

from tests.structure.exports import SNAPSHOT, public
from tests.structure.source import report


def objects() -> list[tuple[str, object]]:
    """Public functions and classes of the package's own, once each, by their first name."""
    seen, found = set(), []
    for name, value in public().items():
        own = getattr(value, "__module__", None) or ""
        if callable(value) and own.startswith("keratin") and id(value) not in seen:
            seen.add(id(value))
            found.append((name, value))
    return found


def test_public_names_are_those_of_the_snapshot():
    listed = set(SNAPSHOT.read_text().split()) if SNAPSHOT.exists() else set()
    report(
        [f"+ {name}" for name in sorted(public().keys() - listed)]
        + [f"- {name}" for name in sorted(listed - public().keys())],
        "The public names are not those of tests/structure/exports.txt. If that is meant, write "
        "the list anew with `make snapshot` and commit it:",
    )


def test_public_names_can_be_had():
    problems = [f"{n}: {v}" for n, v in public().items() if isinstance(v, Exception)]
    report(problems, "These names are exported and are not there:")


def test_everything_public_has_a_docstring_with_an_example():
    problems = []
    for name, value in objects():
        text = value.__doc__
        if not text:
            problems.append(f"{name}: no docstring")
        elif ">>> " not in text and not (inspect.isclass(value) and issubclass(value, Exception)):
            problems.append(f"{name}: no example (`>>> tf.{name}...`)")
    report(problems, "Each of these needs a docstring with an example:")


def test_the_examples_of_public_names_run():
    """An example that the collection of doctests does not find would never be run."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    collected: dict[str, set[str]] = {}
    problems = []
    for name, value in objects():
        if ">>> " not in (value.__doc__ or ""):
            continue
        module = value.__module__
        if module not in collected:
            collected[module] = {t.name for t in finder.find(sys.modules[module], module)}
        if f"{module}.{value.__qualname__}" not in collected[module]:
            problems.append(f"{name}: {module}.{value.__qualname__}")
    report(problems, "Doctest does not find the examples of these (__module__, __wrapped__?):")


def test_public_functions_are_annotated():
    problems = []
    for name, value in objects():
        target = value.__init__ if inspect.isclass(value) else value
        body = inspect.unwrap(target)
        # A class without a constructor of its own has that of its base, perhaps of a library.
        if not inspect.isfunction(body) or not body.__module__.startswith("keratin"):
            continue
        for parameter in inspect.signature(target).parameters.values():
            if parameter.annotation is parameter.empty and parameter.name not in ("self", "cls"):
                problems.append(f"{name}: parameter {parameter.name}")
    report(problems, "Annotate these parameters:")
