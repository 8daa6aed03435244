# The exports of `keratin`: one line a name, read by type checkers, editors and, at run time,
# `keratin._lazy`. Sorted by module (`ruff check --fix` does it). A submodule of the package is
# `from keratin import math as math`.

__version__: str
