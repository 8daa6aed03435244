"""Settings of the program under their experimental names."""

from keratin import _lazy
from keratin._engine.config import ClusterDeviceFilters as ClusterDeviceFilters
from keratin._engine.config import disable_mlir_bridge as disable_mlir_bridge
from keratin._engine.config import enable_mlir_bridge as enable_mlir_bridge
from keratin._engine.config import enable_op_determinism as enable_op_determinism
from keratin._engine.config import (
    enable_tensor_float_32_execution as enable_tensor_float_32_execution,
)
from keratin._engine.config import get_device_policy as get_device_policy
from keratin._engine.config import get_synchronous_execution as get_synchronous_execution
from keratin._engine.config import set_device_policy as set_device_policy
from keratin._engine.config import set_synchronous_execution as set_synchronous_execution
from keratin._engine.config import (
    tensor_float_32_execution_enabled as tensor_float_32_execution_enabled,
)
from keratin._engine.device import VirtualDeviceConfiguration as VirtualDeviceConfiguration
from keratin._engine.device import get_device_details as get_device_details
from keratin._engine.device import get_memory_growth as get_memory_growth
from keratin._engine.device import get_memory_info as get_memory_info
from keratin._engine.device import get_memory_usage as get_memory_usage
from keratin._engine.device import (
    get_virtual_device_configuration as get_virtual_device_configuration,
)
from keratin._engine.device import get_visible_devices as get_visible_devices
from keratin._engine.device import list_logical_devices as list_logical_devices
from keratin._engine.device import list_physical_devices as list_physical_devices
from keratin._engine.device import reset_memory_stats as reset_memory_stats
from keratin._engine.device import set_memory_growth as set_memory_growth
from keratin._engine.device import (
    set_virtual_device_configuration as set_virtual_device_configuration,
)
from keratin._engine.device import set_visible_devices as set_visible_devices

_lazy.advise(__name__)
