# The exports of `keratin.keras.regularizers`, see `keratin/__init__.pyi`.

from keratin.keras.regularizers._regularizers import L1 as L1
from keratin.keras.regularizers._regularizers import L1 as l1
from keratin.keras.regularizers._regularizers import L1L2 as L1L2
from keratin.keras.regularizers._regularizers import L1L2 as l1_l2
from keratin.keras.regularizers._regularizers import L2 as L2
from keratin.keras.regularizers._regularizers import L2 as l2
from keratin.keras.regularizers._regularizers import OrthogonalRegularizer as OrthogonalRegularizer
from keratin.keras.regularizers._regularizers import OrthogonalRegularizer as orthogonal_regularizer
from keratin.keras.regularizers._regularizers import Regularizer as Regularizer
from keratin.keras.regularizers._regularizers import deserialize as deserialize
from keratin.keras.regularizers._regularizers import get as get
from keratin.keras.regularizers._regularizers import serialize as serialize
