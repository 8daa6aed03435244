# The exports of `keratin.keras.models`, see `keratin/__init__.pyi`.

from keratin.keras.models.model import Model as Model
from keratin.keras.models.sequential import Sequential as Sequential
