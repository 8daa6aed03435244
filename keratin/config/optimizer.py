"""Options of the graph optimiser, kept for programs that set them."""

from keratin import _lazy
from keratin._engine.config import get_experimental_options as get_experimental_options
from keratin._engine.config import get_jit as get_jit
from keratin._engine.config import set_experimental_options as set_experimental_options
from keratin._engine.config import set_jit as set_jit

_lazy.advise(__name__)
