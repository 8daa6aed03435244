"""`tf.autodiff`: gradient tapes and forward accumulators."""

from keratin import _lazy
from keratin._engine.forward import ForwardAccumulator as ForwardAccumulator
from keratin._engine.tape import GradientTape as GradientTape

_lazy.advise(__name__)
