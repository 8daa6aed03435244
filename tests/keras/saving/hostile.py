"""Files and configs that are out to do harm, through each way in: a program that tries them all.

It writes what came of each case as JSON. What a case may do is watched by an audit hook: nothing
may be opened but what lies in its folder, and nothing imported, run, sent or removed.
"""

from __future__ import annotations

import copy
import json
import os
import resource
import signal
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from keratin import keras

Case = tuple[str, Callable[[], Any]]
MODULE = "hostile_module"  # whose import leaves a trace
TRACES = ("written", "run", "imported")


# Configs: what stands in place of a layer, or of some of its arguments


def entry(class_name: Any, module: Any = "keras.layers", **config: Any) -> dict[str, Any]:
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def function(name: Any, module: Any = "builtins") -> dict[str, Any]:
    return {"class_name": "function", "module": module, "config": name, "registered_name": name}


def wrapped(depth: int) -> dict[str, Any]:
    found = entry("Dense", units=1)
    for _ in range(depth):
        found = entry("TimeDistributed", layer=found)
    return found


LAYERS: dict[str, Any] = {
    "class of a module": entry(MODULE, MODULE),
    "class in a module": entry("Evil", MODULE),
    "class by its path": entry(f"{MODULE}.Evil", MODULE),
    "class of the system": entry("Popen", "subprocess", args="touch run"),
    "function of the system": entry("system", "os", command="touch run"),
    "function as class": entry("load_model", "keras.saving", filepath="/etc/passwd"),
    "function of keras": entry("get_file", "keras.utils", origin="http://localhost:1/x"),
    "callback": entry("CSVLogger", "keras.callbacks", filename="written"),
    "backup": entry("BackupAndRestore", "keras.callbacks", backup_dir="written"),
    "private class": entry("_Reader", "keras.models"),
    "dunder": entry("__class__"),
    "no name": entry(""),
    "a number as class": entry(5),
    "nothing as class": entry(None),
    "a list as class": entry(["Dense"]),
    "a dictionary as class": entry({"class_name": "Dense"}),
    "a module as class": entry("layers", "keras"),
    "a long class": entry("D" * 100_000),
    "base class": entry("Layer"),
    "unknown key": entry("Dense", units=1, run="touch run"),
    "no config": {"class_name": "Dense"},
    "config a list": {**entry("Dense"), "config": [1]},
    "config a text": {**entry("Dense"), "config": "touch run"},
    "config a number": {**entry("Dense"), "config": 1e308},
    "registered name": {**entry("Dense", units=1), "registered_name": [1]},
    "code": entry("Lambda", function=["YwAAAA==", None, None]),
    "lambda": entry("Lambda", function={"class_name": "__lambda__", "config": {"code": "YwA="}}),
    "lambda of eval": entry("Lambda", function=function("eval")),
    "lambda of system": entry("Lambda", function=function("system", "os")),
    "lambda of a text": entry("Lambda", function="os.system"),
    "jax": entry("JaxLayer", call_fn={"class_name": "__lambda__", "config": {"code": "YwA="}}),
    "flax": entry("FlaxLayer", module="gASVDwAAAA=="),
    "torch": entry("TorchModuleWrapper", module="gASVDwAAAA=="),
    "folder": entry("TFSMLayer", filepath="/etc"),
    "old op": entry("TFOpLambda", function="io.read_file"),
    "op": entry("OpCall", "keras.ops", name="x", function="keratin.io.write_file"),
    "op of a module": entry("OpCall", "keras.ops", name="x", function=f"{MODULE}.run"),
    "deep": wrapped(20_000),
    "huge input": entry("InputLayer", batch_shape=[None, 2**70]),
    "input of inf": entry("InputLayer", batch_shape=[None, 1e400]),
    "input below zero": entry("InputLayer", batch_shape=[None, -3]),
    "input of texts": entry("InputLayer", batch_shape=["a", "b"]),
    "input of lists": entry("InputLayer", batch_shape=[[[1]]]),
    "input of axes": entry("InputLayer", batch_shape=[None] * 100_000),
    "input dtype": entry("InputLayer", batch_shape=[None, 4], dtype="os.system"),
    "embedding": entry("Embedding", input_dim=10**12, output_dim=10**6),
    "kernel": entry("Conv1D", filters=2, kernel_size=[10**12]),
    "kernel of axes": entry("Conv2D", filters=2, kernel_size=[3] * 1000),
    "array": entry(
        "Dense", units={"class_name": "__numpy__", "config": {"value": "x", "dtype": "O"}}
    ),
    "no array": entry("Dense", units={"class_name": "__numpy__", "config": {}}),
    "tensor": entry(
        "Dense", units={"class_name": "__tensor__", "config": {"value": [[1], [2, 3]]}}
    ),
    "slice": entry("Dense", units={"class_name": "__slice__", "config": {}}),
    "type": entry("Dense", units={"class_name": "type", "config": "Popen", "module": "subprocess"}),
}
LAYERS |= {
    f"{key} {label}": entry("Dense", **{"units": 2, key: value})
    for key, values in {
        "units": {
            "huge": 10**12, "larger": 2**70, "below zero": -1, "zero": 0, "half": 0.5,
            "inf": 1e400, "nan": float("nan"), "text": "2", "nothing": None, "list": [2],
            "dictionary": {},
        },
        "activation": {
            "of the system": function("system", "os"), "eval": function("eval"),
            "load": function("load_model", "keras.saving"), "text": "os.system",
            "get": function("get"), "number": 3, "type": {"class_name": "type", "config": "Dense"},
        },
        "kernel_initializer": {
            "module": entry("Evil", MODULE), "layer": entry("Dense", units=1), "number": 5,
        },
        "kernel_regularizer": {
            "callback": entry("CSVLogger", "keras.callbacks", filename="written"),
        },
        "dtype": {
            "unknown": "float1024", "path": "../x", "number": 5, "class": entry("Evil", MODULE),
        },
        "trainable": {"text": "yes please"},
        "name": {"number": 5, "list": [1]},
    }.items()
    for label, value in values.items()
}  # fmt: skip
# What says nothing harmful, and is read.
HARMLESS = {
    *("kernel_initializer layer", "trainable text", "a layer twice", "cycle", "version of numbers"),
    *("model a list", "model a text", "model nothing", "drive", "wrong size", "a link"),
}


def options(**given: Any) -> Callable[[Any], Any]:
    return lambda config: config | {"compile_config": {"optimizer": "sgd", "loss": "mse", **given}}


def layers_of(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def apply(config: Any) -> Any:
        config["config"]["layers"] = change(config["config"]["layers"])
        return config

    return apply


def second(change: dict[str, Any]) -> Callable[[Any], Any]:
    return layers_of(lambda layers: [layers[0], {**layers[1], **change}, *layers[2:]])


def tensor(name: Any, call: Any = 0, index: Any = 0) -> dict[str, Any]:
    history = [name, call, index]
    return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}


def node(*args: Any, **kwargs: Any) -> dict[str, Any]:
    return {"inbound_nodes": [{"args": list(args), "kwargs": kwargs}]}


def nested_lists(depth: int) -> Any:
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


# Whole models: what happens to the config of a functional one of an input `x` and a layer `d`.
MODELS: dict[str, Callable[[Any], Any]] = {
    "model a list": lambda config: [config],
    "model a text": lambda config: "model",
    "model nothing": lambda config: None,
    "layers nothing": layers_of(lambda layers: None),
    "layers a text": layers_of(lambda layers: "layers"),
    "layers of numbers": layers_of(lambda layers: [1, 2]),
    "layers of nothing": layers_of(lambda layers: []),
    "nested layers": layers_of(lambda layers: [*layers, nested_lists(500)]),
    "a layer twice": layers_of(lambda layers: [*layers, layers[-1]]),
    "of itself": second(node(tensor("d"))),
    "of the next call": second(node(tensor("x", 1))),
    "of none": second(node(tensor("y"))),
    "of a far call": second(node(tensor("x", 10**30))),
    "of a call below zero": second(node(tensor("x", -1))),
    "of a call in words": second(node(tensor("x", "0"))),
    "of a list": second(node(tensor(["x"]))),
    "of a far tensor": second(node(tensor("x", 0, 10**30))),
    "of a tensor below zero": second(node(tensor("x", 0, -5))),
    "of no place": second(node({"class_name": "__keras_tensor__", "config": {}})),
    "of a short place": second({"inbound_nodes": [[["x"]]]}),
    "of a number": second({"inbound_nodes": 5}),
    "of numbers": second({"inbound_nodes": [5]}),
    "with keywords": second(node(tensor("x"), command="touch run")),
    "with a function": second(node(tensor("x"), training=function("system", "os"))),
    "no inputs": lambda config: config | {"config": {**config["config"], "input_layers": []}},
    "inputs": lambda config: (
        config | {"config": {**config["config"], "input_layers": [["q", 0, 0]]}}
    ),
    "outputs": lambda config: config | {"config": {**config["config"], "output_layers": {"a": 5}}},
    "optimizer": options(optimizer=entry("system", "os", command="touch run")),
    "optimizer a callback": options(optimizer=entry("CSVLogger", filename="written")),
    "optimizer a layer": options(optimizer=entry("Dense", units=1)),
    "optimizer by name": options(optimizer="os.system"),
    "rate": options(optimizer=entry("SGD", "keras.optimizers", learning_rate="fast")),
    "rate of a class": options(
        optimizer=entry("SGD", "keras.optimizers", learning_rate=entry("Evil", MODULE))
    ),
    "loss": options(loss=function("system", "os")),
    "loss by name": options(loss="os.system"),
    "loss of a class": options(loss=entry("Popen", "subprocess", args="touch run")),
    "metric": options(metrics=[function("eval")]),
    "metric by name": options(metrics=["__import__"]),
    "options a list": lambda config: config | {"compile_config": [1]},
    "build a list": second({"build_config": [5]}),
}


def small_model() -> Any:
    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Dense(2, name="d")(x), name="m")
    model.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def replaced(config: Any, layer: Any) -> Any:
    """A Sequential with a hostile layer in place of its second."""
    first = config["config"]["layers"][0]
    layers = [{k: v for k, v in first.items() if k not in ("inbound_nodes", "name")}, layer]
    return {**config, "class_name": "Sequential", "config": {"name": "s", "layers": layers}}


def configs(config: Any) -> Iterator[tuple[str, Any]]:
    for name, layer in LAYERS.items():
        yield name, replaced(config, layer)
    for name, change in MODELS.items():
        yield name, change(copy.deepcopy(config))


def text_of(config: Any) -> str:
    """JSON of a config, which may be nested deeper than the writer of JSON goes."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        return json.dumps(config)
    except RecursionError:
        return "[" * 100_000
    finally:
        sys.setrecursionlimit(limit)


def config_cases() -> Iterator[Case]:
    """Each config through each way in; those that differ in reading alone, by turns."""
    model = small_model()
    config = json.loads(model.to_json())
    model.save("good.keras")
    model.save("good.h5")
    os.makedirs("good", exist_ok=True)
    model.save("good", zipped=False)
    for name, changed in configs(config):
        text = text_of(changed)
        yield f"json/{name}", lambda text=text: keras.models.model_from_json(text)
        yield f"keras/{name}", lambda text=text: load_archive(text)
        yield f"h5/{name}", lambda text=text: load_h5(text)
        yield f"h5 of 1/{name}", lambda text=text: load_h5(text, b"1.2.2")
        yield f"h5 of 2/{name}", lambda text=text: load_h5(text, b"2.4.0")
        yield f"folder/{name}", lambda text=text: load_folder(text)
        yield f"object/{name}", lambda c=changed: keras.saving.deserialize_keras_object(c)
    for name, layer in LAYERS.items():
        if isinstance(layer.get("config"), dict) and layer["class_name"] == "Dense":
            inner = layer["config"]
            yield f"from_config/{name}", lambda c=inner: keras.layers.Dense.from_config(c)
    yield "clone/class", lambda: clone(entry("Evil", MODULE))


def clone(given: Any) -> Any:
    """A copy of a model with a layer whose config is hostile."""

    class Deceiver(keras.layers.Dense):
        def get_config(self) -> Any:
            return {**super().get_config(), "kernel_initializer": given}

    return keras.models.clone_model(keras.Sequential([keras.Input((4,)), Deceiver(2)]))


def load_archive(config: str) -> Any:
    with zipfile.ZipFile("good.keras") as good, zipfile.ZipFile("case.keras", "w") as bad:
        for member in good.namelist():
            bad.writestr(member, config if member == "config.json" else good.read(member))
    return keras.models.load_model("case.keras")


def load_h5(config: str, version: bytes | None = None) -> Any:
    Path("case.h5").write_bytes(Path("good.h5").read_bytes())
    try:
        parsed = json.loads(config)
    except RecursionError:
        parsed = None
    with h5py.File("case.h5", "a") as file:
        options = parsed.get("compile_config") if isinstance(parsed, dict) else None
        if options is not None:
            training = dict(options) if isinstance(options, dict) else {"loss": options}
            kept = training.pop("optimizer", None)
            training["optimizer_config"] = kept
            file.attrs["training_config"] = json.dumps(training)
        file.attrs["model_config"] = config
        if version is not None:
            file.attrs["keras_version"] = version
    return keras.models.load_model("case.h5")


def load_folder(config: str) -> Any:
    for path in Path("good").iterdir():
        Path("case", path.name).write_bytes(path.read_bytes())
    Path("case/config.json").write_text(config)
    return keras.models.load_model("case")


# HDF5 files: what happens to one with a model, and to one of weights

KERNEL = "model_weights/d/d/kernel"


def put(make: Callable[[Any, str], Any], path: str = KERNEL) -> Callable[[Any], None]:
    def apply(file: Any) -> None:
        place = path if path in file else "layers/dense/vars/0"
        del file[place]
        make(file, place)

    return apply


def external(file: Any, path: str) -> None:
    file.create_dataset(path, (4, 2), "f4", external=[("/etc/passwd", 0, 32)])


def virtual(file: Any, path: str) -> None:
    layout = h5py.VirtualLayout((4, 2), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4, 2))
    file.create_virtual_dataset(path, layout)


def unknown_filter(file: Any, path: str) -> None:
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 2))
    plist.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (1,))
    space = h5py.h5s.create_simple((4, 2))
    parent, _, name = path.rpartition("/")
    h5py.h5d.create(file[parent].id, name.encode(), h5py.h5t.IEEE_F32LE, space, plist)


def attribute(name: str, value: Any, group: str = "model_weights") -> Callable[[Any], None]:
    def apply(file: Any) -> None:
        file[group].attrs[name] = value

    return apply


def weight_names(*names: bytes) -> Callable[[Any], None]:
    return attribute("weight_names", np.array(names), "model_weights/d")


def cyclic(file: Any) -> None:
    file["model_weights/d/again"] = file["model_weights"]
    file["model_weights"].attrs["layer_names"] = np.array([b"d/again/d"])


def many_numbered(file: Any) -> None:
    del file["model_weights"].attrs["layer_names"]
    for number in range(3):
        file["model_weights"].attrs[f"layer_names{number}"] = np.array([b"d"] * 2000)


H5: dict[str, Callable[[Any], None]] = {
    "external data": put(external),
    "virtual data": put(virtual),
    "soft link": put(lambda f, p: f.update({p: h5py.SoftLink("/model_weights/d/d/bias")})),
    "external link": put(lambda f, p: f.update({p: h5py.ExternalLink("/etc/passwd", "/x")})),
    "link to another file": put(lambda f, p: f.update({p: h5py.ExternalLink("good.h5", KERNEL)})),
    "unknown filter": put(unknown_filter),
    "group": put(lambda f, p: f.create_group(p)),
    "named type": put(lambda f, p: f.update({p: np.dtype("f4")})),
    "text": put(lambda f, p: f.update({p: "text"})),
    "texts": put(lambda f, p: f.create_dataset(p, data=[["a"] * 2] * 4, dtype=h5py.string_dtype())),
    "references": put(lambda f, p: f.create_dataset(p, (4, 2), h5py.ref_dtype)),
    "compound": put(lambda f, p: f.create_dataset(p, (4, 2), [("a", "f4"), ("b", "f4")])),
    "opaque": put(lambda f, p: f.create_dataset(p, (4, 2), "V2")),
    "arrays": put(lambda f, p: f.create_dataset(p, (4, 2), "(3,)f4")),
    "truth": put(lambda f, p: f.create_dataset(p, (4, 2), "?")),
    "complex": put(lambda f, p: f.create_dataset(p, (4, 2), "c8")),
    "huge": put(lambda f, p: f.create_dataset(p, (2**40, 2), "f4", chunks=(1, 2))),
    "huge axes": put(lambda f, p: f.create_dataset(p, (1,) * 32, "f4")),
    "zeros": put(lambda f, p: f.create_dataset(p, (0, 2), "f4")),
    "number": put(lambda f, p: f.create_dataset(p, (), "f4")),
    "empty": put(lambda f, p: f.create_dataset(p, data=h5py.Empty("f4"))),
    "missing": put(lambda f, p: None),
}  # fmt: skip
H5_MODEL: dict[str, Callable[[Any], None]] = {
    "cycle": cyclic,
    "numbered names": many_numbered,
    "names upwards": weight_names(b"../d/kernel", b"bias"),
    "names absolute": weight_names(b"/etc/passwd", b"x"),
    "names empty": weight_names(b"", b"."),
    "names of numbers": attribute("layer_names", np.arange(3)),
    "names in one": attribute("layer_names", "d"),
    "names of no text": attribute("layer_names", np.array([b"\xff\xfe"])),
    "names of none": attribute("layer_names", np.array([b"nothing"])),
    "names of a link": lambda f: (
        f["model_weights"].update({"l": h5py.ExternalLink("good.h5", "/model_weights/d")}),
        attribute("layer_names", np.array([b"l"]))(f),
    ),
    "names huge": attribute("layer_names", np.array([b"d" * 60000])),
    "version of numbers": attribute("keras_version", np.arange(5), "/"),
    "config of numbers": attribute("model_config", np.arange(5), "/"),
    "config of no text": attribute("model_config", np.bytes_(b"\xff\xfe{"), "/"),
    "config empty": attribute("model_config", h5py.Empty("S1"), "/"),
    "config a reference": lambda f: attribute("model_config", f["model_weights"].ref, "/")(f),
    "options no JSON": attribute("training_config", "{", "/"),
    "options a list": attribute("training_config", "[1]", "/"),
    "options of a lambda": attribute(
        "training_config", json.dumps({"optimizer_config": entry("Evil", MODULE)}), "/"
    ),
    "state by a link": lambda f: (
        f.pop("optimizer_weights"),
        f.update(optimizer_weights=h5py.ExternalLink("good.h5", "/optimizer_weights")),
    ),
    "state of names": attribute("weight_names", np.array([b"../../x"]), "optimizer_weights"),
    "state of a link": lambda f: (
        f.pop("keratin_state"),
        f.update(keratin_state=h5py.SoftLink("/model_weights")),
    ),
}  # fmt: skip


def h5_cases() -> Iterator[Case]:
    model = small_model()
    model.save("good.h5")
    model.save_weights("good.weights.h5")
    for name, change in {**H5, **H5_MODEL}.items():
        yield f"model.h5/{name}", lambda change=change: load_changed(change)
    for name, change in H5.items():
        yield f"weights.h5/{name}", lambda c=change: load_changed(c, model, ".weights.h5")
        yield f"by name/{name}", lambda c=change: load_changed(c, model, ".h5", by_name=True)


def load_changed(change: Any, model: Any = None, ending: str = ".h5", **options: Any) -> Any:
    path = Path(f"case{ending}")
    path.write_bytes(Path(f"good{ending}").read_bytes())
    with h5py.File(path, "a") as file:
        change(file)
    if model is None:
        return keras.models.load_model(path)
    return model.load_weights(path, **options)


# Archives and indices


def archive_cases() -> Iterator[Case]:
    model = small_model()
    model.save("good.keras")
    for name, extra in {
        "outside": {"../written": b"x"},
        "far outside": {"assets/../../written": b"x"},
        "absolute": {"/tmp/written": b"x"},
        "backslash": {"assets\\..\\..\\written": b"x"},
        "drive": {"C:/written": b"x"},
    }.items():
        for way, reader in (("model", keras.models.load_model), ("weights", model.load_weights)):
            yield f"zip {way}/{name}", lambda e=extra, r=reader: r(rezipped(extra=e))
    for name, change in {
        "config too long": {"config.json": (1 << 28) + (1 << 20)},
        "bomb": {"model.weights.h5": 1 << 26},
        "weights a folder": {"model.weights.h5": None, "model.weights.h5/": b""},
        "config no text": {"config.json": b"\xff\xfe\x00"},
        "config with nan": {"config.json": b"NaN"},
    }.items():
        yield f"zip/{name}", lambda c=change: keras.models.load_model(rezipped(c))
    for name, spoil in {"size": 22, "start": 42, "kind": 10, "flags": 8, "name": 46}.items():
        yield f"zip/wrong {name}", lambda s=spoil: keras.models.load_model(spoilt(s))
    yield "zip/a link", lambda: keras.models.load_model(rezipped(link="assets/l"))
    yield from index_cases(model)


def rezipped(change: Any = None, extra: Any = None, link: str | None = None) -> str:
    with zipfile.ZipFile("good.keras") as good:
        members = {name: good.read(name) for name in good.namelist()}
    with zipfile.ZipFile("case.keras", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bad:
        for name, data in {**members, **(change or {}), **(extra or {})}.items():
            if isinstance(data, int):  # so many zeros
                with bad.open(name, "w") as member:
                    for _ in range(data >> 20):
                        member.write(bytes(1 << 20))
            elif data is not None:
                bad.writestr(name, data)
        if link is not None:
            info = zipfile.ZipInfo(link)
            info.external_attr = 0o120777 << 16
            bad.writestr(info, "/etc/passwd")
    return "case.keras"


def spoilt(place: int) -> str:
    """An archive in whose list the member with the config has a wrong field."""
    data = bytearray(Path(rezipped()).read_bytes())
    begin = data.find(b"config.json", data.find(b"PK\x01\x02")) - 46
    for offset in range(4):
        data[begin + place + offset] = 0xFF
    Path("case.keras").write_bytes(data)
    return "case.keras"


def index_cases(model: Any) -> Iterator[Case]:
    model.save_weights("good.weights.json", max_shard_size=1e-7)
    index = json.loads(Path("good.weights.json").read_text())
    for name, value in {
        "outside": ["../x.weights.h5"], "absolute": ["/etc/x.weights.h5"], "passwd": "/etc/passwd",
        "address": "http://x/y.weights.h5", "number": 5, "nothing": None, "nested": [["x"]],
        "zero byte": ["x\x00.weights.h5"], "itself": ["good.weights.json"],
        "absent": ["q.weights.h5"],
    }.items():  # fmt: skip
        changed = {**index, "weight_map": {**index["weight_map"], "/layers/dense/vars": value}}
        yield f"index/{name}", lambda c=changed: load_index(model, json.dumps(c))
    for name, text in {
        "list": "[]", "text": '"x"', "deep": "[" * 100_000, "no map": "{}",
        "map a list": '{"weight_map": [1]}', "empty map": '{"weight_map": {}}',
        "no text": "\udcff",
    }.items():  # fmt: skip
        yield f"index/{name}", lambda t=text: load_index(model, t)


def load_index(model: Any, text: str) -> Any:
    Path("case.weights.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    return model.load_weights("case.weights.json")


# Files cut short, where that is not tested with the format


def cut_cases() -> Iterator[Case]:
    model = small_model()
    model.save("good", zipped=False)
    model.save_weights("good.weights.json", max_shard_size=1e-7)
    model.save("good.keras")
    rezipped()
    Path("packed.keras").write_bytes(Path("case.keras").read_bytes())
    shard = "good_00000.weights.h5"
    for path, way in {
        "good/config.json": lambda: keras.models.load_model("good"),
        "good/model.weights.h5": lambda: keras.models.load_model("good"),
        "good.weights.json": lambda: model.load_weights("good.weights.json"),
        shard: lambda: model.load_weights("good.weights.json"),
        "packed.keras": lambda: keras.models.load_model("packed.keras"),
    }.items():
        whole = Path(path).read_bytes()
        for place in np.linspace(0, len(whole) - 1, 50).astype(int):
            yield f"cut/{path} at {place}", lambda p=path, w=way, d=whole[:place]: cut(p, w, d)
        Path(path).write_bytes(whole)


def cut(path: str, way: Callable[[], Any], data: bytes) -> Any:
    Path(path).write_bytes(data)
    return way()


# Watching


class Watch:
    """Notes what is done within a case that no file may have done."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.allowed = (str(folder), sys.prefix, sys.base_prefix, str(Path(__file__).parents[3]))
        self.seen: list[str] | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.seen is None:
            return
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if not path.startswith(self.allowed):
                self.seen.append(f"open {path}")
        elif event == "import" and arguments[0] == MODULE:
            self.seen.append(f"import {arguments[0]}")
        elif event == "marshal.loads" and is_importing():
            return
        elif event.startswith(FORBIDDEN):
            self.seen.append(f"{event} {arguments}")


FORBIDDEN = (
    *("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.symlink"),
    *("marshal.loads", "pickle.find_class", "ctypes.dlopen", "urllib.Request", "ftplib", "smtplib"),
)


def is_importing() -> bool:
    """Whether Python reads the code of a module, as when a part of the package is first used."""
    frame: Any = sys._getframe()
    while frame is not None:
        if "importlib._bootstrap_external" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def limit_memory() -> None:
    """Allow no more than a gigabyte beyond what is in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + (1 << 30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def too_long(*_: Any) -> None:
    raise BaseException("a case takes longer than 60 seconds")


def outcome(run: Callable[[], Any], watch: Watch) -> list[Any]:
    watch.seen = []
    signal.alarm(60)
    try:
        run()
        said = ["", ""]
    except BaseException as error:
        said = [", ".join(base.__name__ for base in type(error).__mro__), str(error)[:500]]
    finally:
        signal.alarm(0)
    seen, watch.seen = watch.seen, None
    seen += [name for name in TRACES if os.path.exists(name)]
    return [*said, seen]


def main() -> None:
    """Try all cases of a kind in the folder it runs in, and print what came of them."""
    folder = Path.cwd()
    warnings.simplefilter("ignore")
    tempfile.tempdir = str(folder)
    os.makedirs("case", exist_ok=True)
    Path(f"{MODULE}.py").write_text("open('imported', 'w').write('')\nclass Evil:\n    pass\n")
    sys.path.insert(0, str(folder))
    small_model().save("warm.keras")
    keras.models.load_model("warm.keras")
    limit_memory()
    watch = Watch(folder)
    sys.addaudithook(watch)
    signal.signal(signal.SIGALRM, too_long)
    found = {}
    kinds = {"configs": config_cases, "h5": h5_cases, "archives": archive_cases, "cut": cut_cases}
    for kind in sys.argv[1:]:
        for name, run in kinds[kind]():
            found[name] = outcome(run, watch)
    with open(1, "w", closefd=False) as output:
        json.dump(found, output)


if __name__ == "__main__":
    main()
