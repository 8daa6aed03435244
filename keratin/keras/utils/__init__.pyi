# The exports of `keratin.keras.utils`, see `keratin/__init__.pyi`.

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
from keratin.keras.utils import bounding_boxes as bounding_boxes
from keratin.keras.utils import legacy as legacy
from keratin.keras.utils._audio_dataset import (
    audio_dataset_from_directory as audio_dataset_from_directory,
)
from keratin.keras.utils._config import Config as Config
from keratin.keras.utils._confusion_matrix import plot_confusion_matrix as plot_confusion_matrix
from keratin.keras.utils._dtypes import standardize_dtype as standardize_dtype
from keratin.keras.utils._embeddings import warmstart_embedding_matrix as warmstart_embedding_matrix
from keratin.keras.utils._enqueuers import GeneratorEnqueuer as GeneratorEnqueuer
from keratin.keras.utils._enqueuers import OrderedEnqueuer as OrderedEnqueuer
from keratin.keras.utils._enqueuers import SequenceEnqueuer as SequenceEnqueuer
from keratin.keras.utils._files import get_file as get_file
from keratin.keras.utils._image_dataset import (
    image_dataset_from_directory as image_dataset_from_directory,
)
from keratin.keras.utils._images import array_to_img as array_to_img
from keratin.keras.utils._images import img_to_array as img_to_array
from keratin.keras.utils._images import load_img as load_img
from keratin.keras.utils._images import save_img as save_img
from keratin.keras.utils._logging import disable_interactive_logging as disable_interactive_logging
from keratin.keras.utils._logging import enable_interactive_logging as enable_interactive_logging
from keratin.keras.utils._logging import (
    is_interactive_logging_enabled as is_interactive_logging_enabled,
)
from keratin.keras.utils._numerical import normalize as normalize
from keratin.keras.utils._numerical import to_categorical as to_categorical
from keratin.keras.utils._packing import pack_x_y_sample_weight as pack_x_y_sample_weight
from keratin.keras.utils._packing import unpack_x_y_sample_weight as unpack_x_y_sample_weight
from keratin.keras.utils._plotting import model_to_dot as model_to_dot
from keratin.keras.utils._plotting import plot_model as plot_model
from keratin.keras.utils._predictions import plot_predictions as plot_predictions
from keratin.keras.utils._progbar import Progbar as Progbar
from keratin.keras.utils._py_dataset import PyDataset as PyDataset
from keratin.keras.utils._py_dataset import Sequence as Sequence
from keratin.keras.utils._seeds import set_random_seed as set_random_seed
from keratin.keras.utils._sequences import pad_sequences as pad_sequences
from keratin.keras.utils._session import clear_session as clear_session
from keratin.keras.utils._session import get_source_inputs as get_source_inputs
from keratin.keras.utils._session import is_keras_tensor as is_keras_tensor
from keratin.keras.utils._split_dataset import split_dataset as split_dataset
from keratin.keras.utils._text_dataset import (
    text_dataset_from_directory as text_dataset_from_directory,
)
from keratin.keras.utils._timeseries_dataset import (
    timeseries_dataset_from_array as timeseries_dataset_from_array,
)
