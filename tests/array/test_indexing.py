"""Indexing: `x[...]` and assignment to `v[...]`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.harness.parity import boolean, c64, case, f32, i32, i64, parity, text

WORDS = text([["a", "bc"], ["", "d"]])
ONE = np.int32(1)
LAST = np.int64(-1)

CASES = [
    case("row", lambda tf, x: x[1], f32(3, 4)),
    case("row_negative", lambda tf, x: x[-1], f32(3, 4)),
    case("element", lambda tf, x: x[1, -2], f32(3, 4)),
    case("column", lambda tf, x: x[:, 2], i64(3, 4)),
    case("list_key", lambda tf, x: x[[0, 1]], f32(3, 4)),
    case("all", lambda tf, x: [x[:], x[...], x[()]], f32(3, 4)),
    case("range", lambda tf, x: x[1:3], f32(5)),
    case("range_steps", lambda tf, x: x[1::2, ::3], f32(5, 4)),
    case("range_back", lambda tf, x: x[::-1], f32(5)),
    case("range_back_steps", lambda tf, x: [x[::-2], x[4:0:-3], x[-1:-3:-1], x[3::-2]], f32(6)),
    case("range_outside", lambda tf, x: x[2:10, -100:2], f32(3, 4)),
    case("range_empty", lambda tf, x: [x[2:1], x[5:], x[:0, 1]], f32(3, 4)),
    case("range_negative", lambda tf, x: x[-2:, :-1], f32(3, 4)),
    case("ellipsis", lambda tf, x: [x[..., 0], x[0, ...], x[1, ..., 1]], f32(2, 3, 4)),
    case("newaxis", lambda tf, x: [x[None], x[:, tf.newaxis, 0], x[..., None]], f32(2, 3)),
    case("newaxis_mixed", lambda tf, x: x[None, :, None, 0, ..., None], f32(2, 3, 2)),
    case("scalar", lambda tf, x: [x[...], x[None]], f32()),
    case(
        "numpy_keys",
        lambda tf, x: [x[np.int64(1)], x[np.array(1)], x[np.int32(0) : np.int64(2)]],
        f32(3, 4),
    ),
    case("tensor", lambda tf, x, i: x[i], f32(3, 4), ONE),
    case("tensor_negative", lambda tf, x, i: x[i], f32(3, 4), LAST),
    case("tensor_and_range", lambda tf, x, i: x[i, 1:3], f32(3, 4), ONE),
    case("tensor_second", lambda tf, x, i: x[::-2, i], f32(3, 4), ONE),
    case("tensors", lambda tf, x, i, j: x[i, j], i32(3, 4), ONE, np.int32(2)),
    case("tensor_newaxis", lambda tf, x, i: x[tf.newaxis, i, ..., -1], f32(3, 4), ONE),
    case("tensor_bounds", lambda tf, x: x[tf.constant(1) : tf.constant(3)], f32(4)),
    case("shape_bounds", lambda tf, x: x[: tf.shape(x)[0] - 1], f32(4, 2)),
    case("shape_index", lambda tf, x: x[tf.shape(x)[0] - 1], f32(4, 2)),
    case("bool", lambda tf, x: x[1:], boolean(3)),
    case("complex", lambda tf, x: x[::-1], c64(3)),
    case("strings", lambda tf, x: [x[1], x[::-1, 1:], x[..., None]], WORDS),
    case("mask", lambda tf, x: x[x > 0], f32(3, 4), traced=False),
    case(
        "mask_rows", lambda tf, x, m: x[m], f32(3, 4), np.array([True, False, True]), traced=False
    ),
    case("mask_numpy", lambda tf, x: x[np.array([True, False, True])], f32(3, 4)),
    case("mask_strings", lambda tf, x: x[np.array([True, False])], WORDS),
]
test_parity = parity("array_indexing", CASES)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (lambda tf: 3, ["index 3", "axis 0, of size 3", "-3 to 2"]),
        (lambda tf: -4, ["index -4"]),
        (lambda tf: (0, 4), ["index 4", "axis 1, of size 4"]),
        (lambda tf: tf.constant(3), ["index 3"]),
        (lambda tf: (0, 0, 0), ["3 indices", "[3, 4]", "2 axes"]),
        (lambda tf: (..., ...), ["two ellipses"]),
        (lambda tf: slice(None, None, 0), ["step of a slice is 0"]),
        (lambda tf: True, ["tf.boolean_mask"]),
    ],
)
def test_errors(tf, key, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.zeros([3, 4])[key(tf)]
    assert "__getitem__" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (lambda tf: np.array([0, 1]), ["shape [2]", "int64", "tf.gather(x, indices, axis)"]),
        (lambda tf: tf.constant([0, 1]), ["shape [2]", "int32", "tf.gather"]),
        (lambda tf: (0, [1, 2]), ["[1, 2]", "tf.gather"]),
        (lambda tf: (np.array([True, False, True]), 0), ["bool", "x[mask]"]),
        (lambda tf: 1.0, ["1.0", "int(i)"]),
        (lambda tf: "a", ["'a'"]),
        (lambda tf: tf.constant(1.0), ["float32"]),
        (lambda tf: slice(1.0, 2), ["1.0"]),
        (lambda tf: slice(tf.constant([1]), 2), ["shape [1]"]),
    ],
)
def test_type_errors(tf, key, words):
    with pytest.raises(TypeError) as caught:
        tf.zeros([3, 4])[key(tf)]
    for word in words:
        assert word in str(caught.value)


def test_a_scalar_has_no_index(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="a scalar has no axes"):
        tf.constant(3.0)[0]


def test_a_mask_must_fit(tf):
    with pytest.raises(ValueError, match=r"mask has shape \[2\]"):
        tf.zeros([3, 4])[tf.constant([True, False])]


def test_what_is_not_known_while_tracing_is_refused(tf):
    def traced(function):
        return tf.function(function)(tf.zeros([3, 4]), tf.constant(1))

    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.slice\(x, \[i\], \[size\]\)"):
        traced(lambda x, i: x[:i])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.where"):
        traced(lambda x, i: x[x > 0])


SHAPES = st.sampled_from([(5,), (3, 4), (2, 0), (2, 3, 2)])
KEYS = SHAPES.flatmap(
    lambda shape: st.tuples(
        st.just(shape), hnp.basic_indices(shape, allow_newaxis=True, max_dims=5)
    )
)


@settings(max_examples=60, deadline=None)
@given(KEYS)
def test_keys_mean_what_they_mean_to_numpy(tf, drawn):
    shape, key = drawn
    array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    part = tf.constant(array)[key]
    assert part.shape == array[key].shape
    assert (part.numpy() == array[key]).all()


@settings(max_examples=25, deadline=None)
@given(KEYS)
def test_parts_assign_as_in_numpy_and_have_the_gradient_of_it(tf, drawn):
    shape, key = drawn
    wanted = np.zeros(shape, np.float32)
    part = np.arange(wanted[key].size, dtype=np.float32).reshape(wanted[key].shape)
    wanted[key] = part
    variable = tf.Variable(tf.zeros(shape))
    variable[key].assign(part)
    assert (variable.numpy() == wanted).all()
    with tf.GradientTape() as tape:
        y = variable[key] * part
    assert (tape.gradient(y, variable).numpy() == wanted).all()


def test_other_indices_are_the_same_program(tf):
    from keratin.array import _indexing

    x = tf.reshape(tf.range(100.0), [50, 2])
    compiled = []
    for i in range(40):
        assert (x[i : i + 7].numpy() == x.numpy()[i : i + 7]).all()
        assert (x[i, 1:].numpy() == x.numpy()[i, 1:]).all()
        assert (x[-i].numpy() == x.numpy()[-i]).all()
        kernels = {*_indexing._rows.values(), *_indexing._kernels.values(), _indexing._row}
        compiled.append(sum(_programs(kernel) for kernel in kernels))
    # The arguments come from the device or, if they are great, from the host: no more than that.
    assert compiled[-1] == compiled[20] <= compiled[0] + 2


def _programs(kernel):
    assert kernel.jitted
    return kernel._jitted._cache_size()


def test_parts_of_new_sizes_need_no_program_each(tf):
    from keratin.array import _indexing

    x, v = tf.range(50.0), tf.Variable(tf.zeros([50]))
    before = {*_indexing._rows.values(), *_indexing._kernels.values()}
    for i in range(20, 40):
        assert (x[i:, None].numpy() == x.numpy()[i:, None]).all()
        v[i:].assign(x[i:])
        v[:i:-2].assign(1.0)
    assert v.numpy()[35:].tolist() == [35, 36, 37, 38, 39, 40, 1, 42, 1, 44, 1, 46, 1, 48, 1]
    kernels = {*_indexing._rows.values(), *_indexing._kernels.values()} - before
    assert len(kernels) >= 40
    assert sum(_programs(kernel) for kernel in kernels) == 0


def test_parts_taken_by_numpy_have_gradients(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    for size in range(3):
        with tf.GradientTape() as tape:
            y = x[size:] * 2.0
        assert tape.gradient(y, x).numpy().tolist() == [0.0] * size + [2.0] * (3 - size)


def test_iteration(tf):
    assert [row.numpy().tolist() for row in tf.constant([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]


def test_gradient_through_a_loop_of_indices(tf):
    x = tf.Variable([1.0, 2.0, 3.0])
    for _ in range(3):
        with tf.GradientTape() as tape:
            y = sum(x[i] * float(i) for i in range(3)) + x[::2][1]
        assert tape.gradient(y, x).numpy().tolist() == [0.0, 1.0, 3.0]


# Assignment to parts of variables: what TensorFlow 2.21 makes of a 3 by 4 variable of 0, 1, 2, ...


ALL = slice(None)
BLOCK = (slice(0, 2), slice(1, 3))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ((0, 0), 3.0, [((0, 0), 3)]),
        ((0, 0), 3, [((0, 0), 3)]),
        (0, [1.0, 2.0, 3.0, 4.0], [(0, [1, 2, 3, 4])]),
        (-1, 9.0, [(2, 9)]),
        (0, [9.0], [(0, 9)]),
        (0, [[1.0, 2.0, 3.0, 4.0]], [(0, [1, 2, 3, 4])]),
        (BLOCK, [[1.0, 2.0], [3.0, 4.0]], [(BLOCK, [[1, 2], [3, 4]])]),
        (BLOCK, [1.0, 2.0], [(BLOCK, [1, 2])]),
        (slice(None, None, 2), np.zeros((2, 4), np.float32), [(slice(None, None, 2), 0)]),
        ((slice(None, None, -1), 0), [7.0, 8.0, 9.0], [((ALL, 0), [9, 8, 7])]),
        ((ALL, slice(None, None, -2)), [1.0, 2.0], [((ALL, 3), 1), ((ALL, 1), 2)]),
        ((None, 0), [[1.0, 2.0, 3.0, 4.0]], [(0, [1, 2, 3, 4])]),
        (..., 5.0, [(..., 5)]),
        (slice(2, 2), np.zeros((0, 4), np.float32), []),
    ],
)
def test_assignment(tf, key, value, expected):
    variable = tf.Variable(tf.reshape(tf.range(12.0), [3, 4]))
    wanted = np.arange(12.0).reshape(3, 4)
    for place, part in expected:
        wanted[place] = part
    variable[key].assign(value)
    assert variable.numpy().tolist() == wanted.tolist()


def test_assignment_of_a_scalar_variable(tf):
    variable = tf.Variable(3.0)
    variable[...].assign(5.0)
    assert variable.numpy() == 5.0


def test_assignment_at_a_computed_index(tf):
    variable = tf.Variable(tf.zeros([3, 2]))

    @tf.function
    def program(i):
        variable[i].assign([1.0, 2.0])
        variable[i - 1, 0].assign_add(5.0)
        return variable[i]

    assert program(tf.constant(1)).numpy().tolist() == [1.0, 2.0]
    assert program(tf.constant(2)).numpy().tolist() == [1.0, 2.0]
    assert variable.numpy().tolist() == [[5.0, 0.0], [6.0, 2.0], [1.0, 2.0]]


def test_assignment_errors(tf):
    variable = tf.Variable(tf.zeros([3, 4]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"shape \[3\].*shape \[4\]"):
        variable[0].assign([1.0, 2.0, 3.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="index 5"):
        variable[5].assign([1.0, 2.0, 3.0, 4.0])
    with pytest.raises(ValueError, match="float64"):
        variable[0].assign(tf.zeros([4], tf.float64))
    with pytest.raises(TypeError, match=r"tf\.where\(mask, value, v\)"):
        variable[variable > 0].assign(1.0)
