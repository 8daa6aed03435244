# The exports of `keratin.keras.callbacks`, see `keratin/__init__.pyi`.

from keratin.keras.callbacks._backup_and_restore import BackupAndRestore as BackupAndRestore
from keratin.keras.callbacks._callback import Callback as Callback
from keratin.keras.callbacks._csv_logger import CSVLogger as CSVLogger
from keratin.keras.callbacks._history import History as History
from keratin.keras.callbacks._lambda import LambdaCallback as LambdaCallback
from keratin.keras.callbacks._learning_rate import LearningRateScheduler as LearningRateScheduler
from keratin.keras.callbacks._learning_rate import ReduceLROnPlateau as ReduceLROnPlateau
from keratin.keras.callbacks._learning_rate_finder import LearningRateFinder as LearningRateFinder
from keratin.keras.callbacks._list import CallbackList as CallbackList
from keratin.keras.callbacks._model_checkpoint import ModelCheckpoint as ModelCheckpoint
from keratin.keras.callbacks._nan_finder import NaNFinder as NaNFinder
from keratin.keras.callbacks._orbax_checkpoint import OrbaxCheckpoint as OrbaxCheckpoint
from keratin.keras.callbacks._profiler import GPUMemoryLogger as GPUMemoryLogger
from keratin.keras.callbacks._profiler import ProfilerCallback as ProfilerCallback
from keratin.keras.callbacks._progbar_logger import ProgbarLogger as ProgbarLogger
from keratin.keras.callbacks._remote_monitor import RemoteMonitor as RemoteMonitor
from keratin.keras.callbacks._stopping import EarlyStopping as EarlyStopping
from keratin.keras.callbacks._stopping import TerminateOnNaN as TerminateOnNaN
from keratin.keras.callbacks._swap_ema_weights import SwapEMAWeights as SwapEMAWeights
from keratin.keras.callbacks._tensorboard import TensorBoard as TensorBoard
