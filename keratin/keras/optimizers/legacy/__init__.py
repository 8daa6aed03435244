"""The optimizers under the names that Keras 2 kept for their older selves.

They are the very same classes: those take the old arguments `lr` and `decay` as well, and the
old ways of writing an optimizer of one's own work with them.

>>> keras.optimizers.legacy.Adam is keras.optimizers.Adam
True
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
