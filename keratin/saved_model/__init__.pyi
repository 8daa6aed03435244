# The exports of `keratin.saved_model`, see `keratin/__init__.pyi`.

from keratin.export._loading import contains_saved_model as contains_saved_model
from keratin.export._loading import load as load
from keratin.export._options import Asset as Asset
from keratin.export._options import LoadOptions as LoadOptions
from keratin.export._options import SaveOptions as SaveOptions
from keratin.export._saving import save as save
from keratin.saved_model import experimental as experimental
from keratin.saved_model._constants import ASSETS_DIRECTORY as ASSETS_DIRECTORY
from keratin.saved_model._constants import ASSETS_KEY as ASSETS_KEY
from keratin.saved_model._constants import CLASSIFY_INPUTS as CLASSIFY_INPUTS
from keratin.saved_model._constants import CLASSIFY_METHOD_NAME as CLASSIFY_METHOD_NAME
from keratin.saved_model._constants import CLASSIFY_OUTPUT_CLASSES as CLASSIFY_OUTPUT_CLASSES
from keratin.saved_model._constants import CLASSIFY_OUTPUT_SCORES as CLASSIFY_OUTPUT_SCORES
from keratin.saved_model._constants import DEBUG_DIRECTORY as DEBUG_DIRECTORY
from keratin.saved_model._constants import DEBUG_INFO_FILENAME_PB as DEBUG_INFO_FILENAME_PB
from keratin.saved_model._constants import (
    DEFAULT_SERVING_SIGNATURE_DEF_KEY as DEFAULT_SERVING_SIGNATURE_DEF_KEY,
)
from keratin.saved_model._constants import GPU as GPU
from keratin.saved_model._constants import PREDICT_INPUTS as PREDICT_INPUTS
from keratin.saved_model._constants import PREDICT_METHOD_NAME as PREDICT_METHOD_NAME
from keratin.saved_model._constants import PREDICT_OUTPUTS as PREDICT_OUTPUTS
from keratin.saved_model._constants import REGRESS_INPUTS as REGRESS_INPUTS
from keratin.saved_model._constants import REGRESS_METHOD_NAME as REGRESS_METHOD_NAME
from keratin.saved_model._constants import REGRESS_OUTPUTS as REGRESS_OUTPUTS
from keratin.saved_model._constants import SAVED_MODEL_FILENAME_PB as SAVED_MODEL_FILENAME_PB
from keratin.saved_model._constants import SAVED_MODEL_FILENAME_PBTXT as SAVED_MODEL_FILENAME_PBTXT
from keratin.saved_model._constants import SAVED_MODEL_SCHEMA_VERSION as SAVED_MODEL_SCHEMA_VERSION
from keratin.saved_model._constants import SERVING as SERVING
from keratin.saved_model._constants import TPU as TPU
from keratin.saved_model._constants import TRAINING as TRAINING
from keratin.saved_model._constants import VARIABLES_DIRECTORY as VARIABLES_DIRECTORY
from keratin.saved_model._constants import VARIABLES_FILENAME as VARIABLES_FILENAME
