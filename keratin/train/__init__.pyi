# The exports of `keratin.train`; see `keratin/__init__.pyi`.

from keratin.train import experimental as experimental
from keratin.train._average import ExponentialMovingAverage as ExponentialMovingAverage
from keratin.train._checkpoint import Checkpoint as Checkpoint
from keratin.train._coordinator import Coordinator as Coordinator
from keratin.train._manager import CheckpointManager as CheckpointManager
from keratin.train._options import CheckpointOptions as CheckpointOptions
from keratin.train._reader import list_variables as list_variables
from keratin.train._reader import load_checkpoint as load_checkpoint
from keratin.train._reader import load_variable as load_variable
from keratin.train._state_file import checkpoints_iterator as checkpoints_iterator
from keratin.train._state_file import get_checkpoint_state as get_checkpoint_state
from keratin.train._state_file import latest_checkpoint as latest_checkpoint
from keratin.train._views import CheckpointView as CheckpointView
from keratin.train._views import TrackableView as TrackableView
