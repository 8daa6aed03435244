"""A small convolutional network that learns to read handwritten digits.

    python examples/digits.py [where to write the picture]

Prints the layers, the progress of training and a few predictions, and draws the learning curves.
The digits come with Keratin, so that nothing is downloaded.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np

from keratin import keras

NUM_EPOCHS = 20
TRAINING, VALIDATION = "#3b6fb6", "#d1603d"


def build() -> keras.Model:
    """From images (n, 8, 8, 1) of 0 to 1 to ten probabilities."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ],
        name="digit_reader",
    )


def scaled(images: np.ndarray) -> np.ndarray:
    """Images of 0 to 16 as ones of 0 to 1, with an axis for the only channel."""
    return (images / 16).astype("float32")[..., np.newaxis]


def draw(
    history: dict[str, list[float]], images: np.ndarray, titles: list[str], path: Path
) -> None:
    """The learning curves, and beneath them some digits with what was read."""
    if importlib.util.find_spec("matplotlib") is None:
        print("no picture: matplotlib is not installed (pip install matplotlib)")
        return
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 6), layout="constrained")
    curves, digits = figure.subfigures(2, 1, height_ratios=(2.2, 1))
    epochs = np.arange(1, len(history["loss"]) + 1)
    for axes, name in zip(curves.subplots(1, 2), ("loss", "accuracy"), strict=True):
        axes.plot(epochs, history[name], color=TRAINING, label="training")
        axes.plot(epochs, history[f"val_{name}"], color=VALIDATION, label="validation")
        axes.set(xlabel="epoch", title=name.capitalize())
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", alpha=0.3)
        axes.legend(frameon=False)
    digits.suptitle("Test images, and what the network reads")
    for axes, image, title in zip(digits.subplots(1, len(images)), images, titles, strict=True):
        axes.imshow(image, cmap="gray_r")
        axes.set_title(title)
        axes.set_axis_off()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"learning curves: {path.resolve()}")


def main(path: Path) -> None:
    keras.utils.set_random_seed(1)
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = scaled(x_train), scaled(x_test)
    model = build()
    model.summary()
    model.compile(
        optimizer=keras.optimizers.Adam(0.003),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x_train, y_train, epochs=NUM_EPOCHS, validation_split=0.1).history
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"\n{accuracy:.1%} of {len(x_test)} test images are read right (loss {loss:.3f})\n")

    probabilities = model.predict(x_test[:8], verbose=0)
    read = probabilities.argmax(axis=1)
    for i, (digit, truth) in enumerate(zip(read, y_test, strict=False)):
        print(f"test image {i}: {truth} is read as {digit}, {probabilities[i, digit]:.1%} sure")
    print()
    draw(history, x_test[:8], [str(digit) for digit in read], path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/digits.png"))
