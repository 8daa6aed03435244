"""tf.sparse: tensors of which only the values that are not zero are held."""

from keratin import _lazy
from keratin.sparse._tensor import SparseTensor as SparseTensor
from keratin.sparse._tensor import from_dense as from_dense
from keratin.sparse._tensor import to_dense as to_dense

_lazy.advise(__name__)
