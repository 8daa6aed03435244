# The exports of `keratin.keras.tree`, see `keratin/__init__.pyi`.

from keratin.keras.tree._tree import MAP_TO_NONE as MAP_TO_NONE
from keratin.keras.tree._tree import assert_same_paths as assert_same_paths
from keratin.keras.tree._tree import assert_same_structure as assert_same_structure
from keratin.keras.tree._tree import flatten as flatten
from keratin.keras.tree._tree import flatten_with_path as flatten_with_path
from keratin.keras.tree._tree import is_nested as is_nested
from keratin.keras.tree._tree import lists_to_tuples as lists_to_tuples
from keratin.keras.tree._tree import map_shape_structure as map_shape_structure
from keratin.keras.tree._tree import map_structure as map_structure
from keratin.keras.tree._tree import map_structure_up_to as map_structure_up_to
from keratin.keras.tree._tree import pack_sequence_as as pack_sequence_as
from keratin.keras.tree._tree import traverse as traverse
