# The exports of `keratin.keras.saving`, see `keratin/__init__.pyi`.

from keratin.keras._core.custom_objects import CustomObjectScope as CustomObjectScope
from keratin.keras._core.custom_objects import custom_object_scope as custom_object_scope
from keratin.keras._core.custom_objects import get_custom_objects as get_custom_objects
from keratin.keras._core.custom_objects import get_registered_name as get_registered_name
from keratin.keras._core.custom_objects import get_registered_object as get_registered_object
from keratin.keras._core.custom_objects import (
    register_keras_serializable as register_keras_serializable,
)
from keratin.keras._core.serialization import deserialize_keras_object as deserialize_keras_object
from keratin.keras._core.serialization import serialize_keras_object as serialize_keras_object
from keratin.keras.saving._editor import KerasFileEditor as KerasFileEditor
from keratin.keras.saving._saving import load_model as load_model
from keratin.keras.saving._saving import load_weights as load_weights
from keratin.keras.saving._saving import save_model as save_model
from keratin.keras.saving._saving import save_weights as save_weights
