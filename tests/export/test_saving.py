"""`tf.saved_model.save`: what becomes part of a folder, and what is refused."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from keratin.export._folder import MANIFEST


def manifest_of(folder):
    return json.loads((folder / MANIFEST).read_text())


def test_the_folder_is_as_documented(saved_once):
    manifest = manifest_of(saved_once)
    assert set(os.listdir(saved_once)) == {MANIFEST, "programs", "variables"}
    assert manifest["tags"] == ["serve"]
    assert set(manifest["signatures"]) == {"serving_default"}
    signature = manifest["signatures"]["serving_default"]
    assert signature["dims"] == [["batch", 3]]
    assert signature["inputs"] == ["x"]
    assert signature["results"] == ["output_0"]
    assert signature["platforms"] == ["cpu", "cuda", "tpu"]
    names = [variable["name"] for variable in manifest["variables"]]
    assert names[:2] == ["kernel", "count"]
    # Each program once, though the signature and the method are the same one.
    files = [signature["file"], signature["gradient"]["file"]]
    for function in manifest["functions"]:
        for program in function["programs"]:
            files += [program["file"], program["gradient"]["file"]]
    assert {os.path.basename(file) for file in files} == set(os.listdir(saved_once / "programs"))
    assert len(manifest["functions"]) == 2


def test_programs_are_read_by_jax_alone(saved_once):
    import jax

    signature = manifest_of(saved_once)["signatures"]["serving_default"]
    program = jax.export.deserialize(bytearray((saved_once / signature["file"]).read_bytes()))
    count, kernel = np.int32(4), np.ones((3, 2), np.float32)
    given = {(): count, (3, 2): kernel}
    variables = [given.get(aval.shape) for aval in program.in_avals[1:]]
    output, counted = program.call(np.ones((5, 3), np.float32), *variables)
    assert np.asarray(output).tolist() == [[3.0, 3.0]] * 5
    assert counted == 5


def test_signatures_are_functions_concrete_ones_or_several(tf, tmp_path):
    module = tf.Module()
    module.v = tf.Variable(2.0)
    f = tf.function(lambda x: x * module.v)
    spec = tf.TensorSpec([None], tf.float32, name="given")
    concrete = f.get_concrete_function(spec)
    with_signature = tf.function(lambda a, b: {"sum": a + b}, input_signature=[spec, spec])
    tf.saved_model.save(module, tmp_path, {"one": concrete, "two": with_signature})
    loaded = tf.saved_model.load(tmp_path).signatures
    assert list(loaded) == ["one", "two"]
    assert loaded["one"](given=tf.ones([3]))["output_0"].numpy().tolist() == [2.0] * 3
    both = loaded["two"](given=tf.ones([3]), given_1=tf.ones([3]))
    assert both["sum"].numpy().tolist() == [2.0] * 3
    tf.saved_model.save(module, tmp_path, concrete)
    assert list(tf.saved_model.load(tmp_path).signatures) == ["serving_default"]


def test_the_default_signature_is_the_only_one_there_is(tf, tmp_path):
    spec = [tf.TensorSpec([2], tf.float32)]
    module = tf.Module()
    tf.saved_model.save(module, tmp_path)
    assert not tf.saved_model.load(tmp_path).signatures
    module.f = tf.function(lambda x: x, input_signature=spec)
    tf.saved_model.save(module, tmp_path)
    assert list(tf.saved_model.load(tmp_path).signatures) == ["serving_default"]
    module.g = tf.function(lambda x: x, input_signature=spec)
    tf.saved_model.save(module, tmp_path)
    assert not tf.saved_model.load(tmp_path).signatures


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda tf: {"a": lambda x: x}, r"signatures\['a'\] takes a tf.function"),
        (lambda tf: {"a": tf.function(lambda x: x)}, "traced for 0 sets of arguments"),
        (lambda tf: {3: None}, "signatures have names; given 3"),
        (
            lambda tf: tf.function(
                lambda x: {"a": [x]}, input_signature=[tf.TensorSpec([2], tf.float32)]
            ),
            "returns a dictionary with 'a'",
        ),
        (
            lambda tf: tf.function(
                lambda x: {"a": 3 if x is None else "b"},
                input_signature=[tf.TensorSpec([2], tf.float32)],
            ),
            "takes and gives tensors|returns a dictionary",
        ),
    ],
    ids=range(5),
)
def test_signatures_that_are_none_say_why_and_leave_nothing(tf, tmp_path, make, message):
    with pytest.raises(ValueError, match=message):
        tf.saved_model.save(tf.Module(), tmp_path / "new", make(tf))
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_saved_says_why(tf, tmp_path):
    with pytest.raises(ValueError, match=r"takes a tf.Module.*given list.*attributes of a"):
        tf.saved_model.save([1], tmp_path)
    module = tf.Module()
    module.texts = tf.Variable(["a", "b"])
    with pytest.raises(ValueError, match=r"'Variable:0' is of strings.*Asset"):
        tf.saved_model.save(module, tmp_path)
    module = tf.Module()
    module.f = tf.function(lambda x: tf.print(x), input_signature=[tf.TensorSpec([2])])
    with pytest.raises(ValueError, match=r"signatures\['serving_default'\]: .* calls Python"):
        tf.saved_model.save(module, tmp_path)
    module = tf.Module()
    module.parts = {1: tf.Variable(1.0)}
    with pytest.raises(ValueError, match=r"Module.parts is a dictionary with the key 1"):
        tf.saved_model.save(module, tmp_path)
    with pytest.raises(TypeError, match=r"options are tf.saved_model.SaveOptions"):
        tf.saved_model.save(tf.Module(), tmp_path, options={})
    assert os.listdir(tmp_path) == []


def test_a_former_folder_stays_when_saving_fails(tf, counter, saved):
    before = {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()}
    module = tf.Module()
    module.v = tf.Variable(1.0)
    module.f = tf.function(lambda x: tf.print(x) or module.v, input_signature=[tf.TensorSpec([2])])
    with pytest.raises(ValueError, match=r"calls Python"):
        tf.saved_model.save(module, saved)
    assert {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()} == before


def test_loaded_objects_are_saved_again(tf, saved_once, tmp_path):
    loaded = tf.saved_model.load(saved_once)
    loaded.kernel.assign_add(tf.ones([3, 2]))
    loaded.more = tf.Variable(5.0)
    tf.saved_model.save(loaded, tmp_path, signatures=dict(loaded.signatures))
    again = tf.saved_model.load(tmp_path)
    x = tf.random.normal([7, 3])
    assert np.array_equal(again(x), loaded(x))
    assert again.more.numpy() == 5.0
    assert again.me is again
    assert again.scaled(tf.ones([2, 2]), back=True)[0].shape == [2, 2]
    with tf.GradientTape() as tape:
        y = again.signatures["serving_default"](x=x)["output_0"]
    assert tape.gradient(y, again.kernel).shape == [3, 2]


def test_options(tf, tmp_path):
    module = tf.Module()
    module.v = tf.Variable(1.0)
    module.f = tf.function(lambda x: x * module.v, input_signature=[tf.TensorSpec([None])])
    options = tf.saved_model.SaveOptions(
        save_debug_info=True,
        extra_tags=["mine"],
        function_aliases={"other": module.f},
        experimental_custom_gradients=False,
        experimental_variable_policy="save_variable_devices",
    )
    tf.saved_model.save(module, tmp_path, options=options)
    manifest = manifest_of(tmp_path)
    assert manifest["tags"] == ["serve", "mine"]
    assert "CPU" in manifest["variables"][0]["device"]
    (text,) = (tmp_path / "debug").iterdir()
    assert "stablehlo.multiply" in text.read_text()
    load = tf.saved_model.LoadOptions(
        experimental_load_function_aliases=True,
        experimental_variable_policy="save_variable_devices",
    )
    loaded = tf.saved_model.load(tmp_path, options=load)
    assert list(loaded.function_aliases.values()) == ["other"]
    assert "CPU" in loaded.v.device
    assert loaded.f([3.0]).numpy().tolist() == [3.0]
    with (
        pytest.raises(ValueError, match=r"without its gradient.*experimental_custom_gradients"),
        tf.GradientTape() as tape,
    ):
        y = loaded.f([3.0])
        tape.gradient(y, loaded.v)
    tf.saved_model.save(module, tmp_path)
    assert not list((tmp_path / "debug").iterdir())
    with pytest.raises(ValueError, match=r"function_aliases\['x'\] takes a tf.function"):
        options = tf.saved_model.SaveOptions(function_aliases={"x": 3})
        tf.saved_model.save(module, tmp_path, options=options)


_FRESH = """
import sys
import numpy as np
import keratin as tf
given = np.load(sys.argv[2])
loaded = tf.saved_model.load(sys.argv[1])
results = {name: loaded.serve(given[name]).numpy() for name in given}
assert "keratin.keras" not in sys.modules
np.savez(sys.argv[3], **results)
"""


def test_a_fresh_process_without_the_code_gives_the_same_bits(tf, tmp_path):
    from keratin import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((None, 4)),
            layers.LSTM(6, return_sequences=True),
            layers.LayerNormalization(),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.export(tmp_path / "model", verbose=False)
    rng = np.random.default_rng(0)
    shapes = {"a": (1, 5, 4), "b": (6, 11, 4)}
    given = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    np.savez(tmp_path / "given.npz", **given)
    arguments = [str(tmp_path / name) for name in ("model", "given.npz", "results.npz")]
    subprocess.run([sys.executable, "-c", _FRESH, *arguments], check=True)
    results = np.load(tmp_path / "results.npz")
    for name, array in given.items():
        np.testing.assert_allclose(results[name], model(array).numpy(), atol=1e-6)
