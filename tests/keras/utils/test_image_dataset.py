"""Images in folders."""

import numpy as np
import pytest
from PIL import Image

from keratin import keras
from keratin.keras import utils
from keratin.keras.training.feed import make_feed
from keratin.keras.utils._resizing import cropped, padded, resized
from tests.keras.utils.folders import folder_of

SIZES = {"a.png": (6, 9), "b.png": (8, 4), "c.png": (5, 5)}


def pixels(number, height, width):
    return np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    def write(path, number):
        Image.fromarray(pixels(number, *SIZES[path.name])).save(path)

    return folder_of(tmp_path / "data", {"cat": ["a.png", "b.png"], "dog": ["c.png"]}, write)


def images(folder, **options):
    options = {"image_size": (4, 6), "shuffle": False, "verbose": False, **options}
    data = utils.image_dataset_from_directory(folder, **options)
    return np.concatenate([batch[0].numpy() for batch in data])


ORIGINALS = [pixels(i, *size) for i, size in enumerate(SIZES.values())]


def test_images_are_resized(folder):
    found = images(folder)
    assert (found.shape, found.dtype) == ((3, 4, 6, 3), np.float32)
    expected = [resized(image, 4, 6, "bilinear") for image in ORIGINALS]
    np.testing.assert_array_equal(found, expected)
    nearest = images(folder, interpolation="Nearest", image_size=5)
    np.testing.assert_array_equal(nearest, [resized(i, 5, 5, "nearest") for i in ORIGINALS])


def test_images_are_cut_or_filled_up(folder):
    cut = images(folder, crop_to_aspect_ratio=True)
    np.testing.assert_array_equal(
        cut, [resized(cropped(i, 4, 6), 4, 6, "bilinear") for i in ORIGINALS]
    )
    filled = images(folder, pad_to_aspect_ratio=True)
    np.testing.assert_array_equal(filled, [padded(i, 4, 6, "bilinear") for i in ORIGINALS])


def test_colors_and_axes(folder):
    gray = images(folder, color_mode="grayscale", image_size=(6, 9))
    assert gray.shape == (3, 6, 9, 1)
    np.testing.assert_array_equal(gray[0, :, :, 0], Image.fromarray(ORIGINALS[0]).convert("L"))
    assert (images(folder, color_mode="rgba", image_size=(6, 9))[0, ..., 3] == 255).all()
    first = images(folder, data_format="channels_first", image_size=(6, 9))
    np.testing.assert_array_equal(first[0], ORIGINALS[0].transpose(2, 0, 1))


def test_images_of_16_bits(tmp_path):
    values = (np.arange(16, dtype=np.uint16) * 4000).reshape(4, 4)
    folder_of(tmp_path, {"x": ["a.png"]}, lambda path, _: Image.fromarray(values).save(path))
    found = images(tmp_path, image_size=(4, 4))
    np.testing.assert_array_equal(found[0], np.repeat((values >> 8)[..., None], 3, -1))


def test_batches_and_their_use_in_training(folder):
    data = utils.image_dataset_from_directory(
        folder, image_size=(4, 6), batch_size=2, verbose=False, label_mode="binary"
    )
    feed = make_feed(data)
    assert (feed.num_batches, data.class_names, len(data.file_paths)) == (2, ["cat", "dog"], 3)
    for _ in range(2):
        batches = list(feed)
        assert [batch[0].shape for batch in batches] == [(2, 4, 6, 3), (1, 4, 6, 3)]
    assert {int(label) for batch in batches for label in np.ravel(batch[1])} == {0, 1}
    rescaled = data.map(lambda x, y: (x / 255.0, y))
    assert float(next(iter(rescaled))[0].numpy().max()) <= 1
    assert rescaled.class_names == ["cat", "dog"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"color_mode": "gray"}, "color_mode is 'rgb', 'rgba' or 'grayscale'; given 'gray'"),
        ({"image_size": (1, 2, 3)}, r"image_size is \(height, width\); given \(1, 2, 3\)"),
        ({"interpolation": "bilinaer"}, "Did you mean 'bilinear'"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "not both"),
        ({"format": "numpy"}, "format is 'tf' or 'grain'"),
    ],
    ids=range(5),
)
def test_errors(folder, options, message):
    with pytest.raises(ValueError, match=message):
        images(folder, **options)


def test_files_that_are_no_images(folder):
    (folder / "cat" / "b.png").write_bytes(b"not a picture")
    with pytest.raises(OSError, match=r"cat/b.png' cannot be read: .*Delete the file, or mend it"):
        images(folder)
    assert keras.utils.image_dataset_from_directory is utils.image_dataset_from_directory
