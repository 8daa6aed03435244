"""A linear classifier on two point clouds, with nothing but a tape and a compiled step.

    python examples/linear_classifier.py [where to write the picture]

Prints the loss as it falls and draws the points with the line that tells them apart.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import keratin as tf

NUM_POINTS = 1000
LEARNING_RATE = 0.05
NUM_STEPS = 200


def point_clouds(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two clouds of points in the plane, and a 0 or 1 for the cloud each is from."""
    random = np.random.default_rng(seed)
    covariance = [[1.0, 0.5], [0.5, 1.0]]
    first = random.multivariate_normal([0.0, 3.0], covariance, NUM_POINTS)
    second = random.multivariate_normal([3.0, 0.0], covariance, NUM_POINTS)
    labels = np.repeat([[0.0], [1.0]], NUM_POINTS, axis=0)
    return np.vstack([first, second]).astype(np.float32), labels.astype(np.float32)


class LinearClassifier(tf.Module):
    """Score of a point: `points @ weights + bias`; above 0.5 it is of the second cloud."""

    def __init__(self, num_features: int) -> None:
        super().__init__()
        initial = tf.random.stateless_uniform((num_features, 1), seed=(1, 2))
        self.weights = tf.Variable(initial, name="weights")
        self.bias = tf.Variable(tf.zeros((1,)), name="bias")

    def __call__(self, points: tf.Tensor) -> tf.Tensor:
        return tf.matmul(points, self.weights) + self.bias

    @tf.function
    def train(self, points: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """One step of gradient descent; the loss before it."""
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(points) - labels))
        gradients = tape.gradient(loss, self.trainable_variables)
        for variable, gradient in zip(self.trainable_variables, gradients, strict=True):
            variable.assign_sub(LEARNING_RATE * gradient)
        return loss


def draw(points: np.ndarray, labels: np.ndarray, model: LinearClassifier, path: Path) -> None:
    """The points, each in the colour of its cloud, and the line where the score is 0.5."""
    figure = Figure(figsize=(7, 5.5), layout="constrained")
    axes = figure.subplots()
    for value, colour, name in ((0.0, "#3b6fb6", "first cloud"), (1.0, "#d1603d", "second cloud")):
        cloud = points[labels[:, 0] == value]
        axes.scatter(*cloud.T, s=12, color=colour, alpha=0.55, linewidths=0, label=name)
    (slope_x,), (slope_y,) = model.weights.numpy()
    (bias,) = model.bias.numpy()
    left, right = points[:, 0].min() - 0.5, points[:, 0].max() + 0.5
    xs = np.array([left, right])
    ys = (0.5 - bias - slope_x * xs) / slope_y
    axes.plot(xs, ys, color="#222222", linewidth=2, label="decision line")
    axes.set(xlim=(left, right), ylim=(points[:, 1].min() - 0.5, points[:, 1].max() + 0.5))
    axes.set(xlabel="x", ylabel="y", title="Two point clouds and the line learnt between them")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside lower center", ncols=3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def main(path: Path) -> None:
    points, labels = point_clouds()
    model = LinearClassifier(num_features=2)
    inputs, targets = tf.constant(points), tf.constant(labels)
    for step in range(NUM_STEPS + 1):
        loss = model.train(inputs, targets)
        if step % 20 == 0:
            print(f"step {step:3d}   loss {loss.numpy():.4f}")
    right = (model(inputs).numpy() > 0.5) == (labels > 0.5)
    print(f"{right.mean():.1%} of {len(points)} points are on their side of the line")
    draw(points, labels, model, path)
    print(f"picture: {path.resolve()}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/linear_classifier.png"))
