"""Names at the root of TensorFlow 1 that TensorFlow 2 dropped, and what to write instead."""

_SESSION = "There are no sessions: ops run when they are called; x.numpy() gives a value."
_GRAPH = "There is no graph to build: ops run when they are called; tf.function compiles them."
_INITIALIZER = "Leave it out: a tf.Variable has its value from the start."
_COLLECTION = "There are no collections. Keep variables on a tf.Module, which lists them."
_PLACEHOLDER = "Make the value an argument of a Python function, and decorate that by @tf.function."
_VARIABLE = "Write tf.Variable(initial_value, name=...), and keep it on an object."
_EAGER = "Leave it out: ops run eagerly unless in a tf.function."
_FLAGS = "Use absl-py (from absl import app, flags) or argparse."
_LAYERS = "Build layers on tf.Module, which holds their variables."
_SCOPE = "Use tf.name_scope for names; variables are shared by sharing the object that owns them."


def _renamed(name: str) -> str:
    return f"Write tf.{name}."


FORMER = {
    "Session": _SESSION,
    "InteractiveSession": _SESSION,
    "ConfigProto": "There are no sessions. Settings are in tf.config.",
    "GPUOptions": "Settings of memory are in tf.config, such as set_memory_growth.",
    "get_default_session": _SESSION,
    "get_default_graph": _GRAPH,
    "reset_default_graph": _GRAPH,
    "placeholder": _PLACEHOLDER,
    "placeholder_with_default": _PLACEHOLDER,
    "sparse_placeholder": _PLACEHOLDER,
    "global_variables_initializer": _INITIALIZER,
    "local_variables_initializer": _INITIALIZER,
    "variables_initializer": _INITIALIZER,
    "initialize_all_variables": _INITIALIZER,
    "tables_initializer": "Leave it out: tables have their values from the start.",
    "global_variables": _COLLECTION,
    "local_variables": _COLLECTION,
    "trainable_variables": _COLLECTION,
    "all_variables": _COLLECTION,
    "get_collection": _COLLECTION,
    "add_to_collection": _COLLECTION,
    "GraphKeys": _COLLECTION,
    "get_variable": _VARIABLE,
    "variable_scope": _SCOPE,
    "get_variable_scope": _SCOPE,
    "AUTO_REUSE": _SCOPE,
    "enable_eager_execution": _EAGER,
    "enable_v2_behavior": _EAGER,
    "disable_v2_behavior": "Graphs of TensorFlow 1 are not supported; ops run when called.",
    "disable_eager_execution": "Graphs of TensorFlow 1 are not supported; use tf.function.",
    "app": _FLAGS,
    "flags": _FLAGS,
    "logging": "Use Python's logging module.",
    "layers": _LAYERS,
    "contrib": "It was dissolved; much of it went to packages of their own.",
    "gfile": "Use open() and pathlib.",
    "py_func": _renamed("numpy_function"),
    "assign": "Write v.assign(value).",
    "assign_add": "Write v.assign_add(value).",
    "assign_sub": "Write v.assign_sub(value).",
    "random_normal": _renamed("random.normal"),
    "random_uniform": _renamed("random.uniform"),
    "truncated_normal": _renamed("random.truncated_normal"),
    "random_shuffle": _renamed("random.shuffle"),
    "set_random_seed": _renamed("random.set_seed"),
    "log": _renamed("math.log"),
    "log1p": _renamed("math.log1p"),
    "ceil": _renamed("math.ceil"),
    "is_nan": _renamed("math.is_nan"),
    "is_inf": _renamed("math.is_inf"),
    "is_finite": _renamed("math.is_finite"),
    "lgamma": _renamed("math.lgamma"),
    "erf": _renamed("math.erf"),
    "rsqrt": _renamed("math.rsqrt"),
    "mod": _renamed("math.floormod"),
    "div": "Write x / y, or x // y for whole numbers.",
    "matrix_inverse": _renamed("linalg.inv"),
    "matrix_solve": _renamed("linalg.solve"),
    "cholesky": _renamed("linalg.cholesky"),
    "svd": _renamed("linalg.svd"),
    "diag": _renamed("linalg.tensor_diag"),
    "to_float": "Write tf.cast(x, tf.float32).",
    "to_double": "Write tf.cast(x, tf.float64).",
    "to_int32": "Write tf.cast(x, tf.int32).",
    "to_int64": "Write tf.cast(x, tf.int64).",
    "Print": _renamed("print"),
    "Dimension": "Sizes are integers or None.",
    "check_numerics": _renamed("debugging.check_numerics"),
}
