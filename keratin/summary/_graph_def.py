"""Traced programs as TensorFlow's graphs, which TensorBoard draws."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import jax.extend.core as jax_core

from keratin._engine import dtype as dtypes
from keratin.summary._protos import protos

# Calls of a program within a program, which are drawn as what they consist of.
_INLINED = ("jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint")
_CUSTOM = ("custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr", "custom_lin")
_MOST_CHARACTERS = 200

_ILLEGAL = re.compile(r"[^A-Za-z0-9_.\-]+")
_TRANSFORM = re.compile(r"(\w+)\(([^()]*)\)")


def graph_of(program: Any, input_names: Mapping[int, str] | None = None) -> Any:
    """The `GraphDef` of a traced program: a `jax.extend.core.ClosedJaxpr`.

    Nodes are named by the name scopes that they were made in, and those of a gradient stand within
    "gradients". Inputs that have no influence are left out.

    >>> from keratin.summary._graph_def import graph_of
    >>> import jax
    >>> program = jax.make_jaxpr(lambda a, b: a * b + 1.0)(2.0, 3.0)
    >>> [node.name for node in graph_of(program, {0: "a", 1: "b"}).node]
    ['a', 'b', 'mul', 'add', 'output_0']
    """
    drawing = _Drawing()
    drawing.draw(program, input_names or {})
    return drawing.graph


class _Drawing:
    def __init__(self) -> None:
        self.graph = protos().graph.GraphDef()
        self.graph.versions.producer = 24
        self._taken: Counter[str] = Counter()

    def draw(self, program: Any, input_names: Mapping[int, str]) -> None:
        """Add a whole program."""
        inner = program.jaxpr
        used = _used_variables(inner)
        sources: dict[Any, str] = {}
        for index, variable in enumerate(inner.invars):
            if variable in used:
                name = input_names.get(index, f"input_{index}")
                sources[variable] = self._node(name, "Placeholder", [], [variable])
        for index, variable in enumerate(inner.constvars):
            if variable in used:
                sources[variable] = self._node(f"constant_{index}", "Const", [], [variable])
        self._body(inner, sources, "")
        for index, variable in enumerate(inner.outvars):
            source = sources.get(variable) if _is_variable(variable) else None
            if source is not None:
                self._node(f"output_{index}", "Identity", [source], [variable])

    def _body(self, program: Any, sources: dict[Any, str], prefix: str) -> None:
        """Add the equations of a program; `sources` tells where its variables come from."""
        for equation in program.eqns:
            scope = _joined(prefix, scope_of(str(equation.source_info.name_stack)))
            kind = equation.primitive.name
            inner = list(jax_core.jaxprs_in_params(equation.params))
            if inner and (kind in _INLINED or kind in _CUSTOM):
                self._inline(equation, _plain(inner[0]), sources, scope)
            elif inner:
                self._compound(equation, inner, sources, scope)
            else:
                self._note(equation, self._node_of(equation, sources, scope, ()), sources)

    def _inline(self, equation: Any, inner: Any, sources: dict[Any, str], scope: str) -> None:
        name = _ILLEGAL.sub("_", str(equation.params.get("name") or "")).strip("_")
        within = self._free(_joined(scope, name)) if name else scope
        outside = [_source(variable, sources) for variable in equation.invars]
        if name and len(inner.eqns) <= 1:
            within = scope  # a name for one node is one too many
        known = _matched(inner.invars, outside)
        self._body(inner, known, within)
        for variable, result in zip(equation.outvars, inner.outvars, strict=False):
            source = _source(result, known)
            if source is not None:
                sources[variable] = source

    def _compound(
        self, equation: Any, programs: Sequence[Any], sources: dict[Any, str], scope: str
    ) -> None:
        """A loop or a choice: its programs, drawn within it, lead into one node."""
        kind = equation.primitive.name
        name = self._free(_joined(scope, kind))
        outside = [_source(variable, sources) for variable in equation.invars]
        results = []
        for label, program in zip(_labels(kind, len(programs)), programs, strict=True):
            inner = _plain(program)
            # What the programs take is the end of what the whole takes, but for loops of unknown
            # length, whose condition and body each take constants of their own first.
            known = _matched(inner.invars, _taken_by(label, equation, inner, outside))
            self._body(inner, known, f"{name}/{label}")
            results += [_source(variable, known) for variable in inner.outvars]
        node = self._node_of(
            equation, sources, scope, [r for r in results if r], name=f"{name}/out"
        )
        self._note(equation, node, sources)

    def _note(self, equation: Any, node: str, sources: dict[Any, str]) -> None:
        for index, variable in enumerate(equation.outvars):
            sources[variable] = node if index == 0 else f"{node}:{index}"

    def _node_of(
        self,
        equation: Any,
        sources: dict[Any, str],
        scope: str,
        more: Sequence[str],
        name: str | None = None,
    ) -> str:
        kind = equation.primitive.name
        inputs = [_source(variable, sources) for variable in equation.invars]
        found = list(dict.fromkeys([*[i for i in inputs if i], *more]))
        name = self._node(name or _joined(scope, kind), kind, found, equation.outvars)
        node = self.graph.node[-1]
        for key, value in equation.params.items():
            text = _brief(value)
            if text is not None:
                node.attr[key].s = text.encode()
        for index, variable in enumerate(equation.invars):
            if not _is_variable(variable):
                node.attr[f"operand_{index}"].s = str(variable.val).encode()[:_MOST_CHARACTERS]
        return name

    def _node(self, name: str, kind: str, inputs: Sequence[str], outputs: Sequence[Any]) -> str:
        parts = [_ILLEGAL.sub("_", part).lstrip("_.-") or "_" for part in name.split("/")]
        node = self.graph.node.add(name=self._free("/".join(parts)), op=kind)
        node.input.extend(inputs)
        for variable in outputs:
            shape = node.attr["_output_shapes"].list.shape.add()
            for size in getattr(variable.aval, "shape", ()):
                shape.dim.add(size=int(size))
        number = _type_number(outputs[0].aval) if outputs else None
        if number is not None:
            node.attr["dtype"].type = number
        return str(node.name)

    def _free(self, name: str) -> str:
        """A name that no other node or scope has."""
        count = self._taken[name]
        self._taken[name] += 1
        return name if count == 0 else self._free(f"{name}_{count}")


def scope_of(name_stack: str) -> str:
    """The name scopes of an equation, without the marks of JAX's transformations.

    >>> from keratin.summary._graph_def import scope_of
    >>> scope_of("jvp(model)/dense"), scope_of("transpose(jvp(model))/dense")
    ('model/dense', 'gradients/model/dense')
    """
    is_gradient = "transpose(" in name_stack
    while True:
        stripped = _TRANSFORM.sub(r"\2", name_stack)
        if stripped == name_stack:
            break
        name_stack = stripped
    parts = [part for part in name_stack.split("/") if part]
    return "/".join(["gradients", *parts] if is_gradient else parts)


def _labels(kind: str, count: int) -> list[str]:
    if kind == "while":
        return ["condition", "body"]
    return ["body"] if count == 1 else [f"branch_{index}" for index in range(count)]


def _taken_by(label: str, equation: Any, inner: Any, outside: list[Any]) -> list[Any]:
    if equation.primitive.name == "while":
        first, second = equation.params["cond_nconsts"], equation.params["body_nconsts"]
        carried = outside[first + second :]
        own = outside[:first] if label == "condition" else outside[first : first + second]
        return [*own, *carried]
    return outside[len(outside) - len(inner.invars) :]


def _matched(variables: Sequence[Any], found: Sequence[str | None]) -> dict[Any, str]:
    pairs = zip(variables, found, strict=False)
    return {variable: source for variable, source in pairs if source is not None}


def _source(variable: Any, sources: dict[Any, str]) -> str | None:
    return sources.get(variable) if _is_variable(variable) else None


def _is_variable(atom: Any) -> bool:
    return not hasattr(atom, "val")


def _plain(program: Any) -> Any:
    """A program without the constants that are closed over."""
    return getattr(program, "jaxpr", program)


def _used_variables(program: Any) -> set[Any]:
    used = {v for equation in program.eqns for v in equation.invars if _is_variable(v)}
    return used | {v for v in program.outvars if _is_variable(v)}


def _joined(prefix: str, rest: str) -> str:
    return f"{prefix}/{rest}" if prefix and rest else prefix or rest


def _brief(value: Any) -> str | None:
    """A parameter of an equation as text; None for programs and functions."""
    if value is None or callable(value) or _holds_programs(value):
        return None
    text = str(value)
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "..."


def _holds_programs(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_holds_programs(item) for item in value)
    return hasattr(value, "eqns") or hasattr(value, "jaxpr")


def _type_number(aval: Any) -> int | None:
    try:
        return dtypes.of(aval.dtype).as_datatype_enum
    except (AttributeError, TypeError, ValueError):  # a key of random numbers, a token
        return None
