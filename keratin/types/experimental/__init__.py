"""tf.types.experimental: abstract types of functions, of what they take, and of its description."""

from keratin import _lazy
from keratin.types.experimental import distributed as distributed
from keratin.types.experimental._functions import AtomicFunction as AtomicFunction
from keratin.types.experimental._functions import Callable as Callable
from keratin.types.experimental._functions import ConcreteFunction as ConcreteFunction
from keratin.types.experimental._functions import FunctionType as FunctionType
from keratin.types.experimental._functions import PolymorphicFunction as GenericFunction
from keratin.types.experimental._functions import PolymorphicFunction as PolymorphicFunction
from keratin.types.experimental._values import SupportsTracingProtocol as SupportsTracingProtocol
from keratin.types.experimental._values import TensorLike as TensorLike
from keratin.types.experimental._values import TraceType as TraceType

_lazy.advise(__name__)
