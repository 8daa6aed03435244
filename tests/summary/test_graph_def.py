import jax
import jax.numpy as jnp
import pytest

from keratin.summary._graph_def import graph_of, scope_of


def nodes(graph):
    return {node.name: node for node in graph.node}


def test_nodes_inputs_shapes_and_types():
    program = jax.make_jaxpr(lambda a, b, unused: jnp.dot(a, b) + 1.0)(
        jnp.zeros((2, 3)), jnp.zeros(3), 0.0
    )
    found = nodes(graph_of(program, {0: "a", 1: "scope/b"}))
    assert list(found) == ["a", "scope/b", "dot_general", "add", "output_0"]
    assert list(found["dot_general"].input) == ["a", "scope/b"]
    assert [d.size for d in found["a"].attr["_output_shapes"].list.shape[0].dim] == [2, 3]
    assert found["a"].op == "Placeholder"
    assert "dimension_numbers" in found["dot_general"].attr
    assert found["add"].attr["operand_1"].s == b"1.0"
    assert found["add"].attr["dtype"].type in (1, 2)


def test_every_input_is_a_node_that_stands_before():
    def work(x):
        with jax.named_scope("layer"):
            x = jax.nn.relu(x)
            x = jax.lax.fori_loop(0, 3, lambda i, v: v * 2.0 + i, x)
        x = jax.lax.while_loop(lambda v: jnp.sum(v) < 9, lambda v: v + x, x)
        x = jax.lax.cond(x[0] > 1, lambda v: v + 1, lambda v: jnp.sin(v), x)
        first, second = jnp.split(x, 2)
        return jax.checkpoint(jnp.cos)(first) + second

    graph = graph_of(jax.make_jaxpr(jax.grad(lambda x: jnp.sum(jax.nn.gelu(x))))(jnp.ones(4)))
    graph2 = graph_of(jax.make_jaxpr(work)(jnp.ones(4)))
    for each in (graph, graph2):
        seen = set()
        for node in each.node:
            for source in node.input:
                assert source.split(":")[0] in seen, (node.name, source)
            assert node.name not in seen
            seen.add(node.name)
    names = nodes(graph2)
    assert any(name.startswith("layer/") and name.endswith("/out") for name in names)
    assert {"while/condition/lt", "while/body/add", "cond/branch_0/sin"} <= set(names)
    assert any(source.endswith(":1") for node in graph2.node for source in node.input)


@pytest.mark.parametrize(
    "stack, scope",
    [
        ("", ""),
        ("jvp(model)/dense", "model/dense"),
        ("transpose(jvp(model))/dense", "gradients/model/dense"),
        ("vmap(jvp(a))/b", "a/b"),
    ],
)
def test_scopes(stack, scope):
    assert scope_of(stack) == scope


def test_names_are_such_as_tensorboard_draws():
    def work(x):
        with jax.named_scope("my layer: 1"):
            return x + 1

    assert "my_layer_1/add" in nodes(graph_of(jax.make_jaxpr(work)(1.0)))


def test_long_values_are_cut():
    table = tuple(range(1000))
    program = jax.make_jaxpr(lambda x: x[jnp.array(table)])(jnp.zeros(1000))
    for node in graph_of(program).node:
        assert all(len(value.s) <= 203 for value in node.attr.values())
