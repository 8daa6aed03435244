"""tf.test: test cases, checks of gradients and benchmarks."""

from keratin import _lazy
from keratin.test import experimental as experimental
from keratin.test._benchmark import Benchmark as Benchmark
from keratin.test._case import TestCase as TestCase
from keratin.test._case import main as main
from keratin.test._decorators import disable_with_predicate as disable_with_predicate
from keratin.test._decorators import with_eager_op_as_function as with_eager_op_as_function
from keratin.test._devices import gpu_device_name as gpu_device_name
from keratin.test._devices import is_built_with_cuda as is_built_with_cuda
from keratin.test._devices import is_built_with_gpu_support as is_built_with_gpu_support
from keratin.test._devices import is_built_with_rocm as is_built_with_rocm
from keratin.test._devices import is_built_with_xla as is_built_with_xla
from keratin.test._devices import is_cpu_target_available as is_cpu_target_available
from keratin.test._devices import is_gpu_available as is_gpu_available
from keratin.test._gradient import compute_gradient as compute_gradient
from keratin.test._tensors import assert_equal_graph_def as assert_equal_graph_def

_lazy.advise(__name__)
