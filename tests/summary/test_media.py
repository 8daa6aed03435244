import io
import wave

import numpy as np
import pytest
from PIL import Image

from keratin.summary._media import as_uint8, wav
from tests.summary.reading import read


@pytest.fixture
def writer(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default():
        yield writer
    writer.close()


def pictures_of(each):
    width, height, *files = each.value
    return int(width), int(height), [np.asarray(Image.open(io.BytesIO(file))) for file in files]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pictures_in_bytes_come_back(tf, tmp_path, writer, channels):
    pixels = np.random.default_rng(channels).integers(0, 256, (2, 3, 5, channels), np.uint8)
    assert bool(tf.summary.image("p", pixels, step=2))
    writer.flush()
    (found,) = read(tmp_path)
    width, height, files = pictures_of(found)
    assert (found.plugin, found.step, width, height) == ("images", 2, 5, 3)
    expected = pixels[..., 0] if channels == 1 else pixels
    np.testing.assert_array_equal(files, expected)


def test_max_outputs(tf, tmp_path, writer):
    pixels = tf.zeros([5, 2, 2, 1])
    tf.summary.image("default", pixels, step=0)
    tf.summary.image("two", pixels, step=0, max_outputs=tf.constant(2))
    tf.summary.image("none", pixels, step=0, max_outputs=0)
    writer.flush()
    assert [len(pictures_of(each)[2]) for each in read(tmp_path)] == [3, 2, 0]


def test_numbers_become_bytes_as_by_convert_image_dtype():
    np.testing.assert_array_equal(
        as_uint8(np.array([-0.5, 0.0, 0.2, 0.5, 0.999, 1.0, 3.0, np.nan], np.float32)),
        [0, 0, 51, 127, 255, 255, 255, 0],
    )
    np.testing.assert_array_equal(as_uint8(np.array([0, 257, 65535], np.uint16)), [0, 1, 255])
    np.testing.assert_array_equal(as_uint8(np.array([-5, 1, 127], np.int8)), [0, 2, 254])
    np.testing.assert_array_equal(as_uint8(np.array([255, 2**31 - 1], np.int32)), [0, 255])
    np.testing.assert_array_equal(as_uint8(np.array([True, False])), [255, 0])


@pytest.mark.parametrize(
    "shape, message",
    [
        ((3, 3), r"'p' has shape \(3, 3\); \(number, height, width, channels\) is needed"),
        ((1, 3, 3), r"For a single one write x\[tf.newaxis\]"),
        ((1, 3, 3, 5), r"have 5 channels, in shape \(1, 3, 3, 5\); 1, 2, 3 or 4 can be shown"),
    ],
)
def test_what_is_no_picture_is_refused(tf, writer, shape, message):
    with pytest.raises(ValueError, match=message):
        tf.summary.image("p", np.zeros(shape, np.float32), step=0)


def test_misuse_of_pictures(tf, writer):
    with pytest.raises(ValueError, match="max_outputs is a whole number, 0 or more; given -1"):
        tf.summary.image("p", np.zeros((1, 2, 2, 1)), step=0, max_outputs=-1)
    with pytest.raises(TypeError, match="'p' is made of real numbers; given string"):
        tf.summary.image("p", [[[["a"]]]], step=0)


def test_sounds(tf, tmp_path, writer):
    sound = np.array([[[0.0, 1.0], [0.5, -1.0], [-2.0, 2.0]]] * 4, np.float32)
    assert bool(tf.summary.audio("s", sound, 8000, step=3, encoding="wav"))
    writer.flush()
    (found,) = read(tmp_path)
    assert (found.plugin, found.value.shape) == ("audio", (3,))  # the reader leaves out the labels
    with wave.open(io.BytesIO(found.value[0])) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 2, 2)
        samples = np.frombuffer(file.readframes(3), "<i2").reshape(3, 2)
    np.testing.assert_array_equal(samples, [[0, 32767], [16384, -32768], [-32768, 32767]])


def test_halves_of_samples_go_away_from_zero():
    with wave.open(io.BytesIO(wav(np.array([[1.5], [-1.5], [0.4]]) / 32768, 10))) as file:
        np.testing.assert_array_equal(np.frombuffer(file.readframes(3), "<i2"), [2, -2, 0])


@pytest.mark.parametrize(
    "shape, options, message",
    [
        ((1, 3), {}, r"'s' has shape \(1, 3\); \(number, time, channels\) is needed"),
        ((1, 3, 1), {"encoding": "mp3"}, "the encoding 'mp3' is not known"),
        ((1, 3, 1), {"sample_rate": 0}, "sample_rate is a whole number of samples a second"),
        ((1, 3, 1), {"sample_rate": 1.5}, "sample_rate is a whole number of samples a second"),
    ],
)
def test_misuse_of_sounds(tf, writer, shape, options, message):
    options = {"sample_rate": 8000, "step": 0} | options
    with pytest.raises(ValueError, match=message):
        tf.summary.audio("s", np.zeros(shape, np.float32), **options)


def test_samples_are_floating_numbers(tf, writer):
    with pytest.raises(TypeError, match=r"given int16\. Divide 16-bit samples by 32768"):
        tf.summary.audio("s", np.zeros((1, 3, 1), np.int16), 8000, step=0)


def test_text(tf, tmp_path, writer):
    tf.summary.text("one", "grüße **you**", step=0)
    tf.summary.text("bytes", b"raw", step=0)
    tf.summary.text("table", [["a", "b"], ["c", "d"]], step=0)
    tf.summary.text("tensor", tf.constant(["x"]), step=0)
    writer.flush()
    found = {each.tag: each.value for each in read(tmp_path)}
    assert found["one"].item().decode() == "grüße **you**"
    assert found["bytes"].item() == b"raw"
    assert found["table"].tolist() == [[b"a", b"b"], [b"c", b"d"]]
    assert found["tensor"].tolist() == [b"x"]


def test_text_is_made_of_strings(tf, writer):
    with pytest.raises(TypeError, match="'t' is made of strings; given int32"):
        tf.summary.text("t", 3, step=0)
