# The exports of `keratin.keras.utils.legacy`, see `keratin/__init__.pyi`.

from keratin.keras.utils.legacy._serialization import (
    deserialize_keras_object as deserialize_keras_object,
)
from keratin.keras.utils.legacy._serialization import (
    serialize_keras_object as serialize_keras_object,
)
