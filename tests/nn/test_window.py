"""The geometry of windows."""

import pytest


@pytest.fixture
def window():
    from keratin.nn import _window

    return _window


def test_layouts(window):
    last, first = window.layout(None, 2), window.layout("NCHW", 2)
    assert (list(last.spatial), last.channel, last.name) == ([1, 2], 3, "NHWC")
    assert (list(first.spatial), first.channel, first.name) == ([2, 3], 1, "NCHW")
    assert first.pick("abcd") == ("c", "d")
    assert first.full([5, 6], 1) == (1, 1, 5, 6)
    assert window.layout("CHANNELS_FIRST", 3) == window.layout("NCDHW", 3)
    assert window.layout("NCHW", 1) == window.layout("NCW", 1)
    with pytest.raises(ValueError, match="4 spatial dimensions"):
        window.layout(None, 4)


@pytest.mark.parametrize("value", [2, [2], [2, 2], [1, 2, 2, 1]])
def test_values_per_axis(window, value):
    value = tuple(value) if isinstance(value, list) else value
    assert window.per_axis(value, window.layout(None, 2), "strides") == (2, 2)


# Size, window, stride; the padding before and after, from tensorflow.org's notes on padding.
@pytest.mark.parametrize(
    ("size", "span", "stride", "pair"),
    [(5, 3, 1, (1, 1)), (5, 2, 1, (0, 1)), (13, 6, 5, (1, 2)), (4, 2, 3, (0, 1)), (6, 1, 3, (0, 0)),
     (0, 3, 1, (1, 1)), (1, 3, 2, (1, 1))],
)  # fmt: skip
def test_same_padding(window, size, span, stride, pair):
    assert window.same_pair(size, span, stride) == pair
    assert window.out_size(size, span, stride, pair) == -(-size // stride)


def test_explicit_padding(window):
    where = window.layout("NCHW", 2)
    pairs = [[0, 0], [0, 0], [1, 2], [3, 4]]
    assert window.pad_pairs(pairs, (5, 5), (2, 2), (1, 1), where) == ((1, 2), (3, 4))
    for wrong in ([[0, 0], [1, 1], [0, 0], [0, 0]], [[0, 0]] * 3, [[0, 0]] * 3 + [[0, -1]], 3):
        with pytest.raises(ValueError, match="padding"):
            window.pad_pairs(wrong, (5, 5), (2, 2), (1, 1), where)


def test_dilated_windows_span_more(window):
    assert window.span((3, 2, 1), (2, 4, 5)) == (5, 5, 1)
