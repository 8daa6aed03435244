# The exports of `keratin.keras.optimizers.schedules`, see `keratin/__init__.pyi`.

from keratin.keras.optimizers.schedules._cosine import CosineDecay as CosineDecay
from keratin.keras.optimizers.schedules._cosine import CosineDecayRestarts as CosineDecayRestarts
from keratin.keras.optimizers.schedules._decay import ExponentialDecay as ExponentialDecay
from keratin.keras.optimizers.schedules._decay import InverseTimeDecay as InverseTimeDecay
from keratin.keras.optimizers.schedules._decay import (
    PiecewiseConstantDecay as PiecewiseConstantDecay,
)
from keratin.keras.optimizers.schedules._decay import PolynomialDecay as PolynomialDecay
from keratin.keras.optimizers.schedules._family import deserialize as deserialize
from keratin.keras.optimizers.schedules._family import serialize as serialize
from keratin.keras.optimizers.schedules._schedule import (
    LearningRateSchedule as LearningRateSchedule,
)
