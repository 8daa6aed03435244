"""The package's source files, parsed: what the tests of the house read."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "keratin"


@dataclass(frozen=True)
class Import:
    """One imported module, and where."""

    module: str
    line: int
    at_top: bool


@dataclass(frozen=True, eq=False)
class Source:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path as written in messages: keratin/math/_elementwise.py."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imports(self) -> Iterator[Import]:
        """All imports; `from a import b` counts as a.b where that is a module of the package."""
        top = set(self._top_level(self.tree.body))
        for node in ast.walk(self.tree):
            for module in self._imported(node):
                yield Import(module, node.lineno, node in top)

    def _top_level(self, body: list[ast.stmt]) -> Iterator[ast.AST]:
        for node in body:
            yield node
            if isinstance(node, (ast.If, ast.Try)):
                yield from self._top_level([*node.body, *node.orelse])

    def _imported(self, node: ast.AST) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = self.module.split(".")
                keep = len(package) - node.level + (self.path.name == "__init__.py")
                base = ".".join([*package[:keep], *filter(None, [base])])
            return [
                f"{base}.{alias.name}" if _is_module(f"{base}.{alias.name}") else base
                for alias in node.names
            ]
        called = isinstance(node, ast.Call) and ast.unparse(node.func)
        if called in ("importlib.import_module", "import_module", "__import__"):
            assert isinstance(node, ast.Call)
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                return [first.value]
        return []

    def functions(self) -> Iterator[ast.FunctionDef]:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef):
                yield node

    def ops(self) -> Iterator[ast.FunctionDef]:
        """Functions under `@op` or `@op(...)`."""
        for function in self.functions():
            for decorator in function.decorator_list:
                target = decorator.func if isinstance(decorator, ast.Call) else decorator
                if ast.unparse(target) in ("op", "op.op"):
                    yield function


@functools.cache
def _is_module(dotted: str) -> bool:
    path = ROOT.joinpath(*dotted.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


@functools.cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, text, ast.parse(text, str(path))))
    return tuple(found)


def report(problems: list[str], remedy: str) -> None:
    """Fails with all problems, one a line, and what to do about them."""
    __tracebackhide__ = True
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise AssertionError(f"{remedy}\n{lines}")
