# The exports of `keratin.keras.layers`, see `keratin/__init__.pyi`.

from keratin.keras.layers.core import Dense as Dense
from keratin.keras.layers.core import Identity as Identity
from keratin.keras.layers.core import Lambda as Lambda
from keratin.keras.layers.core import Masking as Masking
from keratin.keras.layers.einsum_dense import EinsumDense as EinsumDense
from keratin.keras.layers.embedding import Embedding as Embedding
from keratin.keras.layers.input_layer import Input as Input
from keratin.keras.layers.input_layer import InputLayer as InputLayer
from keratin.keras.layers.input_spec import InputSpec as InputSpec
from keratin.keras.layers.layer import Layer as Layer
from keratin.keras.layers.merging import Add as Add
from keratin.keras.layers.merging import Average as Average
from keratin.keras.layers.merging import Concatenate as Concatenate
from keratin.keras.layers.merging import Dot as Dot
from keratin.keras.layers.merging import Maximum as Maximum
from keratin.keras.layers.merging import Minimum as Minimum
from keratin.keras.layers.merging import Multiply as Multiply
from keratin.keras.layers.merging import Subtract as Subtract
from keratin.keras.layers.merging import add as add
from keratin.keras.layers.merging import average as average
from keratin.keras.layers.merging import concatenate as concatenate
from keratin.keras.layers.merging import dot as dot
from keratin.keras.layers.merging import maximum as maximum
from keratin.keras.layers.merging import minimum as minimum
from keratin.keras.layers.merging import multiply as multiply
from keratin.keras.layers.merging import subtract as subtract
