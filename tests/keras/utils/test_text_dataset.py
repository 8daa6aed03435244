"""Texts in folders."""

import pytest

from keratin.keras import utils
from tests.keras.utils.folders import folder_of


@pytest.fixture
def folder(tmp_path):
    return folder_of(
        tmp_path / "data",
        {"neg": ["1.txt", "2.txt"], "pos": ["1.txt"]},
        lambda path, number: path.write_bytes(f"review {number} \u00e9".encode()),
    )


def test_texts_are_bytes(folder):
    data = utils.text_dataset_from_directory(folder, shuffle=False, verbose=False, batch_size=2)
    assert len(data) == 2
    (texts, labels), (last, _) = data
    assert texts.dtype == "string"
    assert texts.numpy().tolist() == ["review 0 é".encode(), "review 1 é".encode()]
    assert labels.numpy().tolist() == [0, 0] and last.shape == (1,)


def test_texts_are_cut(folder):
    data = utils.text_dataset_from_directory(folder, max_length=3, shuffle=False, verbose=False)
    assert next(iter(data))[0].numpy().tolist() == [b"rev"] * 3


def test_single_texts(folder):
    data = utils.text_dataset_from_directory(
        folder, batch_size=None, shuffle=False, verbose=False, format="grain"
    )
    text, label = next(iter(data))
    assert (text.numpy(), int(label), text.shape, len(data)) == ("review 0 é".encode(), 0, (), 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_length": 0}, "max_length is a number of bytes from 1 on; given 0"),
        ({"format": "torch"}, "format is 'tf' or 'grain'; given 'torch'"),
    ],
)
def test_errors(folder, options, message):
    with pytest.raises(ValueError, match=message):
        utils.text_dataset_from_directory(folder, **options)
