"""`tf.saved_model.load`: what is loaded, and what is refused."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from keratin.export._folder import MANIFEST
from keratin.export._structure import FolderError


def test_tags_must_be_those_of_the_folder(tf, saved_once):
    assert tf.saved_model.load(saved_once, tags="serve")
    assert tf.saved_model.load(saved_once, tags=["serve"])
    with pytest.raises(RuntimeError, match=r"has the tags \['serve'\], not \['train'\]"):
        tf.saved_model.load(saved_once, tags=["train"])


def test_what_holds_a_saved_model(tf, saved_once, tmp_path):
    assert tf.saved_model.contains_saved_model(saved_once)
    assert not tf.saved_model.contains_saved_model(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    assert tf.saved_model.contains_saved_model(tmp_path)
    with pytest.raises(FolderError, match=r"a SavedModel of TensorFlow"):
        tf.saved_model.load(tmp_path)


def test_variables_may_be_left_at_zero(tf, saved_once):
    options = tf.saved_model.LoadOptions(experimental_skip_checkpoint=True)
    loaded = tf.saved_model.load(saved_once, options=options)
    assert not loaded.kernel.numpy().any()
    with pytest.raises(TypeError, match=r"options are tf.saved_model.LoadOptions"):
        tf.saved_model.load(saved_once, options=3)


def test_large_constants_stand_beside_the_program(tf, tmp_path):
    table = np.arange(40000, dtype=np.float32)
    module = tf.Module()
    module.f = tf.function(
        lambda i: tf.gather(table, i), input_signature=[tf.TensorSpec([None], tf.int32)]
    )
    tf.saved_model.save(module, tmp_path)
    assert max(path.stat().st_size for path in (tmp_path / "programs").iterdir()) < 20000
    loaded = tf.saved_model.load(tmp_path)
    assert loaded.f([3, 39999]).numpy().tolist() == [3.0, 39999.0]
    assert loaded.variables == ()


def test_programs_are_inspected_before_they_are_used(tf, saved):
    import jax

    refuse = _with_program(saved, _calling("mine"))
    with pytest.raises(FolderError, match=r"programs/evil\.stablehlo is refused: it calls 'mine'"):
        tf.saved_model.load(refuse)
    structs = [jax.ShapeDtypeStruct((2,), np.float32)] * 2
    other = jax.export.export(jax.jit(lambda x, y: [x]))(*structs)
    with pytest.raises(FolderError, match=r"the program takes 2 inputs"):
        tf.saved_model.load(_with_program(saved, other))
    other = jax.export.export(jax.jit(lambda x: {"a": x}))(structs[0])
    with pytest.raises(FolderError, match=r"evil\.stablehlo takes and gives other structures"):
        tf.saved_model.load(_with_program(saved, other))


def _calling(name):
    import jax

    check = jax.export.DisabledSafetyCheck.custom_call(name)
    call = jax.ffi.ffi_call(name, jax.ShapeDtypeStruct((2,), np.float32))
    function = jax.jit(lambda x: [call(x)])
    return jax.export.export(function, disabled_checks=[check])(
        jax.ShapeDtypeStruct((2,), np.float32)
    )


def _with_program(folder, exported):
    """The folder with another program in place of that of the signature."""
    data = bytes(dataclass_without_checks(exported).serialize())
    (folder / "programs" / "evil.stablehlo").write_bytes(data)
    manifest = json.loads((folder / MANIFEST).read_text())
    entry = manifest["signatures"]["serving_default"]
    digest = hashlib.sha256(data).hexdigest()
    entry.update(file="programs/evil.stablehlo", bytes=len(data), sha256=digest, gradient={})
    manifest["functions"] = []
    manifest["nodes"] = [{"kind": "object", "children": []}]
    manifest["root"] = 0
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder


def dataclass_without_checks(exported):
    import dataclasses

    return dataclasses.replace(exported, disabled_safety_checks=())


# Hostile manifests: each change must be an error that names the folder, and nothing else.


def _set(path, value):
    def change(manifest):
        *parts, last = path
        place = manifest
        for part in parts:
            place = place[part]
        place[last] = value

    return change


_S = ("signatures", "serving_default")
_F = ("functions", 0, "programs", 0)
_CHANGES = [
    *(
        _set((key,), value)
        for key in ("nodes", "functions", "variables")
        for value in (3, None, {})
    ),
    *(_set(("root",), value) for value in (-1, 10**9, "0", None, 1)),
    *(_set(("weights",), value) for value in (3, {}, {"file": "../x"}, {"file": "programs/x"})),
    *(_set(("signatures",), value) for value in (3, [], {"a": 3}, {"a": {}})),
    *(_set((*_S, "inputs"), value) for value in (3, [], ["x", "y"], [3])),
    *(_set((*_S, "results"), value) for value in (None, ["a", "a"], [])),
    *(_set((*_S, "dims"), value) for value in ([], [["batch"]], [["../x", 3]], [["batch", -3]])),
    *(_set((*_S, "dims"), value) for value in ([["batch", 4]], [["other", 3]], [[{}, 3]])),
    *(_set((*_S, "arguments"), value) for value in (3, {"value": 1}, {"tuple": []})),
    *(_set((*_S, "outputs"), value) for value in ({"value": 1}, {"list": []})),
    *(_set((*_S, "reads"), value) for value in ([], [0], [99], ["0"], [-1], {})),
    *(_set((*_S, "writes"), value) for value in ([], [0], [99], 3)),
    *(_set((*_S, "constants"), value) for value in ([0], 3)),
    *(_set((*_S, "gradient"), value) for value in (3, {"file": "x"}, {"file": "programs/x"})),
    *(_set((*_S, "gradient", "by"), value) for value in ([], [99], 3, [0, 0, 0])),
    *(_set((*_S, "file"), value) for value in ("/etc/passwd", "programs/../../x", 3, {})),
    *(_set((*_S, "bytes"), value) for value in (1, "1", None, 1 << 70)),
    *(_set((*_S, "sha256"), value) for value in ("", None, "0" * 64)),
    *(_set((*_F, "arguments"), value) for value in ({"tuple": [{"tuple": []}, {"list": []}]},)),
    *(_set(("functions", 0, "parameters"), value) for value in (3, [3], [{"name": "x"}])),
    _set(("functions", 0, "parameters"), [{"name": "a b", "kind": "KEYWORD_ONLY"}]),
    _set(("functions", 0, "parameters"), [{"name": "x", "kind": "OTHER"}]),
    _set(("functions", 0, "parameters"), [{"name": "x", "kind": "KEYWORD_ONLY"}] * 2),
    _set(("functions", 0, "parameters"), []),
    _set(("functions", 0, "name"), 3),
    *(_set(("variables", 0, "shape"), value) for value in ([1 << 40], [3], [-1], None, [3, 3])),
    *(_set(("variables", 0, "dtype"), value) for value in ("float64", "object", "string", 3)),
    *(_set(("variables", 0, "declared"), value) for value in ([7], 3, "x")),
    *(_set(("variables", 0, "name"), value) for value in (3, None)),
    _set(("variables", 0, "trainable"), "yes"),
    _set(("constants",), [{"shape": [1 << 50], "dtype": "float32"}]),
    *(_set(("nodes", 0), value) for value in (3, {}, {"kind": "other"}, {"kind": "object"})),
    *(_set(("nodes", 0, "children"), value) for value in (3, [3], [["a", 10**6]], [[3, 0]])),
    _set(("nodes", 0, "children"), [["a", -1]]),
    _set(("nodes", 1), {"kind": "variable", "variable": 10**6}),
    _set(("nodes", 1), {"kind": "function", "function": -1}),
    _set(("nodes", 1), {"kind": "list", "items": [1]}),
    _set(("nodes", 1), {"kind": "dict", "items": [["a", 1]]}),
    _set(("nodes", 1), {"kind": "asset", "file": "assets/../../../etc/passwd"}),
    _set(("nodes", 1), {"kind": "asset", "file": "assets/nothing"}),
    _set(("nodes", 1), {"kind": "value", "value": {"list": 3}}),
    _set(("nodes", 1), {"kind": {"a": 1}}),
    lambda manifest: manifest.pop("weights"),
    lambda manifest: manifest.pop("tags"),
]


@pytest.mark.parametrize("number", range(len(_CHANGES)))
def test_hostile_manifests_are_errors_that_name_the_folder(tf, saved_once, tmp_path, number):
    manifest = json.loads((saved_once / MANIFEST).read_text())
    _CHANGES[number](manifest)
    for name in os.listdir(saved_once):
        if name != MANIFEST:
            # Folders that are links are not followed: the files are linked one by one.
            (tmp_path / name).mkdir()
            for file in os.listdir(saved_once / name):
                os.link(saved_once / name / file, tmp_path / name / file)
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(FolderError) as caught:
        tf.saved_model.load(tmp_path, tags="serve")
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", ["__class__", "_members", "variables", "load", "", "a.b", "name"])
def test_names_of_parts_overwrite_nothing(tf, saved, name):
    manifest = json.loads((saved / MANIFEST).read_text())
    children = manifest["nodes"][0]["children"]
    children.append([name, children[0][1]])
    (saved / MANIFEST).write_text(json.dumps(manifest))
    loaded = tf.saved_model.load(saved)
    assert type(loaded).__name__ == "CallableObject"
    assert loaded(tf.ones([1, 3])).shape == [1, 2]
    assert loaded.name == "loaded"


_HOSTILE = textwrap.dedent(
    """
    import hashlib, json, os, resource, shutil, sys
    import keratin as tf
    folder, scratch = sys.argv[1:]
    tf.saved_model.load(folder)
    limit = int(open("/proc/self/statm").read().split()[0]) * 4096 + (3 << 28)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    names = ["saved_model.json"]
    names += [f"{inner}/{name}" for inner in ("programs", "variables")
              for name in os.listdir(f"{folder}/{inner}")]
    tried = 0

    def expect(what):
        global tried
        tried += 1
        try:
            tf.saved_model.load(scratch)
        except (ValueError, OSError) as error:
            assert scratch in str(error), error
            return
        raise AssertionError(f"{what} was loaded")

    for name in names:
        data = open(f"{folder}/{name}", "rb").read()
        cuts = [len(data) * i // 50 for i in range(50)]
        for cut in cuts:
            open(f"{scratch}/{name}", "wb").write(data[:cut])
            expect(f"{name} cut at {cut}")
        if name.startswith("programs"):
            for place in range(0, len(data), max(1, len(data) // 25)):
                flipped = bytearray(data)
                flipped[place] ^= 0x55
                open(f"{scratch}/{name}", "wb").write(flipped)
                expect(f"{name} with byte {place} changed")
        open(f"{scratch}/{name}", "wb").write(data)
    tf.saved_model.load(scratch)

    # Cut programs whose digests are right: what reads them must say so itself.
    manifest = json.load(open(f"{folder}/saved_model.json"))
    entry = manifest["signatures"]["serving_default"]
    data = open(f"{folder}/{entry['file']}", "rb").read()
    for cut in [len(data) * i // 50 for i in range(50)]:
        part = data[:cut]
        open(f"{scratch}/programs/cut.stablehlo", "wb").write(part)
        entry.update(file="programs/cut.stablehlo", bytes=cut,
                     sha256=hashlib.sha256(part).hexdigest())
        json.dump(manifest, open(f"{scratch}/saved_model.json", "w"))
        expect(f"a program of {cut} bytes")
    print(tried)
    """
)


def test_damaged_folders_are_errors_in_little_memory(tf, tmp_path):
    module = tf.Module()
    module.v = tf.Variable(np.ones(50, np.float32))
    module.f = tf.function(lambda x: x * module.v, input_signature=[tf.TensorSpec([None, 50])])
    tf.saved_model.save(module, tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "damaged")
    arguments = [str(tmp_path / "whole"), str(tmp_path / "damaged")]
    done = subprocess.run(
        [sys.executable, "-c", _HOSTILE, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 290
