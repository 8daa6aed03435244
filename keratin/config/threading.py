"""The number of threads."""

from keratin import _lazy
from keratin._engine.config import (
    get_inter_op_parallelism_threads as get_inter_op_parallelism_threads,
)
from keratin._engine.config import (
    get_intra_op_parallelism_threads as get_intra_op_parallelism_threads,
)
from keratin._engine.config import (
    set_inter_op_parallelism_threads as set_inter_op_parallelism_threads,
)
from keratin._engine.config import (
    set_intra_op_parallelism_threads as set_intra_op_parallelism_threads,
)

_lazy.advise(__name__)
