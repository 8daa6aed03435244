# The exports of `keratin.keras.layers`, see `keratin/__init__.pyi`.

from keratin.keras.layers.core import Dense as Dense
from keratin.keras.layers.input_layer import Input as Input
from keratin.keras.layers.input_layer import InputLayer as InputLayer
from keratin.keras.layers.input_spec import InputSpec as InputSpec
from keratin.keras.layers.layer import Layer as Layer
