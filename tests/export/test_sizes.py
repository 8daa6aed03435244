"""Expressions of sizes, found from numbers."""

import pytest

from keratin.export._sizes import (
    _ROWS,
    NotGeneralError,
    Sizes,
    factor_and_name,
    of_spec,
)


def numbers(sizes, function):
    return [function(*values) for values in zip(*sizes.samples.values(), strict=True)]


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (lambda b, t: 7, "7"),
        (lambda b, t: b, "batch"),
        (lambda b, t: 3 * t, "3*size1"),
        (lambda b, t: t - 2, "size1 - 2"),
        (lambda b, t: b * t * 4, "4*batch*size1"),
        (lambda b, t: b + t, "size1 + batch"),
        (lambda b, t: 2 * t + 1, "2*size1 + 1"),
        (lambda b, t: t // 2, "floordiv(size1, 2)"),
        (lambda b, t: (t + 2) // 3, "floordiv(size1 + 2, 3)"),
        (lambda b, t: t // 2 * 2, "2*floordiv(size1, 2)"),
    ],
)
def test_numbers_become_expressions(what, text):
    sizes = Sizes(["batch", "size1"])
    assert str(sizes.expression(numbers(sizes, what))) == text


def test_numbers_of_no_simple_kind_are_refused():
    sizes = Sizes(["size1"])
    with pytest.raises(NotGeneralError, match=r"change with the sizes in no simple way"):
        sizes.expression(numbers(sizes, lambda t: t**3 + t))


def test_padding_hangs_on_remainders():
    sizes = Sizes(["batch", "size1"])
    size, sampled = sizes.symbol("size1"), sizes.samples["size1"]
    for kernel, stride in ((3, 2), (5, 3), (4, 4)):
        totals = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in sampled]
        for given in ([t // 2 for t in totals], [t - t // 2 for t in totals]):
            found = sizes.padding(given, size, sampled)
            values = [_value(found, n) for n in sampled]
            assert values == given
    with pytest.raises(NotGeneralError, match=r"pads by amounts"):
        sizes.padding([5, 0, 9, 1, 2, 11], size, sampled)


def _value(expression, size):
    text = str(expression).replace("size1", str(size))
    names = {"floordiv": lambda a, b: a // b, "mod": lambda a, b: a % b}
    return eval(text, names)  # the text is that of an expression made above


def test_each_row_of_sizes_meets_every_remainder():
    for row in _ROWS:
        for halvings in range(5):
            for rounded in (lambda n, k: n >> k, lambda n, k: -(-n >> k)):
                assert {rounded(n, halvings) & 1 for n in row} == {0, 1}
        assert {n % 3 for n in row[:3]} == {0, 1, 2}
        assert {n % 4 for n in row} == {0, 1, 2, 3}
    everything = [n for row in _ROWS for n in row]
    assert len(set(everything)) == len(everything)


def test_only_batches_take_few_samples():
    assert Sizes(["batch", "batch_1"]).count == 3
    assert Sizes(["batch", "size1"]).count == 6
    assert Sizes([]).count == 1


def test_sizes_in_blocks():
    sizes = Sizes(["batch", "size1"], {"size1": 8})
    assert all(size % 8 == 0 for size in sizes.samples["size1"])
    assert str(sizes.expression([n // 8 for n in sizes.samples["size1"]])) == "size1"
    assert sizes.texts["size1"] == "8*size1"
    assert factor_and_name("8*size1") == (8, "size1")
    assert factor_and_name("batch") == (1, "batch")


def test_shapes_of_samples():
    sizes = Sizes(["batch"])
    assert of_spec(("batch", 3), sizes, 1) == (sizes.samples["batch"][1], 3)
    assert str(of_spec(("batch", 3), sizes)[0]) == "batch"
