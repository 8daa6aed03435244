"""A program as users write it: data, a small regression model, 20 epochs, a prediction.

    python benchmarks/housing.py keratin|tensorflow|keras-jax

The libraries differ in the line that imports Keras. `housing_script.py` measures it.
"""

import sys

import numpy as np

if sys.argv[1] == "keratin":
    from keratin import keras
elif sys.argv[1] == "tensorflow":
    from tensorflow import keras
else:
    import keras

random = np.random.default_rng(42)
x = random.normal(size=(20640, 8)).astype("float32")
y = np.tanh(x @ random.normal(size=(8, 1))) + 0.1 * random.normal(size=(20640, 1))
y = y.astype("float32")
x_train, y_train = x[:11610], y[:11610]
x_valid, y_valid = x[11610:15480], y[11610:15480]
model = keras.models.Sequential(
    [
        keras.Input((8,)),
        keras.layers.Dense(30, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(loss="mean_squared_error", optimizer=keras.optimizers.SGD(learning_rate=1e-3))
model.fit(x_train, y_train, epochs=20, validation_data=(x_valid, y_valid), verbose=2)
print("test", model.evaluate(x[15480:], y[15480:], verbose=0))
print(model.predict(x[15480:15483], verbose=0))
