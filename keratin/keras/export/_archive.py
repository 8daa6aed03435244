"""The archive that collects endpoints of models, and writes them as a folder."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from keratin import saved_model
from keratin._engine import errors
from keratin._engine.function import Function, Method
from keratin._engine.module import Module
from keratin._engine.spec import TensorSpec
from keratin._engine.variable import Variable
from keratin.export._folder import Reader
from keratin.export._structure import decode, filled, spec_of
from keratin.keras.export._specs import signature_of, specs_of
from keratin.keras.layers.layer import Layer
from keratin.keras.utils._logging import print_message

_ENDPOINT = "serve"
_DEFAULT = "serving_default"
_FORMATS = ("tf_saved_model", "onnx", "openvino", "litert", "torch")
# Names of what an archive itself keeps in the folder.
_OWN = ("variables", "trainable_variables", "non_trainable_variables")


class ExportArchive:
    """Collects functions of models, each an endpoint with a name, and writes them to a folder.

    The folder is what `tf.saved_model.save` writes: it is loaded without the code of the models,
    and each endpoint is a method of what `tf.saved_model.load` gives.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> archive = keras.export.ExportArchive()
    >>> archive.track(model)
    >>> _ = archive.add_endpoint("serve", model.call, [keras.InputSpec(shape=(None, 3),
    ...                                                               dtype="float32")])
    >>> archive.write_out("archive", verbose=False)
    >>> tf.saved_model.load("archive").serve(tf.zeros([5, 3])).shape
    TensorShape([5, 2])
    """

    def __init__(self, format: str = "saved_model", **kwargs: Any):
        if kwargs:
            raise errors.unknown_keyword("ExportArchive", next(iter(kwargs)), ["format"])
        if format != "saved_model":
            raise ValueError(
                f"ExportArchive: the format is 'saved_model'; given {format!r}. Others need "
                "converters that Keratin has not"
            )
        self._endpoints: dict[str, Function] = {}
        self._members: dict[str, Any] = {name: [] for name in _OWN}
        self._tracked: list[Any] = []

    @property
    def variables(self) -> list[Any]:
        """The variables of what is tracked."""
        return list(self._members["variables"])

    @property
    def trainable_variables(self) -> list[Any]:
        """Those of the variables that are trainable."""
        return list(self._members["trainable_variables"])

    @property
    def non_trainable_variables(self) -> list[Any]:
        """Those of the variables that are not trainable."""
        return list(self._members["non_trainable_variables"])

    def track(self, resource: Any) -> None:
        """Have the folder list the variables of a layer, model or `tf.Module`.

        Those that endpoints use are saved in any case.
        """
        if not isinstance(resource, Module):
            raise ValueError(
                f"track takes a layer, a model or a tf.Module; given {resource!r}, of type "
                f"{type(resource).__name__}"
            )
        if isinstance(resource, Layer) and not resource.built:
            raise ValueError(
                f"The layer {resource.name!r} is not built. Call it on data, or build(input_shape),"
                " before it is exported"
            )
        self._tracked.append(resource)
        for name in _OWN:
            known = {id(variable) for variable in self._members[name]}
            self._members[name] += [v for v in getattr(resource, name) if id(v) not in known]

    def add_endpoint(
        self, name: str, fn: Callable[..., Any], input_signature: Any = None, **kwargs: Any
    ) -> Any:
        """Add a function under a name; the compiled function is returned.

        Args:
            name: The name.
            fn: A function of tensors. A `tf.function` that was called needs no signature.
            input_signature: A list of what each argument is: `keras.InputSpec`, `tf.TensorSpec`,
                or structures of them.
            kwargs: `is_static` and `jax2tf_kwargs`, which Keras on JAX needs, change nothing:
                functions may assign to variables, and nothing is converted.

        >>> archive = keras.export.ExportArchive()
        >>> archive.add_endpoint("double", lambda x: x * 2, [tf.TensorSpec([None])])
        <keratin function double>
        """
        for key in kwargs:
            if key not in ("is_static", "jax2tf_kwargs"):
                raise errors.unknown_keyword("add_endpoint", key, ["name", "fn", "input_signature"])
        if name in self._endpoints:
            raise ValueError(f"add_endpoint: there is an endpoint {name!r} already")
        self._check_name(name)
        if input_signature is None:
            made = _called_before(fn)
        else:
            specs = specs_of(input_signature, f"add_endpoint({name!r})")
            if not isinstance(specs, (list, tuple)):
                raise ValueError(
                    f"add_endpoint({name!r}): input_signature is a list of what each argument is; "
                    f"given {input_signature!r}. Write [{input_signature!r}]"
                )
            made = Function(fn, name, tuple(specs), use_autograph=False)
        self._endpoints[name] = made
        return made

    def _check_name(self, name: Any) -> None:
        if not isinstance(name, str) or not name.isidentifier() or name in self._members:
            raise ValueError(
                f"A name of an endpoint or a collection is an identifier that is not taken yet; "
                f"given {name!r}"
            )

    def track_and_add_endpoint(
        self, name: str, resource: Any, input_signature: Any, **kwargs: Any
    ) -> Any:
        """Track a layer or model, and add its call as an endpoint."""
        self.track(resource)
        return self.add_endpoint(name, resource.__call__, input_signature, **kwargs)

    def add_variable_collection(self, name: str, variables: Any) -> None:
        """Have the loaded object list variables under a name.

        >>> archive = keras.export.ExportArchive()
        >>> archive.add_variable_collection("counts", [tf.Variable(1)])
        """
        if not isinstance(variables, (list, tuple, set)):
            raise ValueError(
                "add_variable_collection takes a list, tuple or set of variables; given "
                f"{type(variables).__name__}"
            )
        for variable in variables:
            if not isinstance(variable, Variable):
                raise ValueError(
                    f"add_variable_collection({name!r}): a variable is expected; given "
                    f"{variable!r}, of type {type(variable).__name__}"
                )
        self._check_name(name)
        self._members[name] = list(variables)

    def write_out(self, filepath: Any, options: Any = None, verbose: bool = True) -> None:
        """Write the folder; the first endpoint is its signature "serving_default" too.

        Args:
            filepath: The folder.
            options: `tf.saved_model.SaveOptions`.
            verbose: Whether to print the endpoints.
        """
        if not self._endpoints:
            raise ValueError("write_out: there is no endpoint yet. Call add_endpoint() first")
        signatures: dict[str, Any] = dict(self._endpoints)
        signatures.setdefault(_DEFAULT, next(iter(self._endpoints.values())))
        saved_model.save(self._root(), filepath, signatures=signatures, options=options)
        if verbose:
            manifest = Reader(filepath).manifest
            described = [_described(name, manifest) for name in self._endpoints]
            endpoints = "\n\n".join(described)
            print_message(
                f"Saved artifact at '{filepath}'. The following endpoints are available:\n\n"
                f"{endpoints}"
            )

    def _root(self) -> Any:
        """The object that is saved."""
        return _Root({**self._members, **self._endpoints})


class _Root(Module):
    """An object whose parts are told one by one."""

    def __init__(self, members: dict[str, Any]):
        super().__init__(name="archive")
        self._given = members

    def _saved_members(self) -> dict[str, Any]:
        return self._given


def _called_before(fn: Any) -> Function:
    """A compiled function, whose arguments are known from a call."""
    made = fn._function if isinstance(fn, Method) else fn
    if not isinstance(made, Function):
        raise ValueError(
            "add_endpoint: fn is no tf.function, so give input_signature, which says what its "
            "arguments are: input_signature=[keras.InputSpec(shape=(None, 3), dtype='float32')]"
        )
    if made.input_signature is None and not made._concrete:
        raise ValueError(
            f"add_endpoint: the function {made.name!r} was never called, so its arguments are not "
            "known. Call it once, or give input_signature"
        )
    return made


def _described(name: str, manifest: dict[str, Any]) -> str:
    """An endpoint in words: what it takes, gives and uses."""
    entry = manifest["signatures"][name]
    args, kwargs = filled(decode(entry["arguments"], name), spec_of)
    outputs = filled(decode(entry["outputs"], name), spec_of)
    used = [manifest["variables"][i] for i in entry["reads"]]
    lines = [f"* Endpoint '{name}'"]
    lines += [f"  args_{i} (POSITIONAL_ONLY): {_words(arg)}" for i, arg in enumerate(args)]
    lines += [f"  {key} (KEYWORD_ONLY): {_words(arg)}" for key, arg in kwargs.items()]
    lines += ["Output Type:", f"  {_words(outputs)}"]
    captured = [TensorSpec(v["declared"], v["dtype"], v["name"]) for v in used]
    lines += ["Captures:", *(f"  {spec}" for spec in captured)] if captured else []
    return "\n".join(lines)


def _words(structure: Any) -> str:
    if isinstance(structure, dict):
        inner = ", ".join(f"['{key}', {_words(value)}]" for key, value in structure.items())
        return f"Dict[{inner}]"
    if isinstance(structure, (list, tuple)):
        kind = "List" if isinstance(structure, list) else "Tuple"
        return f"{kind}[{', '.join(map(_words, structure))}]"
    return repr(structure)


def export_model(
    model: Any,
    filepath: Any,
    format: str,
    verbose: bool | None,
    input_signature: Any,
    options: dict[str, Any],
) -> None:
    """Write a model's inference as a folder, under the endpoint "serve"."""
    if format not in _FORMATS:
        raise ValueError(
            f"export: format is one of {', '.join(map(repr, _FORMATS))}; given {format!r}"
            f"{errors.nearest(str(format), _FORMATS)}"
        )
    if format != "tf_saved_model":
        raise errors.UnimplementedError(
            f"export: format={format!r} needs a converter that Keratin has not. Export "
            "format='tf_saved_model', a folder with the program in StableHLO; or save the model as "
            f".keras, open that in Keras, and export it there to {format!r}"
        )
    known = ("is_static", "jax2tf_kwargs")
    for key in options:
        if key not in known:
            names = ["filepath", "format", "verbose", "input_signature", *known]
            raise errors.unknown_keyword("export", key, names)
    archive = ExportArchive()
    signature = signature_of(model) if input_signature is None else _as_list(input_signature)
    archive.track_and_add_endpoint(_ENDPOINT, model, signature)
    archive.write_out(filepath, verbose=verbose is None or verbose)


def _as_list(signature: Any) -> Any:
    return signature if isinstance(signature, (list, tuple)) else [signature]


_serving: weakref.WeakKeyDictionary[Any, Function] = weakref.WeakKeyDictionary()


def serving_function(model: Any) -> Function | None:
    """The call of a model as a function of its inputs, if they are known; one for each model."""
    try:
        signature = tuple(signature_of(model))
    except ValueError:
        return None
    made = _serving.get(model)
    if made is None or made.input_signature != signature:
        call = _call_of(weakref.ref(model))
        made = _serving[model] = Function(call, _DEFAULT, signature, use_autograph=False)
    return made


def _call_of(reference: Callable[[], Any]) -> Callable[..., Any]:
    """The call of a model, which does not keep it alive."""

    def serving_default(inputs: Any, *others: Any) -> Any:
        return reference()(inputs, *others)

    return serving_default
