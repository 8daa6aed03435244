# The exports of `keratin.keras.ops`, see `keratin/__init__.pyi`.

from keratin.keras.ops import numpy as numpy
