# The exports of `keratin.keras.optimizers.legacy`, see `keratin/__init__.pyi`.

from keratin.keras.optimizers._adagrad import Adadelta as Adadelta
from keratin.keras.optimizers._adagrad import Adagrad as Adagrad
from keratin.keras.optimizers._adagrad import RMSprop as RMSprop
from keratin.keras.optimizers._adam import Adam as Adam
from keratin.keras.optimizers._adam import Adamax as Adamax
from keratin.keras.optimizers._ftrl import Ftrl as Ftrl
from keratin.keras.optimizers._nadam import Nadam as Nadam
from keratin.keras.optimizers._optimizer import Optimizer as Optimizer
from keratin.keras.optimizers._sgd import SGD as SGD
