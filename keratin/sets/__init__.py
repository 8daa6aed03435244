"""tf.sets: sets of the elements along the last dimension."""

from keratin import _lazy
from keratin.sets._sets import difference as difference
from keratin.sets._sets import intersection as intersection
from keratin.sets._sets import size as size
from keratin.sets._sets import union as union

_lazy.advise(__name__)
