"""Write dtypes.txt: which dtypes the ops of Keras give, read off Keras itself.

    KERAS_BACKEND=jax python make_dtypes.py         all dtypes of up to 32 bits
    KERAS_BACKEND=tensorflow python make_dtypes.py  those of 64 bits, which JAX has not by default

Run it in a process of its own: Keratin turns the 64-bit types of JAX on. A line holds an op and
what it gives for each dtype, or pair of dtypes, in the order of `keys`; "-" where it refuses, "+"
between several results.
"""

import pathlib

import numpy as np

FILE = pathlib.Path(__file__).with_name("dtypes.txt")
SMALL = ["bool", "uint8", "int8", "int16", "int32", "uint32", "float16", "bfloat16", "float32"]
LARGE = ["int64", "float64"]

UNARY = [
    "abs",
    "absolute",
    "angle",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "bitwise_invert",
    "bitwise_not",
    "cbrt",
    "ceil",
    "conj",
    "conjugate",
    "copy",
    "corrcoef",
    "cos",
    "cosh",
    "deg2rad",
    "exp",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "i0",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "log",
    "log10",
    "log1p",
    "log2",
    "logical_not",
    "nan_to_num",
    "negative",
    "rad2deg",
    "real",
    "reciprocal",
    "round",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "trunc",
    "slogdet",
    "all",
    "any",
    "amax",
    "amin",
    "argmax",
    "argmin",
    "argsort",
    "average",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "diff",
    "max",
    "mean",
    "median",
    "min",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
    "prod",
    "ptp",
    "sort",
    "std",
    "sum",
    "var",
    "trace",
    "trapezoid",
    "diag",
    "diagonal",
    "flip",
    "empty_like",
    "ones_like",
    "zeros_like",
    "tril",
    "triu",
    "ravel",
    "transpose",
    "unique",
    "nonzero",
]

BINARY = [
    "add",
    "arctan2",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "divide",
    "divide_no_nan",
    "dot",
    "equal",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "greater",
    "greater_equal",
    "heaviside",
    "hypot",
    "inner",
    "isclose",
    "kron",
    "lcm",
    "ldexp",
    "left_shift",
    "less",
    "less_equal",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_or",
    "logical_xor",
    "matmul",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nextafter",
    "not_equal",
    "outer",
    "power",
    "right_shift",
    "subtract",
    "tensordot",
    "true_divide",
    "vdot",
    "append",
]

OTHER = {
    "clip": lambda ops, x: ops.clip(x, 0, 1),
    "percentile": lambda ops, x: ops.percentile(x, 50),
    "quantile": lambda ops, x: ops.quantile(x, 0.5),
    "nanpercentile": lambda ops, x: ops.nanpercentile(x, 50),
    "nanquantile": lambda ops, x: ops.nanquantile(x, 0.5),
    "bincount": lambda ops, x: ops.bincount(x[0]),
    "histogram": lambda ops, x: ops.histogram(x[0], 2),
    "digitize": lambda ops, x: ops.digitize(x, x[0]),
    "searchsorted": lambda ops, x: ops.searchsorted(x[0], x[1]),
    "isin": lambda ops, x: ops.isin(x, x),
    "argpartition": lambda ops, x: ops.argpartition(x, 1),
    "correlate": lambda ops, x: ops.correlate(x[0], x[1]),
    "vander": lambda ops, x: ops.vander(x[0]),
    "einsum": lambda ops, x: ops.einsum("ij,jk->ik", x, x),
    "linspace": lambda ops, x: ops.linspace(x[0], x[1], 3),
    "logspace": lambda ops, x: ops.logspace(x[0], x[1], 3),
    "geomspace": lambda ops, x: ops.geomspace(x[0], x[1], 3),
    "select": lambda ops, x: ops.select([ops.not_equal(x, 0)], [x], 0),
    "where": lambda ops, x: ops.where(ops.not_equal(x, 0), x, 0),
    "where_float": lambda ops, x: ops.where(ops.not_equal(x, 0), x, 0.5),
    "add_int": lambda ops, x: ops.add(x, 1),
    "add_float": lambda ops, x: ops.add(x, 1.5),
    "add_list": lambda ops, x: ops.add(x, [1.5, 2.5]),
    "multiply_numpy": lambda ops, x: ops.multiply(x, np.float32(2)),
    "floor_divide_int": lambda ops, x: ops.floor_divide(x, 2),
    "divide_int": lambda ops, x: ops.divide(x, 2),
    "power_int": lambda ops, x: ops.power(x, 2),
    "power_float": lambda ops, x: ops.power(x, 2.0),
    "maximum_float": lambda ops, x: ops.maximum(x, 0.5),
    "left_shift_int": lambda ops, x: ops.left_shift(x, 1),
    "full_like": lambda ops, x: ops.full_like(x, 2),
    "average_weights": lambda ops, x: ops.average(x[0], weights=[1, 2]),
    "pad": lambda ops, x: ops.pad(x, 1),
    "stack": lambda ops, x: ops.stack([x, ops.ones((2, 2), "float16")]),
    "concatenate": lambda ops, x: ops.concatenate([x, ops.ones((2, 2), "int8")]),
    "hstack": lambda ops, x: ops.hstack([x, ops.ones((2, 2), "int32")]),
    "clip_float": lambda ops, x: ops.clip(x, 0.5, 1.5),
    "prod_dtype": lambda ops, x: ops.prod(x, dtype="int32"),
    "cumsum_dtype": lambda ops, x: ops.cumsum(x, dtype="float32"),
}


_SHORT = {"bfloat": "bf", "float": "f", "uint": "u", "int": "i", "bool": "b"}


def short(dtype):
    """The dtype as the file has it: float32 is f32."""
    letters = dtype.rstrip("0123456789")
    return _SHORT[letters] + dtype[len(letters) :]


def keys(name):
    """The dtypes, or pairs of them, that an op is called with."""
    everything = SMALL + LARGE
    if name not in BINARY:
        return everything
    return [f"{a} {b}" for a in everything for b in everything]


def read():
    """What the file says: op to dtypes to dtypes of the result, in short."""
    lines = [line.split() for line in FILE.read_text().splitlines()]
    return {name: dict(zip(keys(name), found, strict=True)) for name, *found in lines}


def write(table):
    """Write the file."""
    lines = [" ".join([name, *[table[name].get(k, "-") for k in keys(name)]]) for name in table]
    FILE.write_text("\n".join(sorted(lines)) + "\n")


def called(ops, name, values):
    """The result of an op of tensors of these dtypes."""
    function = OTHER.get(name)
    return getattr(ops, name)(*values) if function is None else function(ops, *values)


def _names_of(result, standardized):
    parts = result if isinstance(result, (list, tuple)) else [result]
    return "+".join(short(standardized(part.dtype)) for part in parts)


def _main():
    import keras

    large = keras.backend.backend() == "tensorflow"
    values = {d: keras.ops.ones((2, 2), d) for d in (SMALL + LARGE if large else SMALL)}
    table = read() if FILE.exists() else {}
    for name in [*UNARY, *OTHER, *BINARY]:
        for key in keys(name):
            dtypes = key.split()
            if any(dtype in LARGE for dtype in dtypes) != large:
                continue
            try:
                result = called(keras.ops, name, [values[d] for d in dtypes])
                found = _names_of(result, keras.backend.standardize_dtype)
            except Exception:
                found = "-"
            table.setdefault(name, {})[key] = found
    write(table)


if __name__ == "__main__":
    _main()
