"""Size, tests and tidiness of each source file."""

import ast
import re

from tests.harness import golden
from tests.structure.source import ROOT, report, sources

# "About 600": a file that has grown by a few lines need not be cut in two for it.
LONGEST = 620

# Longer files, each with the reason why it is one file.
LONGER: dict[str, str] = {}

# Source files without a test file of their own, each with where it is tested.
TESTED_ELSEWHERE = {
    "keratin/_operators.py": "tests/_engine/test_operators.py: it is met through operators alone",
}


def test_files_have_about_600_lines():
    problems = [
        f"{source.name}: {source.text.count(chr(10))} lines"
        for source in sources()
        if source.text.count("\n") > LONGEST and source.name not in LONGER
    ]
    report(
        problems,
        f"These files have more than {LONGEST} lines. Divide them by family, or list them with "
        "the reason in LONGER of tests/structure/test_files.py:",
    )


def test_listed_exceptions_are_still_needed():
    long = {s.name for s in sources() if s.text.count("\n") > LONGEST}
    report(sorted(LONGER.keys() - long), "Take these out of LONGER:")
    names = {s.name for s in sources()}
    report(sorted(TESTED_ELSEWHERE.keys() - names), "Take these out of TESTED_ELSEWHERE:")


def test_each_source_file_has_its_test_file():
    problems = []
    for source in sources():
        if (
            source.path.stem == "__init__"
            or source.name in TESTED_ELSEWHERE
            or exports_only(source)
        ):
            continue
        folder = source.path.relative_to(ROOT / "keratin").parent
        test = ROOT / "tests" / folder / f"test_{source.path.stem.lstrip('_')}.py"
        if not test.exists():
            problems.append(f"{source.name} -> {test.relative_to(ROOT).as_posix()}")
    report(problems, "Write the test file of each of these source files:")


def exports_only(source) -> bool:
    """Whether a file holds nothing but names from elsewhere."""
    return all(
        isinstance(node, (ast.Import, ast.ImportFrom))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and is_dunder(node.targets[0]))
        or ast.unparse(node) == "_lazy.advise(__name__)"
        for node in source.tree.body
    )


def is_dunder(target: ast.expr) -> bool:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return all(isinstance(n, ast.Name) and n.id.startswith("__") for n in names)


def test_init_files_hold_exports_only():
    problems = [s.name for s in sources() if s.path.stem == "__init__" and not exports_only(s)]
    report(
        problems,
        "An __init__.py holds its docstring and explicit exports; move the code of these into a "
        "file beside it:",
    )


def test_every_folder_is_a_package():
    folders = {source.path.parent for source in sources()}
    problems = [f.name for f in sorted(folders) if not (f / "__init__.py").exists()]
    report(problems, "Give each of these folders of keratin an __init__.py with its exports:")


def test_every_file_says_what_it_is_for():
    problems = [s.name for s in sources() if not ast.get_docstring(s.tree)]
    report(problems, "Begin each of these files with a docstring of a line or more:")


def test_no_work_is_left_open_without_a_reason():
    problems = [
        f"{source.name}:{number}: {line.strip()}"
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX)\b(?!: \S.{15,})", line)
    ]
    report(problems, "Do it, or say why not yet, as in `TODO: <the reason, in a sentence>`:")


def test_no_failure_is_passed_over_in_silence():
    problems = []
    for source in sources():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ExceptHandler) or not all(
                isinstance(s, ast.Pass) for s in node.body
            ):
                continue
            caught = ast.unparse(node.type) if node.type else "everything"
            if caught in ("everything", "Exception", "BaseException"):
                problems.append(f"{source.name}:{node.lineno}: except {caught}: pass")
    report(problems, "Name the error that is expected here, and why it may be passed over:")


def test_each_golden_file_belongs_to_a_test_module():
    used = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        used |= set(re.findall(r"parity\(\s*[\"'](\w+)[\"']", path.read_text(encoding="utf-8")))
    problems = [p.name for p in sorted(golden.FOLDER.glob("*.npz")) if p.stem not in used]
    report(problems, "No test reads these golden files; delete them:")
