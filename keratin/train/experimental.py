"""tf.train.experimental: state of Python in checkpoints, and data spread over files."""

from keratin import _lazy
from keratin.train._options import MaxShardSizePolicy as MaxShardSizePolicy
from keratin.train._options import ShardableTensor as ShardableTensor
from keratin.train._options import ShardByTaskPolicy as ShardByTaskPolicy
from keratin.train._options import ShardingCallback as ShardingCallback
from keratin.train._trackable import PythonState as PythonState

_lazy.advise(__name__)
