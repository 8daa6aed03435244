"""Whatever holds numbers as arrays of the dtypes that models see, by one pass over the data.

Floating numbers become floatx; integers and booleans stay as they are; text becomes an array of
objects of bytes, as the tensors of the engine hold it. Arrays that stand on a device stay there.
What is too large to be read at once (`LazyRows`) is read a batch at a time.
"""

from __future__ import annotations

import array
import mmap
import numbers
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine.dtype import as_dtype
from keratin._engine.python_value import to_numpy
from keratin._engine.tensor import OBJECT, Tensor
from keratin._engine.variable import Variable
from keratin.keras._core.settings import settings
from keratin.keras.training import feed_frames
from keratin.sparse._tensor import SparseTensor, to_dense

# Files, memory maps and sparse matrices of more bytes than this are read a batch at a time.
READ_AT_ONCE = 64 << 20

_BUFFERS = (numbers.Number, memoryview, range, array.array)

Rows = slice | np.ndarray  # which rows: a range, or their numbers


def of_module(value: Any, *packages: str) -> bool:
    """Whether a class of one of these packages is among the classes of a value."""
    return any(
        cls.__module__ == package or cls.__module__.startswith(package + ".")
        for cls in type(value).__mro__
        for package in packages
    )


class LazyRows:
    """Rows of a file, a memory map or a sparse matrix, none of which is read until asked for."""

    def __init__(self, source: Any, read: Callable[[Any, Rows], Any], rows: Rows, where: str):
        self.source = source
        self._read = read
        self._rows = rows
        self._where = where
        length = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        self.shape = (int(length), *map(int, source.shape[1:]))
        self.dtype = model_dtype(np.dtype(source.dtype))
        self.ndim = len(self.shape)

    @property
    def nbytes(self) -> int:
        """The size of all rows, read."""
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Rows) -> LazyRows:
        """Some of the rows, still unread."""
        if isinstance(self._rows, slice) and isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self))
            inner: Rows = slice(self._rows.start + start, self._rows.start + stop)
        elif isinstance(self._rows, slice):
            inner = np.asarray(rows) + self._rows.start
        else:
            inner = self._rows[rows]
        return LazyRows(self.source, self._read, inner, self._where)

    def read(self) -> np.ndarray:
        """The rows, in memory and of the dtype that the model sees."""
        return host_array(np.asarray(self._read(self.source, self._rows)), self._where)


def _read_file(source: Any, rows: Rows) -> Any:
    """h5py takes rows in rising order only, and each once."""
    if isinstance(rows, slice):
        return source[rows]
    wanted, places = np.unique(rows, return_inverse=True)
    return source[wanted][places]


def _read_sparse(source: Any, rows: Rows) -> Any:
    return source[rows].toarray()


def _read_map(source: Any, rows: Rows) -> Any:
    return source[rows]


def model_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype in which a model sees numbers of a dtype."""
    return as_dtype(settings.floatx).numpy_dtype if _is_floating(dtype) else dtype


def _is_floating(dtype: np.dtype) -> bool:
    return dtype.kind == "f" or (dtype.kind == "V" and dtypes.of(dtype).is_floating)


def leaf_array(value: Any, where: str) -> Any:
    """The array of a leaf: NumPy's, a device's, or `LazyRows`. None stays None."""
    if value is None or isinstance(value, LazyRows):
        return value
    found = _array_of(value, where)
    if not found.ndim:
        raise ValueError(
            f"{where} is a single value ({_short(value)}), but rows are expected: an array of "
            "shape (number of rows, ...). For one row, write np.array([value])."
        )
    return found


def _array_of(value: Any, where: str) -> Any:
    if isinstance(value, (Tensor, Variable)):
        value = value._value if isinstance(value, Tensor) else value.read_value()._value
    if isinstance(value, SparseTensor):
        value = to_dense(value)._value
    if isinstance(value, jax.Array):
        return _on_device(value)
    if isinstance(value, np.ndarray):
        return _lazy_map(value, where) if _backing(value) else host_array(value, where)
    if feed_frames.is_frame(value):
        return feed_frames.frame_array(value, where)
    if feed_frames.is_series(value):
        return feed_frames.series_array(value, where)
    if of_module(value, "torch"):
        return host_array(_of_torch(value), where)
    if of_module(value, "scipy.sparse"):
        return _of_sparse(value, where)
    if of_module(value, "h5py"):
        return _of_file(value, where)
    return host_array(_of_python(value, where), where)


def _on_device(value: jax.Array) -> jax.Array:
    wanted = model_dtype(value.dtype)
    return value if value.dtype == wanted else value.astype(wanted)


def host_array(value: np.ndarray, where: str) -> np.ndarray:
    """A NumPy array of the dtype that the model sees: the same memory where that is possible."""
    if value.dtype == OBJECT or value.dtype.kind in "SU":
        return _of_objects(value, where)
    if value.dtype.kind in "mM":
        raise TypeError(
            f"{where} holds dates or times (dtype {value.dtype}), which a model does not take. "
            "Make numbers of them first, such as days: "
            "(x - x.min()) / np.timedelta64(1, 'D')."
        )
    if value.dtype.names or (value.dtype.kind == "V" and not _is_known(value.dtype)):
        raise TypeError(
            f"{where} is a structured array with the fields {value.dtype.names}. Give the fields "
            "as a dict: {name: x[name] for name in x.dtype.names}."
        )
    if isinstance(value, np.ma.MaskedArray):
        value = _unmasked(value, where)
    native = value.dtype.newbyteorder("=")
    return np.asarray(value, model_dtype(native), copy=None)


def _is_known(dtype: np.dtype) -> bool:
    try:
        return dtypes.of(dtype) is not None
    except TypeError:
        return False


def _unmasked(value: np.ma.MaskedArray, where: str) -> np.ndarray:
    count = int(np.ma.count_masked(value))
    if count > 0:
        raise ValueError(
            f"{where} is a masked array of which {count} values are masked, and what a model "
            "should see in their place is not known. Use x.filled(value) or drop those rows."
        )
    return value.data


def _backing(value: np.ndarray) -> bool:
    """Whether an array lies in a memory-mapped file and is too large to be read at once."""
    base: Any = value
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap):
            return value.nbytes > READ_AT_ONCE
        base = base.base
    return isinstance(base, mmap.mmap) and value.nbytes > READ_AT_ONCE


def _lazy_map(value: np.ndarray, where: str) -> LazyRows:
    return LazyRows(value, _read_map, slice(0, len(value)), where)


def _of_file(value: Any, where: str) -> Any:
    if not hasattr(value, "shape"):
        raise TypeError(
            f"{where} is a {type(value).__name__} of h5py. Give one of the datasets in it: "
            f"{', '.join(map(repr, list(value)[:5]))}."
        )
    if value.shape and value.nbytes > READ_AT_ONCE:
        return LazyRows(value, _read_file, slice(0, value.shape[0]), where)
    return host_array(np.asarray(value[()]), where)


def _of_sparse(value: Any, where: str) -> Any:
    rows = value.tocsr()
    lazy = LazyRows(rows, _read_sparse, slice(0, rows.shape[0]), where)
    return lazy if lazy.nbytes > READ_AT_ONCE else lazy.read()


def _of_torch(value: Any) -> np.ndarray:
    """The memory of a tensor of torch; bfloat16, which NumPy lacks, by way of float32."""
    value = value.detach().cpu()
    return value.float().numpy() if str(value.dtype) == "torch.bfloat16" else value.numpy()


def _of_python(value: Any, where: str) -> np.ndarray:
    if isinstance(value, (list, tuple)):
        _check_rows(value, where)
    elif isinstance(value, (str, bytes, Mapping)):
        raise TypeError(f"{where} is a {type(value).__name__}, {_short(value)}; expected an array.")
    elif not _array_like(value):
        raise TypeError(
            f"{where} is of type {type(value).__module__}.{type(value).__name__}, of which no "
            "array can be made. Expected a NumPy array, a tensor, a list of numbers, a DataFrame, "
            "a dataset or a generator of batches."
        )
    found = np.asarray(value)
    # Python's integers are int32 here where they fit; its text becomes bytes.
    narrow = isinstance(value, (list, tuple, range, numbers.Number)) and found.dtype.kind != "f"
    return to_numpy(value) if narrow else found


def _array_like(value: Any) -> bool:
    return isinstance(value, _BUFFERS) or hasattr(value, "__array__")


def _check_rows(value: Any, where: str) -> None:
    """Say which row is the odd one, where rows are of several lengths."""
    lengths = [len(row) if isinstance(row, (list, tuple)) else -1 for row in value]
    odd = next((i for i, n in enumerate(lengths) if n != lengths[0]), None)
    if odd is not None:
        raise ValueError(
            f"{where} is a list whose rows have several lengths: row 0 has "
            f"{_row_length(lengths[0])}, row {odd} {_row_length(lengths[odd])}. Pad them with "
            "keras.utils.pad_sequences."
        )


def _row_length(length: int) -> str:
    return "no length (a number)" if length < 0 else str(length)


def _of_objects(value: np.ndarray, where: str) -> np.ndarray:
    """Text as bytes, and numbers held as objects as numbers; an error for other objects."""
    kinds = {type(item) for item in value.flat}
    if all(issubclass(kind, (str, bytes)) for kind in kinds):
        return to_numpy(value)
    if all(issubclass(kind, (numbers.Real, np.bool_)) for kind in kinds):
        return _numbers_of_objects(value, where)
    raise _bad_object(value, where)


def _numbers_of_objects(value: np.ndarray, where: str) -> np.ndarray:
    found = np.array(value.tolist())
    if found.dtype == OBJECT:  # integers that no integer type holds
        raise _bad_object(value, where)
    return host_array(found, where)


def _bad_object(value: np.ndarray, where: str) -> Exception:
    """The error for an array of objects: its first item that is neither of the common kind."""
    items = list(value.flat)
    are_text = isinstance(items[0], (str, bytes))
    common: Any = (str, bytes) if are_text else (numbers.Real, np.bool_)
    place = next((i for i, item in enumerate(items) if not isinstance(item, common)), 0)
    index = ", ".join(map(str, np.unravel_index(place, value.shape)))
    item = items[place]
    return ValueError(
        f"{where} is an array of Python objects (dtype=object) that are not all numbers: "
        f"{where}[{index}] is {_short(item)}, of type {type(item).__name__}. {_remedy(item)}"
    )


def _remedy(item: Any) -> str:
    if item is None:
        return "Drop the rows with None, or fill them in."
    if isinstance(item, (str, bytes)):
        return "Encode text as numbers first, with keras.layers.StringLookup for example."
    if isinstance(item, (list, tuple)):
        return "Pad rows of several lengths with keras.utils.pad_sequences."
    if isinstance(item, (np.ndarray, jax.Array, Tensor)):
        return "Make one array of them with np.stack(list(x)), or pad them to one shape first."
    return "Make numbers of them: x.astype('float32')."


def _short(value: Any) -> str:
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 60 else text[:57] + "..."


def to_device(value: Any) -> Any:
    """A leaf on the current device; None stays None."""
    return value if value is None or isinstance(value, jax.Array) else jax.device_put(value)


def take_rows(value: Any, rows: Rows) -> Any:
    """Some rows of a leaf, in memory."""
    if isinstance(value, LazyRows):
        return value[rows].read()
    if isinstance(value, jax.Array):
        return value[rows] if isinstance(rows, slice) else jnp.take(value, rows, axis=0)
    return None if value is None else value[rows]
