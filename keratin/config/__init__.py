"""Settings of the program: devices, memory, threads, numerics."""

from keratin import _lazy
from keratin._engine.config import (
    experimental_connect_to_cluster as experimental_connect_to_cluster,
)
from keratin._engine.config import experimental_connect_to_host as experimental_connect_to_host
from keratin._engine.config import (
    experimental_functions_run_eagerly as experimental_functions_run_eagerly,
)
from keratin._engine.config import (
    experimental_run_functions_eagerly as experimental_run_functions_eagerly,
)
from keratin._engine.config import functions_run_eagerly as functions_run_eagerly
from keratin._engine.config import get_soft_device_placement as get_soft_device_placement
from keratin._engine.config import run_functions_eagerly as run_functions_eagerly
from keratin._engine.config import set_soft_device_placement as set_soft_device_placement
from keratin._engine.device import LogicalDevice as LogicalDevice
from keratin._engine.device import LogicalDeviceConfiguration as LogicalDeviceConfiguration
from keratin._engine.device import PhysicalDevice as PhysicalDevice
from keratin._engine.device import (
    get_logical_device_configuration as get_logical_device_configuration,
)
from keratin._engine.device import get_visible_devices as get_visible_devices
from keratin._engine.device import list_logical_devices as list_logical_devices
from keratin._engine.device import list_physical_devices as list_physical_devices
from keratin._engine.device import (
    set_logical_device_configuration as set_logical_device_configuration,
)
from keratin._engine.device import set_visible_devices as set_visible_devices
from keratin.config import experimental as experimental
from keratin.config import optimizer as optimizer
from keratin.config import threading as threading

_lazy.advise(__name__)
