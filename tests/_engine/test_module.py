"""Modules: what they find of variables and parts, and how things are named."""

import pytest


def test_finds_variables_and_modules_as_tensorflow_orders_them(tf):
    class Dense(tf.Module):
        def __init__(self, size, name=None):
            super().__init__(name=name)
            with self.name_scope:
                self.w = tf.Variable(tf.ones([size, size]), name="w")
                self.b = tf.Variable(tf.zeros([size]), name="b", trainable=False)

    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.layers = [Dense(2), Dense(3, name="last")]
            self.extra = {"z": tf.Variable(1.0, name="z"), "a": (tf.Variable(2.0, name="a"),)}
            self.again = self.layers[0]

    net = Net()
    assert [v.name for v in net.variables] == [
        "a:0",
        "z:0",
        "dense/b:0",
        "dense/w:0",
        "last/b:0",
        "last/w:0",
    ]
    assert len(net.trainable_variables) == 4
    assert [v.name for v in net.non_trainable_variables] == ["dense/b:0", "last/b:0"]
    assert [m.name for m in net.submodules] == ["dense", "last"]
    assert net.name == "net"


def test_with_name_scope(tf):
    class Layer(tf.Module):
        @tf.Module.with_name_scope
        def __call__(self):
            return tf.Variable(0.0, name="v").name

    assert Layer(name="outer")() == "outer/v:0"


def test_a_cycle_is_no_problem(tf):
    a, b = tf.Module(name="a"), tf.Module(name="b")
    a.other, b.other, b.v = b, a, tf.Variable(1.0)
    assert len(a.variables) == 1
    assert a.submodules == (b,)


def test_a_bad_name_is_refused(tf):
    with pytest.raises(ValueError, match="identifier"):
        tf.Module(name="no spaces")


def test_names_of_classes(tf):
    class MyHTTPModel2D(tf.Module):
        pass

    assert MyHTTPModel2D().name == "my_http_model2_d"


def test_a_module_that_was_not_initialized_says_so(tf):
    class Dense(tf.Module):
        def __init__(self):
            self.w = tf.Variable(1.0)

        @tf.Module.with_name_scope
        def __call__(self):
            return self.w

    for use in (lambda: Dense().name, lambda: Dense()(), lambda: Dense().name_scope):
        with pytest.raises(AttributeError, match=r"super\(\).__init__\(\) first"):
            use()
    assert len(Dense().variables) == 1
