"""Loaded programs as functions: arguments, gradients, state, tracing."""

import numpy as np
import pytest


@pytest.fixture
def loaded(tf, saved_once):
    return tf.saved_model.load(saved_once)


@pytest.mark.parametrize("size", [1, 2, 9])
def test_functions_give_the_same_bits_at_all_sizes(tf, counter, loaded, size):
    module = counter()
    x = tf.random.normal([size, 3])
    assert np.array_equal(loaded(x), module(x))
    result = loaded.signatures["serving_default"](x=x)["output_0"]
    assert np.array_equal(result, module(x))


def test_state_is_shared_by_all_functions(tf, loaded):
    start = int(loaded.count.numpy())
    loaded(tf.ones([1, 3]))
    loaded.signatures["serving_default"](x=tf.ones([2, 3]))
    assert loaded.count.numpy() == start + 2
    loaded.kernel.assign(tf.zeros([3, 2]))
    assert not loaded(tf.ones([1, 3])).numpy().any()


def test_structures_and_python_values(tf, loaded):
    pair = loaded.scaled(tf.constant([1.0, 2.0]))
    assert list(pair) == ["twice", "rest"]
    assert pair["twice"].numpy().tolist() == [2.0, 4.0]
    assert isinstance(pair["rest"], list)
    assert isinstance(pair["rest"][1], tuple)
    assert loaded.scaled(np.ones(2, "float32"), 2.0, back=False)["twice"].shape == [2]
    assert loaded.scaled(tf.ones([2, 2]), back=True)[0].shape == [2, 2]
    assert len(loaded.scaled.concrete_functions) == 2
    concrete = loaded.scaled.get_concrete_function(tf.TensorSpec([2, 2]), back=True)
    assert concrete.structured_input_signature[1] == {"back": True}
    assert concrete(tf.ones([2, 2]))[1][0].numpy().tolist() == [[2.0, 2.0]] * 2
    assert concrete.structured_outputs[0] == tf.TensorSpec([2, 2])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda f, tf: f.scaled(tf.ones([3])),
            ValueError,
            r"no program was saved.*\(2,\).*shape \(3,\)",
        ),
        (lambda f, tf: f.scaled(tf.ones([2]), 3.0), ValueError, r"2.0 is expected, given 3.0"),
        (lambda f, tf: f.scaled(tf.ones([2]), 2), ValueError, r"2.0 is expected, given 2"),
        (lambda f, tf: f.scaled(), TypeError, r"scaled\(\): missing a required argument: 'x'"),
        (lambda f, tf: f.scaled(tf.ones([2]), other=1), TypeError, "unexpected keyword"),
        (lambda f, tf: f.scaled(None), ValueError, "a tensor is expected, given None"),
        (lambda f, tf: f(tf.ones([2, 4])), ValueError, r"'x' is expected to fit .*\(2, 4\)"),
        (lambda f, tf: f(tf.ones([2, 3], tf.int32)), ValueError, "given int32 of shape"),
        (lambda f, tf: f(tf.ones([3])), ValueError, "given float32 of shape"),
        (lambda f, tf: f(tf.ones([0, 3])), ValueError, "size 0 along axis 0.*at least 1"),
    ],
    ids=range(10),
)
def test_arguments_that_do_not_fit(tf, loaded, call, error, message):
    with pytest.raises(error, match=f"(?s){message}"):
        call(loaded, tf)


def test_signatures_take_names(tf, loaded):
    serve = loaded.signatures["serving_default"]
    assert serve.structured_input_signature == ((), {"x": tf.TensorSpec([None, 3], name="x")})
    assert list(serve.structured_outputs) == ["output_0"]
    assert serve.inputs[0].name == "x"
    assert serve.outputs[0].shape.as_list() == [None, 2]
    assert serve(tf.ones([1, 3])).keys() == {"output_0"}  # one input needs no name
    with pytest.raises(TypeError, match=r"takes tensors by name: x; given 'y'.*signature\(x=...\)"):
        serve(y=tf.ones([1, 3]))
    with pytest.raises(TypeError, match=r"given 2 without a name"):
        serve(tf.ones([1, 3]), 2)
    with pytest.raises(KeyError, match=r"no signature 'other'; there are serving_default"):
        loaded.signatures["other"]
    assert "serving_default" in repr(loaded.signatures)
    assert len(serve.variables) == 2
    assert [v.name for v in serve.trainable_variables] == ["kernel:0"]
    assert len(serve.captured_inputs) == 2


def test_gradients_are_those_of_the_code(tf, counter, loaded):
    module = counter()
    x = tf.random.normal([5, 3])

    def gradients(function, kernel):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(function(x) ** 2)
        return tape.gradient(loss, [x, kernel])

    theirs = gradients(module, module.kernel)
    for ours in (gradients(loaded, loaded.kernel),) * 2:
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)
    traced = tf.function(lambda: gradients(loaded, loaded.kernel))()
    np.testing.assert_allclose(traced[1], theirs[1], rtol=1e-6)


def test_second_derivatives_say_that_they_are_not_there(tf, loaded):
    x = tf.ones([2, 3])
    with pytest.raises(ValueError, match=r"not the gradient of that one"), tf.GradientTape() as t:
        t.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(loaded(x) ** 2)
        t.gradient(inner.gradient(y, x), x)


def test_loaded_functions_work_inside_others(tf, loaded):
    before = int(loaded.count.numpy())

    @tf.function
    def twice(x):
        y = loaded(x)
        return loaded(tf.concat([y, y[:, :1]], axis=1))

    assert twice(tf.ones([4, 3])).shape == [4, 2]
    assert loaded.count.numpy() == before + 2
    assert twice(tf.ones([2, 3])).shape == [2, 2]


def test_sizes_that_were_one_must_stay_one(tf, tmp_path):
    two = [tf.TensorSpec([None, 2]), tf.TensorSpec([None, 2])]
    module = tf.Module()
    module.f = tf.function(lambda x, y: x + y, input_signature=two)
    tf.saved_model.save(module, tmp_path)
    f = tf.saved_model.load(tmp_path).f
    assert f(tf.ones([3, 2]), tf.ones([3, 2])).shape == [3, 2]
    with pytest.raises(ValueError, match=r"size 1 along axis 0, where another argument has 3"):
        f(tf.ones([3, 2]), tf.ones([1, 2]))


def test_sizes_in_blocks_say_so(tf, tmp_path):
    module = tf.Module()
    module.f = tf.function(
        lambda x: tf.reshape(tf.reshape(x, [-1, 2]), tf.shape(x)),
        input_signature=[tf.TensorSpec([3, None])],
    )
    tf.saved_model.save(module, tmp_path)
    f = tf.saved_model.load(tmp_path).f
    assert f(tf.ones([3, 8])).shape == [3, 8]
    with pytest.raises(ValueError, match=r"size 7 along axis 1, which must be a multiple of 2"):
        f(tf.ones([3, 7]))


def test_loaded_functions_are_mapped_over_elements(tf, counter, tmp_path):
    module = tf.Module()
    module.v = tf.Variable(3.0)
    module.f = tf.function(lambda x: x * module.v, input_signature=[tf.TensorSpec([None])])
    tf.saved_model.save(module, tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    rows = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.vectorized_map(loaded.f, rows)
    assert y.numpy().tolist() == [[3.0, 6.0], [9.0, 12.0]]
    assert tape.gradient(y, loaded.v).numpy() == 10.0
    tf.saved_model.save(loaded, tmp_path)
    assert tf.saved_model.load(tmp_path).f([2.0]).numpy() == [6.0]


def test_results_whose_sizes_are_computed(tf, tmp_path):
    module = tf.Module()
    module.f = tf.function(
        lambda x: [tf.reshape(x[:, None] * x, [-1]), tf.concat([x, x, x[:1]], 0), x[::3]],
        input_signature=[tf.TensorSpec([None])],
    )
    tf.saved_model.save(module, tmp_path)
    f = tf.saved_model.load(tmp_path).f
    x = tf.constant([1.0, 2.0, 3.0, 4.0])
    for one, other in zip(f(x), module.f(x), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_function_that_was_never_called_says_so(tf, tmp_path):
    module = tf.Module()
    module.f = tf.function(lambda x: x)
    tf.saved_model.save(module, tmp_path)
    with pytest.raises(ValueError, match=r"saved before it was ever called"):
        tf.saved_model.load(tmp_path).f(1.0)


def test_random_state_goes_on(tf, tmp_path):
    module = tf.Module()
    module.generator = tf.random.Generator.from_seed(1)
    module.f = tf.function(lambda: module.generator.normal([3]), input_signature=[])
    tf.saved_model.save(module, tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    first, second = loaded.f().numpy(), loaded.f().numpy()
    assert np.array_equal(first, module.f().numpy())
    assert np.array_equal(second, module.f().numpy())
    assert not np.array_equal(first, second)
