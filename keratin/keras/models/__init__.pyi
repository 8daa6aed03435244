# The exports of `keratin.keras.models`, see `keratin/__init__.pyi`.

from keratin.keras.models.cloning import clone_model as clone_model
from keratin.keras.models.model import Model as Model
from keratin.keras.models.reading import model_from_config as model_from_config
from keratin.keras.models.reading import model_from_json as model_from_json
from keratin.keras.models.sequential import Sequential as Sequential
from keratin.keras.saving._saving import load_model as load_model
from keratin.keras.saving._saving import save_model as save_model
