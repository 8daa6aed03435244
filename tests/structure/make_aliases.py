"""Writes aliases.txt: which public names of TensorFlow are one and the same object.

    python tests/structure/make_aliases.py

Run it in an environment with tensorflow-cpu. One line a group, as in `abs math.abs`.
"""

import types
from collections import defaultdict
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("aliases.txt")
# Other ways into the same library, and what is not part of it.
LEFT_OUT = {"compat", "keras", "raw_ops", "estimator"}


def walk(tf: Any, module: types.ModuleType, path: str, groups: dict[int, list[str]]) -> None:
    for name in dir(module):
        value: Any = getattr(module, name)
        if name.startswith("_") or (not path and name in LEFT_OUT):
            continue
        if isinstance(value, types.ModuleType):
            if "_api.v2" in value.__name__:
                walk(tf, value, f"{path}{name}.", groups)
        elif callable(value) or isinstance(value, tf.DType):
            groups[id(value)].append(f"{path}{name}")


def main() -> None:
    import tensorflow as tf  # here, so that collecting the tests does not need it

    groups: dict[int, list[str]] = defaultdict(list)
    walk(tf, tf, "", groups)
    lines = sorted(" ".join(sorted(names)) for names in groups.values() if len(names) > 1)
    TARGET.write_text("".join(f"{line}\n" for line in lines))
    print(f"{TARGET}: {len(lines)} groups")


if __name__ == "__main__":
    main()
