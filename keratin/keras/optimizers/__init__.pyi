# The exports of `keratin.keras.optimizers`, see `keratin/__init__.pyi`.

from keratin.keras.optimizers import legacy as legacy
from keratin.keras.optimizers import schedules as schedules
from keratin.keras.optimizers._adafactor import Adafactor as Adafactor
from keratin.keras.optimizers._adagrad import Adadelta as Adadelta
from keratin.keras.optimizers._adagrad import Adagrad as Adagrad
from keratin.keras.optimizers._adagrad import RMSprop as RMSprop
from keratin.keras.optimizers._adam import Adam as Adam
from keratin.keras.optimizers._adam import Adamax as Adamax
from keratin.keras.optimizers._adam import AdamW as AdamW
from keratin.keras.optimizers._family import deserialize as deserialize
from keratin.keras.optimizers._family import get as get
from keratin.keras.optimizers._family import serialize as serialize
from keratin.keras.optimizers._ftrl import Ftrl as Ftrl
from keratin.keras.optimizers._lamb import Lamb as Lamb
from keratin.keras.optimizers._lion import Lion as Lion
from keratin.keras.optimizers._loss_scale import LossScaleOptimizer as LossScaleOptimizer
from keratin.keras.optimizers._multi import MultiOptimizer as MultiOptimizer
from keratin.keras.optimizers._multi import OptimizerMap as OptimizerMap
from keratin.keras.optimizers._muon import Muon as Muon
from keratin.keras.optimizers._nadam import Nadam as Nadam
from keratin.keras.optimizers._optimizer import Optimizer as Optimizer
from keratin.keras.optimizers._schedule_free import ScheduleFreeAdamW as ScheduleFreeAdamW
from keratin.keras.optimizers._sgd import SGD as SGD
