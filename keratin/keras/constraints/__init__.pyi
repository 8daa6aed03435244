# The exports of `keratin.keras.constraints`, see `keratin/__init__.pyi`.

from keratin.keras.constraints._constraints import Constraint as Constraint
from keratin.keras.constraints._constraints import MaxNorm as MaxNorm
from keratin.keras.constraints._constraints import MaxNorm as max_norm
from keratin.keras.constraints._constraints import MaxNorm as maxnorm
from keratin.keras.constraints._constraints import MinMaxNorm as MinMaxNorm
from keratin.keras.constraints._constraints import MinMaxNorm as min_max_norm
from keratin.keras.constraints._constraints import NonNeg as NonNeg
from keratin.keras.constraints._constraints import NonNeg as non_neg
from keratin.keras.constraints._constraints import NonNeg as nonneg
from keratin.keras.constraints._constraints import UnitNorm as UnitNorm
from keratin.keras.constraints._constraints import UnitNorm as unit_norm
from keratin.keras.constraints._constraints import UnitNorm as unitnorm
from keratin.keras.constraints._constraints import deserialize as deserialize
from keratin.keras.constraints._constraints import get as get
from keratin.keras.constraints._constraints import serialize as serialize
