"""`model.export` and `keras.export.ExportArchive`."""

import numpy as np
import pytest

from keratin import keras

layers = keras.layers
random = np.random.default_rng(0)


def floats(*shape):
    return random.normal(size=shape).astype("float32")


def two_inputs():
    a, b = keras.Input((3,), name="a"), keras.Input((4,), name="b")
    joined = layers.Concatenate()([a, b])
    return a, b, layers.Dense(2, name="x")(joined), layers.Dense(1, name="y")(b)


def listed():
    a, b, x, y = two_inputs()
    return keras.Model([a, b], [x, y]), lambda n: [floats(n, 3), floats(n, 4)]


def named():
    a, b, x, y = two_inputs()
    model = keras.Model({"a": a, "b": b}, {"x": x, "y": y})
    return model, lambda n: {"a": floats(n, 3), "b": floats(n, 4)}


def row(*rest, shape=(3,), dtype="float32"):
    model = keras.Sequential([keras.Input(shape, dtype=dtype), *rest])
    full = [7 if size is None else size for size in shape]
    if dtype == "int32":
        return model, lambda n: random.integers(0, 9, (n, *full)).astype(dtype)
    return model, lambda n: floats(n, *full)


def subclassed():
    class Sub(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense, self.normal = layers.Dense(4), layers.BatchNormalization()
            self.drop = layers.Dropout(0.5)

        def call(self, x, training=None):
            return {"out": self.drop(self.normal(self.dense(x), training=training))}

    model = Sub()
    model(floats(2, 3))
    return model, lambda n: floats(n, 3)


def attention():
    x = keras.Input((None, 8))
    y = layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    return keras.Model(x, layers.LayerNormalization()(x + y)), lambda n: floats(n, 5, 8)


MODELS = {
    "dense": lambda: row(layers.Dense(2, activation="gelu")),
    "listed": listed,
    "named": named,
    "subclassed": subclassed,
    "embedding": lambda: row(
        layers.Embedding(9, 4, mask_zero=True), layers.LSTM(3), shape=(None,), dtype="int32"
    ),
    "bidirectional": lambda: row(
        layers.Bidirectional(layers.GRU(3, return_sequences=True)), shape=(None, 2)
    ),
    "attention": attention,
    "images": lambda: row(
        layers.Conv2D(4, 3, strides=2, padding="same"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(2),
        shape=(13, 12, 3),
    ),
    "any image": lambda: row(
        layers.Conv2D(4, 3, padding="same", activation="relu"),
        layers.AveragePooling2D(),
        layers.GlobalMaxPooling2D(),
        shape=(None, None, 3),
    ),
    "mixed": lambda: row(layers.Dense(8, dtype="mixed_bfloat16"), layers.Dense(2, dtype="float32")),
}


@pytest.mark.parametrize("name", MODELS)
def test_exported_models_give_the_same_numbers(tf, tmp_path, name):
    model, data = MODELS[name]()
    model.export(tmp_path, verbose=False)
    loaded = tf.saved_model.load(tmp_path)
    assert set(loaded.signatures) == {"serve", "serving_default"}
    for size in (1, 6):
        given = data(size)
        ours, theirs = loaded.serve(given), model(given)
        tf.nest.map_structure(
            lambda one, other: np.testing.assert_allclose(one, other, atol=1e-6), ours, theirs
        )
    assert len(loaded.variables) == len(model.variables)
    assert len(loaded.trainable_variables) == len(model.trainable_variables)


def test_signatures_have_the_names_of_inputs_and_outputs(tf, tmp_path):
    model, data = named()
    model.export(tmp_path, verbose=False)
    serve = tf.saved_model.load(tmp_path).signatures["serving_default"]
    given = data(4)
    assert set(serve.structured_input_signature[1]) == {"a", "b"}
    found = serve(**given)
    assert set(found) == {"x", "y"}
    np.testing.assert_allclose(found["x"], model(given)["x"], atol=1e-6)
    model, data = listed()
    model.export(tmp_path, verbose=False)
    serve = tf.saved_model.load(tmp_path).signatures["serve"]
    assert list(serve.structured_outputs) == ["output_0", "output_1"]


def test_export_prints_its_endpoint(tmp_path, capsys):
    model = keras.Sequential([keras.Input((3,), name="x"), layers.Dense(2)])
    model.export(tmp_path)
    text = capsys.readouterr().out
    assert text.startswith(f"Saved artifact at '{tmp_path}'. The following endpoints are available")
    lines = text.splitlines()
    start = lines.index("* Endpoint 'serve'")
    assert lines[start + 1 : start + 5] == [
        "  args_0 (POSITIONAL_ONLY): TensorSpec(shape=(None, 3), dtype=tf.float32, name='x')",
        "Output Type:",
        "  TensorSpec(shape=(None, 2), dtype=tf.float32, name=None)",
        "Captures:",
    ]
    model.export(tmp_path, verbose=False)
    assert capsys.readouterr().out == ""


def test_input_signatures_say_what_is_known(tf, tmp_path):
    model = keras.Sequential([keras.Input((None, 3)), layers.Dense(2)])
    spec = keras.InputSpec(shape=(2, 5, 3), dtype="float32")
    model.export(tmp_path, verbose=False, input_signature=[spec], is_static=True)
    loaded = tf.saved_model.load(tmp_path)
    assert loaded.serve(tf.ones([2, 5, 3])).shape == [2, 5, 2]
    with pytest.raises(ValueError, match="no program was saved"):
        loaded.serve(tf.ones([1, 5, 3]))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"format": "onnx"}, NotImplementedError, "format='onnx' needs a converter.*StableHLO"),
        ({"format": "openvino"}, NotImplementedError, "'openvino' needs a converter"),
        ({"format": "litert"}, NotImplementedError, "'litert' needs a converter"),
        ({"format": "torch"}, NotImplementedError, "export it there to 'torch'"),
        ({"format": "tf_saved"}, ValueError, "format is one of 'tf_saved_model'.*'tf_saved'"),
        ({"opset_version": 3}, TypeError, "opset_version"),
    ],
)
def test_what_export_refuses(tmp_path, options, error, message):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(error, match=message):
        model.export(tmp_path / "new", **options)
    with pytest.raises(ValueError, match="is not built, so its inputs are not known"):
        keras.Sequential([layers.Dense(1)]).export(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_archives_hold_several_endpoints(tf, tmp_path):
    model = keras.Sequential([keras.Input((3,)), layers.Dropout(0.5), layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(floats(4, 3), floats(4, 2), verbose=0)
    spec = [keras.InputSpec(shape=(None, 3), dtype="float32")]
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("infer", lambda x: model(x, training=False), spec)
    archive.add_endpoint("train", lambda x: model(x, training=True), spec)
    called = tf.function(lambda x: x + 1)
    called(tf.ones([2]))
    archive.add_endpoint("plain", called)
    archive.add_variable_collection("optimizer_variables", model.optimizer.variables)
    archive.write_out(tmp_path, verbose=False)
    assert len(archive.variables) == len(model.variables)
    assert len(archive.trainable_variables) + len(archive.non_trainable_variables) == len(
        archive.variables
    )
    loaded = tf.saved_model.load(tmp_path)
    assert set(loaded.signatures) == {"infer", "train", "plain", "serving_default"}
    x = floats(5, 3)
    np.testing.assert_allclose(loaded.infer(x), model(x), atol=1e-6)
    drawn = [loaded.train(x).numpy() for _ in range(2)]
    assert not np.array_equal(*drawn)
    assert loaded.plain(tf.ones([2])).numpy().tolist() == [2.0, 2.0]
    saved = [v.numpy() for v in loaded.optimizer_variables]
    for one, other in zip(saved, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one, other.numpy())


def test_what_archives_refuse(tf):
    archive = keras.export.ExportArchive()
    with pytest.raises(ValueError, match="there is no endpoint yet"):
        archive.write_out("nowhere")
    with pytest.raises(ValueError, match=r"track takes a layer, a model or a tf.Module; given 3"):
        archive.track(3)
    with pytest.raises(ValueError, match="is not built"):
        archive.track(layers.Dense(1))
    with pytest.raises(ValueError, match=r"no tf.function, so give input_signature"):
        archive.add_endpoint("a", lambda x: x)
    with pytest.raises(ValueError, match="was never called"):
        archive.add_endpoint("a", tf.function(lambda x: x))
    with pytest.raises(ValueError, match=r"is a list of what each argument is.*Write \["):
        archive.add_endpoint("a", lambda x: x, tf.TensorSpec([2]))
    archive.add_endpoint("a", lambda x: x, [tf.TensorSpec([2])])
    with pytest.raises(ValueError, match="an endpoint 'a' already"):
        archive.add_endpoint("a", lambda x: x, [tf.TensorSpec([2])])
    for name in ("a b", "variables", 3):
        with pytest.raises(ValueError, match="is an identifier that is not taken yet"):
            archive.add_endpoint(name, lambda x: x, [tf.TensorSpec([2])])
    with pytest.raises(TypeError, match="other"):
        archive.add_endpoint("b", lambda x: x, [tf.TensorSpec([2])], other=1)
    with pytest.raises(ValueError, match="takes a list, tuple or set of variables; given int"):
        archive.add_variable_collection("c", 3)
    with pytest.raises(ValueError, match="a variable is expected; given 3"):
        archive.add_variable_collection("c", [3])
    with pytest.raises(ValueError, match="the format is 'saved_model'; given 'neptune_model'"):
        keras.export.ExportArchive("neptune_model")
    with pytest.raises(TypeError, match="fmt"):
        keras.export.ExportArchive(fmt=1)


def test_models_and_layers_are_saved_by_saved_model_too(tf, tmp_path):
    model, data = named()
    tf.saved_model.save(model, tmp_path / "model")
    loaded = tf.saved_model.load(tmp_path / "model")
    given = data(3)
    np.testing.assert_allclose(loaded(given)["y"], model(given)["y"], atol=1e-6)
    assert list(loaded.signatures) == ["serving_default"]
    assert len(loaded.variables) == 4
    module = tf.Module()
    module.layer = layers.Dense(2)
    module.layer.build((None, 3))
    module.f = tf.function(module.layer, input_signature=[tf.TensorSpec([None, 3])])
    tf.saved_model.save(module, tmp_path / "layer")
    loaded = tf.saved_model.load(tmp_path / "layer")
    x = floats(2, 3)
    np.testing.assert_allclose(loaded.f(x), module.layer(x), atol=1e-6)
    assert len(loaded.layer.trainable_variables) == 2


def test_an_export_does_not_change_the_model(tmp_path):
    model, data = row(layers.BatchNormalization(), layers.Dense(1))
    before = [w.copy() for w in model.get_weights()]
    model.export(tmp_path, verbose=False)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert model.predict(data(2), verbose=0).shape == (2, 1)


def test_gradients_at_sizes_that_windows_do_not_divide(tf, tmp_path):
    model, _ = row(
        layers.MaxPooling2D(),
        layers.Conv2D(2, 3, padding="same"),
        layers.GlobalAveragePooling2D(),
        shape=(None, None, 1),
    )
    model.export(tmp_path, verbose=False)
    loaded = tf.saved_model.load(tmp_path)
    for size in ((2, 7, 8, 1), (1, 4, 9, 1)):
        x = tf.constant(floats(*size))

        def gradients(function, variables, x=x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_sum(function(x) ** 2)
            return tape.gradient(loss, [x, *variables])

        ours = gradients(loaded.serve, loaded.trainable_variables)
        theirs = gradients(model, model.trainable_variables)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_step_of_training_is_a_program_like_others(tf, tmp_path):
    class Training(tf.Module):
        def __init__(self):
            super().__init__()
            self.model = keras.Sequential([keras.Input((3,)), layers.Dropout(0.2), layers.Dense(1)])
            self.optimizer = keras.optimizers.Adam(0.05)
            self.optimizer.build(self.model.trainable_variables)

        @tf.function(input_signature=[tf.TensorSpec([None, 3]), tf.TensorSpec([None, 1])])
        def step(self, x, y):
            variables = self.model.trainable_variables
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self.model(x, training=True) - y) ** 2)
            gradients = tape.gradient(loss, variables)
            self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return loss

    training = Training()
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(training, tmp_path, options=options)
    loaded = tf.saved_model.load(tmp_path)
    x, y = floats(8, 3), floats(8, 1)
    ours = [float(loaded.step(x, y)) for _ in range(5)]
    assert ours == [float(training.step(x, y)) for _ in range(5)]
    assert ours[-1] != ours[0]
