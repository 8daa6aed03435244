"""Images and arrays."""

import io

import numpy as np
import pytest
from PIL import Image

from keratin.keras import utils
from tests.harness.real_keras import real

GENERATOR = np.random.default_rng(0)
PHOTO = GENERATOR.uniform(0, 255, (5, 7, 3)).astype("float32")


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("scale", [True, False])
def test_images_of_arrays_are_those_of_keras(channels, data_format, scale):
    array = GENERATOR.uniform(0, 255, (5, 7, channels)).astype("float32")
    given = array.transpose(2, 0, 1) if data_format == "channels_first" else array
    ours = utils.array_to_img(given, data_format, scale)
    theirs = real.utils.array_to_img(given, data_format, scale)
    assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
    # Keras multiplies in place, which may round the other way.
    assert np.abs(np.asarray(ours, int) - np.asarray(theirs, int)).max() <= 1
    back = utils.img_to_array(ours, data_format)
    np.testing.assert_array_equal(back, real.utils.img_to_array(ours, data_format))
    assert back.dtype == np.float32 and back.shape == given.shape


def test_gray_of_more_than_8_bits():
    assert utils.array_to_img(np.array([[[0.0], [300.0]]]), scale=False).mode == "I"
    assert np.asarray(utils.array_to_img(np.zeros((2, 2, 1)))).max() == 0
    assert utils.img_to_array(Image.new("L", (3, 2)), dtype="uint8").dtype == np.uint8


LOADS = [
    {},
    {"color_mode": "grayscale"},
    {"color_mode": "rgba", "target_size": (3, 4)},
    {"target_size": (10, 10), "interpolation": "bilinear"},
    {"target_size": (4, 10), "keep_aspect_ratio": True, "interpolation": "lanczos"},
    {"target_size": (10, 4), "keep_aspect_ratio": True},
]


@pytest.mark.parametrize("options", LOADS, ids=str)
def test_images_of_files_are_those_of_keras(tmp_path, options):
    path = tmp_path / "image.png"
    utils.save_img(path, PHOTO, scale=False)
    expected = real.utils.load_img(path, **options)
    for source in (path, str(path), io.BytesIO(path.read_bytes())):
        found = utils.load_img(source, **options)
        assert found.mode == expected.mode
        np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_transparency_is_left_out_of_jpeg(tmp_path):
    with pytest.warns(UserWarning, match="JPEG has no transparency"):
        utils.save_img(tmp_path / "a.jpg", np.zeros((2, 2, 4)))
    assert utils.load_img(tmp_path / "a.jpg").mode == "RGB"
    file = io.BytesIO()
    utils.save_img(file, PHOTO, file_format="jpg", quality=5)
    assert file.getvalue()[:2] == b"\xff\xd8"


ERRORS = [
    (
        lambda: utils.array_to_img(np.zeros((2, 2))),
        ValueError,
        r"shape \(2, 2\); expected one image",
    ),
    (
        lambda: utils.array_to_img(np.zeros((2, 2, 5))),
        ValueError,
        "has 5 channels as 'channels_last'",
    ),
    (lambda: utils.array_to_img(np.zeros((2, 2, 3)), "rgb"), ValueError, "data_format must be"),
    (lambda: utils.img_to_array(np.zeros((2, 2, 2, 2))), ValueError, r"shape \(2, 2, 2, 2\)"),
    (lambda: utils.load_img("x", color_mode="gray"), ValueError, "given 'gray'"),
    (lambda: utils.load_img(3), TypeError, "path of a file or an open file; given a int"),
]


@pytest.mark.parametrize(("call", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_an_unknown_interpolation(tmp_path):
    utils.save_img(tmp_path / "a.png", PHOTO)
    with pytest.raises(ValueError, match=r"given 'bilinaer'. Did you mean 'bilinear'"):
        utils.load_img(tmp_path / "a.png", target_size=(2, 2), interpolation="bilinaer")
