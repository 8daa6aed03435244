import numpy as np
import pytest
from tensorboard.compat.proto.config_pb2 import RunMetadata
from tensorboard.compat.proto.graph_pb2 import GraphDef

from tests.summary.reading import graphs, read


def make(tf):
    weight = tf.Variable([1.0, 2.0], name="weight")

    @tf.function
    def layer(x):
        with tf.name_scope("dense"):
            return tf.reduce_sum(x * weight)

    return layer


def names(graph):
    return [node.name for node in GraphDef.FromString(graph).node]


def test_the_graph_of_a_function(tf, tmp_path):
    layer = make(tf)
    concrete = layer.get_concrete_function(tf.TensorSpec([2]))
    assert not bool(tf.summary.graph(concrete))
    with tf.summary.create_file_writer(tmp_path).as_default():
        for given in (concrete, concrete.graph, layer, GraphDef.FromString(b"")):
            assert bool(tf.summary.graph(given))
        with tf.summary.record_if(False):
            assert not bool(tf.summary.graph(concrete))
    found = graphs(tmp_path)
    assert names(found[0]) == ["x", "weight", "dense/mul", "dense/reduce_sum", "output_0"]
    assert found[0] == found[1] == found[2]


def test_misuse_of_graphs(tf, tmp_path):
    layer = make(tf)
    with tf.summary.create_file_writer(tmp_path).as_default():
        with pytest.raises(ValueError, match="given 3 of type int"):
            tf.summary.graph(3)
        with pytest.raises(ValueError, match=r"was traced 0 times.*get_concrete_function"):
            tf.summary.graph(layer)

        @tf.function
        def inside():
            tf.summary.graph(layer)

        with pytest.raises(ValueError, match="cannot be called inside a compiled function"):
            inside()


def test_a_trace_has_the_functions_that_were_called(tf, tmp_path):
    layer = make(tf)

    @tf.function
    def outer(x):
        return layer(x) + 1.0

    layer(tf.zeros(2))  # before
    with tf.summary.create_file_writer(tmp_path).as_default():
        tf.summary.trace_on(graph=True)
        outer(tf.zeros(2))
        outer(tf.zeros(2))
        tf.summary.trace_export("calls", step=5)
        outer(tf.zeros(2))
    (found,) = read(tmp_path)
    assert (found.tag, found.step, found.plugin) == ("calls", 5, "graph_run_metadata_graph")
    (entry,) = RunMetadata.FromString(np.ravel(found.value)[0]).function_graphs
    before = [node.name for node in entry.pre_optimization_graph.node]
    assert {"dense/mul", "add", "weight"} <= set(before)
    assert entry.post_optimization_graph.node


def test_a_trace_that_is_not_wanted(tf, tmp_path):
    tf.summary.trace_off()
    tf.summary.trace_on()
    tf.summary.trace_off()
    with pytest.raises(ValueError, match=r"nothing is being recorded. Call tf.summary.trace_on"):
        tf.summary.trace_export("x", step=0)
    tf.summary.trace_on()
    with pytest.warns(UserWarning, match="is being recorded already"):
        tf.summary.trace_on()
    with tf.summary.create_file_writer(tmp_path).as_default():
        with pytest.raises(ValueError, match="no step was given"):
            tf.summary.trace_export("x")
        tf.summary.trace_export("x", step=1)
    assert len(read(tmp_path)) == 1


def test_traces_begin_and_end_outside_of_functions(tf):
    @tf.function
    def begin():
        tf.summary.trace_on()

    @tf.function
    def end():
        tf.summary.trace_export("x", step=0)

    with pytest.warns(UserWarning, match="trace_on has no effect inside a compiled function"):
        begin()
    with pytest.warns(UserWarning, match="trace_export has no effect inside"):
        end()
