"""The ops on arrays that TensorFlow has in its root: making, reshaping, joining, indexing.

Their public names stand in `keratin/__init__.pyi`.
"""

from keratin.array._blocks import batch_to_space as batch_to_space
from keratin.array._blocks import extract_volume_patches as extract_volume_patches
from keratin.array._blocks import (
    required_space_to_batch_paddings as required_space_to_batch_paddings,
)
from keratin.array._blocks import space_to_batch as space_to_batch
from keratin.array._blocks import space_to_batch_nd as space_to_batch_nd
from keratin.array._creation import eye as eye
from keratin.array._creation import fill as fill
from keratin.array._creation import linspace as linspace
from keratin.array._creation import meshgrid as meshgrid
from keratin.array._creation import one_hot as one_hot
from keratin.array._creation import ones as ones
from keratin.array._creation import ones_like as ones_like
from keratin.array._creation import range as range
from keratin.array._creation import sequence_mask as sequence_mask
from keratin.array._creation import zeros as zeros
from keratin.array._creation import zeros_like as zeros_like
from keratin.array._distance import edit_distance as edit_distance
from keratin.array._gathering import boolean_mask as boolean_mask
from keratin.array._gathering import gather as gather
from keratin.array._gathering import gather_nd as gather_nd
from keratin.array._gathering import take as take
from keratin.array._gathering import where as where
from keratin.array._hashing import fingerprint as fingerprint
from keratin.array._indexing import getitem as getitem
from keratin.array._indexing import scatter_slice as scatter_slice
from keratin.array._joining import concat as concat
from keratin.array._joining import pad as pad
from keratin.array._joining import parallel_stack as parallel_stack
from keratin.array._joining import repeat as repeat
from keratin.array._joining import reverse as reverse
from keratin.array._joining import reverse_sequence as reverse_sequence
from keratin.array._joining import roll as roll
from keratin.array._joining import split as split
from keratin.array._joining import stack as stack
from keratin.array._joining import tile as tile
from keratin.array._joining import unstack as unstack
from keratin.array._partitioning import dynamic_partition as dynamic_partition
from keratin.array._partitioning import dynamic_stitch as dynamic_stitch
from keratin.array._partitioning import unique as unique
from keratin.array._partitioning import unique_with_counts as unique_with_counts
from keratin.array._partitioning import unravel_index as unravel_index
from keratin.array._scattering import scatter_nd as scatter_nd
from keratin.array._scattering import tensor_scatter_nd_add as tensor_scatter_nd_add
from keratin.array._scattering import tensor_scatter_nd_max as tensor_scatter_nd_max
from keratin.array._scattering import tensor_scatter_nd_min as tensor_scatter_nd_min
from keratin.array._scattering import tensor_scatter_nd_sub as tensor_scatter_nd_sub
from keratin.array._scattering import tensor_scatter_nd_update as tensor_scatter_nd_update
from keratin.array._shape import broadcast_dynamic_shape as broadcast_dynamic_shape
from keratin.array._shape import broadcast_static_shape as broadcast_static_shape
from keratin.array._shape import broadcast_to as broadcast_to
from keratin.array._shape import ensure_shape as ensure_shape
from keratin.array._shape import expand_dims as expand_dims
from keratin.array._shape import guarantee_const as guarantee_const
from keratin.array._shape import identity as identity
from keratin.array._shape import identity_n as identity_n
from keratin.array._shape import rank as rank
from keratin.array._shape import reshape as reshape
from keratin.array._shape import shape as shape
from keratin.array._shape import shape_n as shape_n
from keratin.array._shape import size as size
from keratin.array._shape import squeeze as squeeze
from keratin.array._shape import stop_gradient as stop_gradient
from keratin.array._shape import transpose as transpose
from keratin.array._slicing import slice as slice
from keratin.array._slicing import strided_slice as strided_slice
from keratin.array._sorting import argsort as argsort
from keratin.array._sorting import searchsorted as searchsorted
from keratin.array._sorting import sort as sort
