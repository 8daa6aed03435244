"""Arrows point one way: _engine <- ops <- data, io, ... <- keras <- compat, cli."""

import pytest

from tests.structure.source import Import, Source, report, sources

LAYERS = [
    {"_engine", "_former", "_lazy"},
    {
        "_native",
        "_operators",
        "array",
        "autodiff",
        "autograph",
        "bitwise",
        "config",
        "debugging",
        "dtypes",
        "errors",
        "experimental",
        "image",
        "linalg",
        "math",
        "nest",
        "nn",
        "ragged",
        "random",
        "sets",
        "signal",
        "sparse",
        "strings",
        "sysconfig",
        "types",
        "version",
        "xla",
    },
    {
        "audio",
        "data",
        "distribute",
        "export",
        "io",
        "lookup",
        "profiler",
        "queue",
        "saved_model",
        "summary",
        "train",
    },
    {"keras"},
    {"__main__", "cli", "compat", "test"},
]

# Imports against the arrows or inside functions, each with its reason.
EXCEPTIONS = {
    (
        "keratin/keras/_core/dtype_policy.py",
        "keratin.keras.dtype_policies._quantized",
    ): "a policy named by a string may be one of the few quantized ones, which build on this file",
    ("keratin/_engine/operators.py", "keratin._operators"): "`a + b` is the op `add`, which is "
    "built on tensors; looked up by name when an operator is first used",
    ("keratin/version/_version.py", "keratin"): "the number stands in the root alone",
}

# Imported where they are first needed: optional, heavy, or both.
LATE = {
    "IPython",
    "PIL",
    "difflib",
    "flax",
    "google",  # protocol buffers, with TensorBoard
    "grain",
    "h5py",
    "malt",
    "matplotlib",
    "optuna",
    "orbax",
    "pydot",
    "rich",
    "scipy",
    "tensorboard",
    "traceback",
}

NEVER = {"tensorflow", "keras", "tf_keras", "torch"}


def layer(module: str) -> int | None:
    """The layer of a module of the package; the root itself stands above all."""
    parts = module.split(".")
    if len(parts) == 1:
        return len(LAYERS)
    return next((i for i, members in enumerate(LAYERS) if parts[1] in members), None)


def imports() -> list[tuple[Source, Import]]:
    return [
        (source, found)
        for source in sources()
        for found in source.imports()
        if (source.name, found.module) not in EXCEPTIONS
    ]


def test_every_part_of_the_package_has_a_layer():
    parts = {source.module.split(".")[1] for source in sources() if "." in source.module}
    unknown = sorted(part for part in parts if layer(f"keratin.{part}") is None)
    report(unknown, "Put these parts of keratin into LAYERS of tests/structure/test_layers.py:")


def test_arrows_point_one_way():
    problems = []
    for source, found in imports():
        if found.module.split(".")[0] != "keratin":
            continue
        here, there = layer(source.module), layer(found.module)
        if here is not None and there is not None and there > here:
            problems.append(f"{source.name}:{found.line} imports {found.module}")
    report(
        problems,
        "A lower layer may not import a higher one (the order is LAYERS in this test). Move what "
        "both need down, or let the higher layer register itself with the lower:",
    )


def test_imports_stand_at_the_top_of_a_file():
    problems = [
        f"{source.name}:{found.line} imports {found.module}"
        for source, found in imports()
        if not found.at_top and found.module.split(".")[0] not in LATE
    ]
    report(
        problems,
        "Move these imports to the top of their file. Only optional or heavy libraries are "
        "imported inside a function (LATE in tests/structure/test_layers.py lists them):",
    )


def test_the_package_never_imports_the_libraries_it_stands_in_for():
    problems = [
        f"{source.name}:{found.line} imports {found.module}"
        for source, found in imports()
        if found.module.split(".")[0] in NEVER
    ]
    report(problems, "Keratin stands on XLA alone; take these imports out:")


def test_exceptions_are_still_needed():
    found = {(source.name, item.module) for source in sources() for item in source.imports()}
    report(sorted(map(str, EXCEPTIONS.keys() - found)), "Take these out of EXCEPTIONS:")


@pytest.mark.parametrize(
    ("module", "expected"),
    [("keratin._engine.op", 0), ("keratin.math", 1), ("keratin.keras.layers", 3), ("keratin", 5)],
)
def test_layers_are_told_by_the_first_part_of_the_path(module, expected):
    assert layer(module) == expected
    assert layer("keratin.unheard_of") is None
