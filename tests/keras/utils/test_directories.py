"""Which files are found in folders, with which labels, in which order."""

import numpy as np
import pytest

from keratin.keras.utils import text_dataset_from_directory
from tests.keras.utils.folders import folder_of, write_number

FILES = {"cats": ["c.txt", "a.TXT", "b.md"], "dogs": ["d.txt", "e.txt"], ".hidden": ["f.txt"]}


@pytest.fixture
def folder(tmp_path):
    """a 1, c 0, d 3, e 4 in two classes, and what is not to be found."""
    return folder_of(tmp_path / "data", FILES, write_number)


def read(folder, **options):
    options = {"shuffle": False, "verbose": False, **options}
    return pairs(text_dataset_from_directory(folder, **options))


def pairs(data):
    return [
        (int(text), np.asarray(label).tolist())
        for texts, labels in data
        for text, label in zip(texts.numpy(), labels.numpy(), strict=True)
    ]


def test_files_are_found_in_the_order_of_their_names(folder, capsys):
    data = text_dataset_from_directory(folder, shuffle=False)
    assert capsys.readouterr().out == "Found 4 files belonging to 2 classes.\n"
    assert pairs(data) == [(1, 0), (0, 0), (3, 1), (4, 1)]
    assert data.class_names == ["cats", "dogs"]
    assert next(path.rsplit("/", 2)[1:] for path in data.file_paths) == ["cats", "a.TXT"]


def test_forms_of_labels(folder):
    assert read(folder, label_mode="binary") == [(1, [0]), (0, [0]), (3, [1]), (4, [1])]
    one_hot = read(folder, label_mode="categorical")
    assert one_hot == [(1, [1, 0]), (0, [1, 0]), (3, [0, 1]), (4, [0, 1])]
    dtypes = {
        mode: next(iter(text_dataset_from_directory(folder, label_mode=mode, verbose=False)))[
            1
        ].dtype
        for mode in ("int", "binary", "categorical")
    }
    assert dtypes == {"int": "int32", "binary": "float32", "categorical": "float32"}


def test_no_labels(folder, capsys):
    for options in ({"labels": None}, {"label_mode": None}):
        data = text_dataset_from_directory(folder, shuffle=False, **options)
        assert data.class_names is None
        texts = [int(text) for texts in data for text in texts.numpy()]
        hidden = [5] if options == {"labels": None} else []
        assert texts == [*hidden, 1, 0, 3, 4]
        assert capsys.readouterr().out == f"Found {len(texts)} files.\n"


def test_labels_that_are_given(folder):
    data = text_dataset_from_directory(folder, labels=[7, 7, 7, 8, 9], shuffle=False, verbose=False)
    assert pairs(data) == [(5, 7), (1, 7), (0, 7), (3, 8), (4, 9)]
    assert data.class_names == ["7", "8", "9"]


def test_the_order_of_classes_can_be_chosen(folder):
    assert read(folder, class_names=["dogs", "cats"]) == [(3, 0), (4, 0), (1, 1), (0, 1)]
    assert read(folder, class_names=["dogs"]) == [(3, 0), (4, 0)]


def test_shuffled_files_keep_their_labels_and_change_places_each_time(folder):
    data = text_dataset_from_directory(folder, seed=1, verbose=False)
    orders = [pairs(data) for _ in range(8)]
    assert all(sorted(order) == [(0, 0), (1, 0), (3, 1), (4, 1)] for order in orders)
    assert len(set(map(tuple, orders))) > 1
    again = text_dataset_from_directory(folder, seed=1, verbose=False)
    assert [pairs(again) for _ in range(8)] == orders
    assert again.file_paths == data.file_paths


def test_the_split_of_a_seed_is_that_of_keras(folder):
    """Keras shuffles paths and labels by NumPy's `RandomState` of the seed."""
    expected = [(1, 0), (0, 0), (3, 1), (4, 1)]
    np.random.RandomState(5).shuffle(expected)
    options = {"validation_split": 0.5, "seed": 5, "shuffle": True, "verbose": False}
    both = text_dataset_from_directory(folder, subset="both", **options)
    parts = [
        text_dataset_from_directory(folder, subset=subset, **options)
        for subset in ("training", "validation")
    ]
    for ours, found in zip(both, parts, strict=True):
        assert ours.file_paths == found.file_paths
    assert sorted(pairs(both[0])) == sorted(expected[:2])
    assert pairs(both[1]) == expected[2:]


def test_the_parts_are_reported(folder, capsys):
    text_dataset_from_directory(folder, validation_split=0.25, subset="both", seed=0)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Using 3 files for training.",
        "Using 1 files for validation.",
    ]


def test_links_are_followed_when_asked(folder, tmp_path):
    folder_of(tmp_path / "other", {"more": ["x.txt"]}, write_number)
    (folder / "cats" / "link").symlink_to(tmp_path / "other" / "more")
    assert len(read(folder)) == 4
    assert len(read(folder, follow_links=True)) == 5


ERRORS = [
    ({"labels": "guess"}, "labels is 'inferred' .* given 'guess'"),
    ({"labels": [1, 2]}, "labels has 2 entries, and .* has 5 files"),
    ({"label_mode": "one-hot"}, "label_mode is 'int', .* given 'one-hot'"),
    ({"label_mode": "binary", "class_names": ["cats"]}, "is for 2 classes, and there are 1"),
    ({"labels": None, "class_names": ["cats"]}, "it is for labels='inferred'"),
    ({"class_names": ["cat"]}, "has 'cat', and .* Did you mean 'cats'"),
    ({"validation_split": 2.0, "subset": "both"}, "between 0 and 1; given 2.0"),
    ({"validation_split": 0.5}, "validation_split and subset go together"),
    ({"subset": "training"}, "validation_split and subset go together"),
    ({"validation_split": 0.5, "subset": "trainig"}, "given 'trainig'. Did you mean 'training'"),
    ({"validation_split": 0.5, "subset": "both", "shuffle": True}, "needs a seed"),
    ({"validation_split": 0.1, "subset": "both", "seed": 1}, "No text files were found for valid"),
]


@pytest.mark.parametrize(("options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(folder, options, message):
    with pytest.raises(ValueError, match=message):
        read(folder, **options)


def test_folders_without_files(tmp_path):
    with pytest.raises(NotADirectoryError, match=r"There is no folder .*none"):
        read(tmp_path / "none")
    with pytest.raises(ValueError, match=r"end in .txt, in one folder for each class"):
        read(tmp_path)
