"""Models that go through files from one package to the other: what is written, and what is read.

`write` saves each model of the zoo in each format, with a note of what it computes; `read` loads
the files and compares. Run as a program, in a process where Keras is itself, it does both.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tests.keras.saving.zoo import SUBCLASSES, ZOO, custom

ROWS = 3
# Those that are written in several files too.
SHARDED = ("sequential", "transformer", "separable")


def prepared(keras: Any, name: str) -> Any:
    """A model of the zoo with weights and a state of its optimizer that tell all apart."""
    model = ZOO[name](keras)
    if not model.compiled:
        model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    random = np.random.default_rng(5)
    # Variances stay positive, counts whole.
    model.set_weights(
        [
            np.abs(random.normal(0.2, 0.3, w.shape)) if w.dtype.kind == "f" else w + 3
            for w in map(np.asarray, model.get_weights())
        ]
    )
    model.optimizer.build(model.trainable_variables)
    for index, variable in enumerate(model.optimizer.variables):
        value = np.asarray(variable.numpy())
        if value.ndim or value.dtype.kind != "f":
            variable.assign(value + np.asarray(index + 1, value.dtype))
    return model


def inputs_of(model: Any) -> Any:
    """Inputs for a model, in the structure of its own."""
    random = np.random.default_rng(0)

    def of(tensor: Any) -> np.ndarray:
        shape = (ROWS, *tensor.shape[1:])
        whole = "int" in str(tensor.dtype)
        return random.integers(0, 7, shape) if whole else random.normal(size=shape).astype("f4")

    tensors = getattr(model, "inputs", None)
    if not tensors:
        return random.normal(size=(ROWS, 4)).astype("f4")
    arrays = {tensor.name: of(tensor) for tensor in sorted(tensors, key=lambda t: t.name)}
    return arrays if len(tensors) > 1 else arrays[tensors[0].name]


def outputs_of(model: Any) -> list[np.ndarray]:
    """What a model gives for them, as a list."""
    given = inputs_of(model)
    if isinstance(given, dict) and isinstance(model.input, list):
        given = [given[tensor.name] for tensor in model.inputs]
    found = model(given)
    if isinstance(found, dict):
        found = [found[key] for key in sorted(found)]
    values = found if isinstance(found, list) else [found]
    return [np.asarray(value).astype("float64") for value in values]


def facts_of(model: Any) -> dict[str, np.ndarray]:
    """What a file is to keep."""
    facts = {f"output{i}": value for i, value in enumerate(outputs_of(model))}
    facts |= weights_of(model)
    return facts


def weights_of(model: Any) -> dict[str, np.ndarray]:
    weights = {f"weight{i}": np.asarray(w) for i, w in enumerate(model.get_weights())}
    state = model.optimizer.variables if getattr(model, "optimizer", None) else []
    kept = {f"optimizer{i}": np.asarray(v.numpy()) for i, v in enumerate(state)}
    return {key: value.astype("float64") for key, value in (weights | kept).items()}


def options_of(model: Any) -> Any:
    """The options of compile, as JSON has them; modules of the user's classes are left out."""
    return _plain(json.loads(json.dumps(model.get_compile_config())))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if k not in ("registered_name", "module")}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def said(keras: Any, options: Any) -> Any:
    """Options with the name of a function in place of a loss or metric, however it was said."""
    if isinstance(options, list):
        return [said(keras, item) for item in options]
    if isinstance(options, str):
        return {"mse": "mean_squared_error", "mae": "mean_absolute_error"}.get(options, options)
    if not isinstance(options, dict):
        return options
    if "class_name" in options and options["config"].get("fn") is None:
        families = (keras.losses, keras.metrics)
        known = any(hasattr(family, options["class_name"]) for family in families)
        if known and "name" in options["config"]:
            return said(keras, options["config"]["name"])
    return {k: said(keras, v) for k, v in options.items() if k != "steps_per_execution"}


# Writing


def write(keras: Any, names: Iterable[str], folder: Path) -> dict[str, str]:
    """Save models in each format; gives what went wrong by model and format."""
    problems: dict[str, str] = {}
    for name in names:
        with _noted(problems, f"{name}: making"):
            model = prepared(keras, name)
            np.savez(folder / f"{name}.npz", **facts_of(model))
            (folder / f"{name}.options").write_text(json.dumps(options_of(model)))
            (folder / f"{name}.json").write_text(model.to_json())
        for ending in formats(keras, name):
            with _noted(problems, f"{name}{ending}: saving"):
                _save(model, folder / f"{name}{ending}")
    return problems


def formats(keras: Any, name: str) -> list[str]:
    found = [".keras", ".weights.h5"]
    if name not in SUBCLASSES:
        found.append(".h5")
    if name in SHARDED:
        found.append(".weights.json")
    return found


def _save(model: Any, path: Path) -> None:
    if path.name.endswith(".weights.json"):
        most = max(w.nbytes for w in model.get_weights())
        model.save_weights(path, max_shard_size=4 * most / 1024**3)
    elif path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)


# Reading


def read(keras: Any, names: Iterable[str], folder: Path) -> dict[str, str]:
    """Load what `write` saved; gives what went wrong by model and format."""
    custom(keras)
    problems: dict[str, str] = {}
    for name in names:
        facts = dict(np.load(folder / f"{name}.npz"))
        for ending in [*formats(keras, name), ".json"]:
            with _noted(problems, f"{name}{ending}: loading"):
                model = _load(keras, name, ending, folder)
                if ending == ".h5" and keras.__name__ == "keras":
                    model.optimizer = None  # Keras loads no state of optimizers there
                compare(model, facts, ending)
    return problems


def _load(keras: Any, name: str, ending: str, folder: Path) -> Any:
    path = folder / f"{name}{ending}"
    if ending in (".keras", ".h5"):
        model = keras.saving.load_model(path)
        options = json.loads((folder / f"{name}.options").read_text())
        if ending == ".h5":  # there, names are written as configs, and Keras reads no steps
            assert said(keras, options_of(model)) == said(keras, options)
        assert ending == ".h5" or options_of(model) == options
    elif ending == ".json":
        model = keras.models.model_from_json(path.read_text())
        model.load_weights(folder / f"{name}.weights.h5")
    else:
        model = prepared(keras, name)
        model.set_weights([np.zeros_like(w) for w in model.get_weights()])
        model.load_weights(path)
    return model


def compare(model: Any, facts: dict[str, np.ndarray], ending: str) -> None:
    """Assert that a model holds and computes what another one did."""
    weights = weights_of(model)
    kept = ("weight", "optimizer") if model.optimizer else ("weight",)
    expected = {key: value for key, value in facts.items() if key.startswith(kept)}
    assert weights.keys() == expected.keys()
    for key, value in weights.items():
        np.testing.assert_array_equal(value, expected[key], err_msg=key)
    if ending.startswith(".weights"):
        return
    for index, output in enumerate(outputs_of(model)):
        wanted = facts[f"output{index}"]
        scale = max(1.0, float(np.max(np.abs(wanted))))
        np.testing.assert_allclose(output, wanted, rtol=0, atol=1e-6 * scale)


class _noted:
    """Note an error, and go on with the next case."""

    def __init__(self, problems: dict[str, str], case: str):
        self.problems, self.case = problems, case

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if error is None or not isinstance(error, Exception):
            return False
        last = traceback.extract_tb(trace)[-1]
        self.problems[self.case] = f"{kind.__name__} at {last.filename}:{last.lineno}: {error}"
        return True


def main() -> None:
    """Read what Keratin wrote, write for it to read, and tell what went wrong."""
    from tests.harness.real_keras import real

    theirs, ours, *names = sys.argv[1:]
    problems = read(real, names, Path(theirs)) | write(real, names, Path(ours))
    print(json.dumps(problems))


if __name__ == "__main__":
    main()
