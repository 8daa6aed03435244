"""A folder with summaries of every kind, and TensorBoard's answers about it."""

import json
import time
import urllib.parse
import urllib.request

import numpy as np


def write_all(tf, folder):
    """Every kind of summary; and a model's, as the callback writes them."""
    from keratin import keras

    writer = tf.summary.create_file_writer(folder / "summaries")
    with writer.as_default():
        for step in range(5):
            tf.summary.scalar("curve", step / 2, step=step)
            tf.summary.histogram("numbers", np.arange(step + 2), step=step, buckets=3)
        tf.summary.image("pictures", np.eye(4, dtype=np.float32)[None, :, :, None], step=1)
        tf.summary.text("note", "**bold** words", step=2)
        tf.summary.audio("tone", np.zeros((1, 80, 1), np.float32), 800, step=3)
        traced = tf.function(lambda x: x * 2.0)
        tf.summary.trace_on()
        traced(tf.constant(1.0))
        tf.summary.trace_export("traced", step=4)
    writer.close()
    _train(keras, folder / "fit")


def _train(keras, folder):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,), name="words")
    x = keras.layers.Embedding(7, 4, name="embedding")(inputs)
    x = keras.layers.Flatten(name="flat")(x)
    model = keras.Model(inputs, keras.layers.Dense(1, name="dense")(x), name="net")
    model.compile("adam", "mse", metrics=["mae"])
    (folder / "train").mkdir(parents=True)
    (folder / "train" / "labels.tsv").write_text("\n".join("abcdefg"))
    board = keras.callbacks.TensorBoard(
        folder,
        histogram_freq=1,
        write_images=True,
        embeddings_freq=1,
        embeddings_metadata={"embedding": "labels.tsv"},
    )
    data = np.arange(24).reshape(8, 3) % 7
    model.fit(data, np.ones((8, 1)), epochs=3, validation_split=0.5, callbacks=[board], verbose=0)


class Pages:
    """What a server answers."""

    def __init__(self, url):
        self.url = url

    def raw(self, path, **query):
        address = f"{self.url}data/{path}?{urllib.parse.urlencode(query)}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=60) as answer:
            return answer.read()

    def json(self, path, **query):
        return json.loads(self.raw(path, **query))

    def when(self, path, holds):
        """The answer as soon as it is as it should be: files are read after the start."""
        end = time.monotonic() + 90
        while True:
            found = self.json(path)
            if holds(found):
                return found
            assert time.monotonic() < end, found
            time.sleep(0.2)
