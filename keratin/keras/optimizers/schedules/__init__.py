"""Learning rates that change with the number of steps.

>>> schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
>>> schedule(10).numpy()
np.float32(0.05)
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
