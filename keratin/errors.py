"""What can go wrong: one class for each kind of error, and its number."""

from keratin import _lazy
from keratin._engine.errors import ABORTED as ABORTED
from keratin._engine.errors import ALREADY_EXISTS as ALREADY_EXISTS
from keratin._engine.errors import CANCELLED as CANCELLED
from keratin._engine.errors import DATA_LOSS as DATA_LOSS
from keratin._engine.errors import DEADLINE_EXCEEDED as DEADLINE_EXCEEDED
from keratin._engine.errors import FAILED_PRECONDITION as FAILED_PRECONDITION
from keratin._engine.errors import INTERNAL as INTERNAL
from keratin._engine.errors import INVALID_ARGUMENT as INVALID_ARGUMENT
from keratin._engine.errors import NOT_FOUND as NOT_FOUND
from keratin._engine.errors import OK as OK
from keratin._engine.errors import OUT_OF_RANGE as OUT_OF_RANGE
from keratin._engine.errors import PERMISSION_DENIED as PERMISSION_DENIED
from keratin._engine.errors import RESOURCE_EXHAUSTED as RESOURCE_EXHAUSTED
from keratin._engine.errors import UNAUTHENTICATED as UNAUTHENTICATED
from keratin._engine.errors import UNAVAILABLE as UNAVAILABLE
from keratin._engine.errors import UNIMPLEMENTED as UNIMPLEMENTED
from keratin._engine.errors import UNKNOWN as UNKNOWN
from keratin._engine.errors import AbortedError as AbortedError
from keratin._engine.errors import AlreadyExistsError as AlreadyExistsError
from keratin._engine.errors import CancelledError as CancelledError
from keratin._engine.errors import DataLossError as DataLossError
from keratin._engine.errors import DeadlineExceededError as DeadlineExceededError
from keratin._engine.errors import FailedPreconditionError as FailedPreconditionError
from keratin._engine.errors import InternalError as InternalError
from keratin._engine.errors import InvalidArgumentError as InvalidArgumentError
from keratin._engine.errors import NotFoundError as NotFoundError
from keratin._engine.errors import OperatorNotAllowedInGraphError as OperatorNotAllowedInGraphError
from keratin._engine.errors import OpError as OpError
from keratin._engine.errors import OutOfRangeError as OutOfRangeError
from keratin._engine.errors import PermissionDeniedError as PermissionDeniedError
from keratin._engine.errors import ResourceExhaustedError as ResourceExhaustedError
from keratin._engine.errors import UnauthenticatedError as UnauthenticatedError
from keratin._engine.errors import UnavailableError as UnavailableError
from keratin._engine.errors import UnimplementedError as UnimplementedError
from keratin._engine.errors import UnknownError as UnknownError

_lazy.advise(__name__)
