"""Rows with channels first, which TensorFlow cannot run on the CPU."""


def first(tf, op, x, *args, data_format, **options):
    """`op` with channels first; in TensorFlow, the same of the transposed input."""
    if tf.__name__ == "keratin":
        return op(x, *args, data_format=data_format, **options)
    rank = len(x.shape)
    last, back = [0, *range(2, rank), 1], [0, rank - 1, *range(1, rank - 1)]
    for key in ("strides", "dilations", "padding"):
        if isinstance(options.get(key), list) and len(options[key]) == rank:
            options[key] = [options[key][axis] for axis in last]
    return tf.transpose(op(tf.transpose(x, last), *args, **options), back)
