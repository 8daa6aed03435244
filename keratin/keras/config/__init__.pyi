# The exports of `keratin.keras.config`, see `keratin/__init__.pyi`.

from keratin.debugging._switches import disable_traceback_filtering as disable_traceback_filtering
from keratin.debugging._switches import enable_traceback_filtering as enable_traceback_filtering
from keratin.debugging._switches import (
    is_traceback_filtering_enabled as is_traceback_filtering_enabled,
)
from keratin.keras._core.dtype_policy import dtype_policy as dtype_policy
from keratin.keras._core.dtype_policy import set_dtype_policy as set_dtype_policy
from keratin.keras.config._settings import backend as backend
from keratin.keras.config._settings import disable_flash_attention as disable_flash_attention
from keratin.keras.config._settings import enable_flash_attention as enable_flash_attention
from keratin.keras.config._settings import (
    enable_unsafe_deserialization as enable_unsafe_deserialization,
)
from keratin.keras.config._settings import epsilon as epsilon
from keratin.keras.config._settings import floatx as floatx
from keratin.keras.config._settings import image_data_format as image_data_format
from keratin.keras.config._settings import is_flash_attention_enabled as is_flash_attention_enabled
from keratin.keras.config._settings import is_nnx_enabled as is_nnx_enabled
from keratin.keras.config._settings import max_epochs as max_epochs
from keratin.keras.config._settings import max_steps_per_epoch as max_steps_per_epoch
from keratin.keras.config._settings import set_backend as set_backend
from keratin.keras.config._settings import set_epsilon as set_epsilon
from keratin.keras.config._settings import set_floatx as set_floatx
from keratin.keras.config._settings import set_image_data_format as set_image_data_format
from keratin.keras.config._settings import set_max_epochs as set_max_epochs
from keratin.keras.config._settings import set_max_steps_per_epoch as set_max_steps_per_epoch
from keratin.keras.utils._logging import disable_interactive_logging as disable_interactive_logging
from keratin.keras.utils._logging import enable_interactive_logging as enable_interactive_logging
from keratin.keras.utils._logging import (
    is_interactive_logging_enabled as is_interactive_logging_enabled,
)
