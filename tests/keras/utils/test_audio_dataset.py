"""Sounds in folders."""

import wave

import numpy as np
import pytest

from keratin import errors
from keratin.keras import utils
from tests.keras.utils.folders import folder_of

WAVE = np.sin(np.arange(40) / 5)


def write_sound(path, values, width=2, channels=1, rate=8000):
    """Samples from -1 to 1 as a WAV file of so many bytes each."""
    scaled = np.round(np.asarray(values) * (2 ** (8 * width - 1) - 1)).astype("<i8")
    if width == 1:
        scaled += 128
    data = scaled.view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(data)


def sounds(folder, **options):
    options = {"shuffle": False, "verbose": False, "label_mode": None, **options}
    return [batch.numpy() for batch in utils.audio_dataset_from_directory(folder, **options)]


@pytest.fixture
def folder(tmp_path):
    return folder_of(
        tmp_path / "data",
        {"a": ["1.wav", "2.wav"], "b": ["3.wav"]},
        lambda path, number: write_sound(path, WAVE[: 40 - 10 * number]),
    )


def test_sounds_are_as_long_as_the_longest_of_the_batch(folder):
    first, last = sounds(folder, batch_size=2)
    assert (first.shape, last.shape, first.dtype) == ((2, 40, 1), (1, 20, 1), np.float32)
    np.testing.assert_allclose(first[0, :, 0], WAVE, atol=1e-4)
    assert (first[1, 30:] == 0).all()


def test_sounds_of_a_given_length(folder):
    (found,) = sounds(folder, output_sequence_length=25)
    assert found.shape == (3, 25, 1) and (found[2, 20:] == 0).all() and found[1, 24] != 0


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_samples_of_all_widths(tmp_path, width):
    folder_of(tmp_path, {"x": ["a.wav"]}, lambda path, _: write_sound(path, WAVE, width, 2))
    (found,) = sounds(tmp_path)
    assert found.shape == (1, 20, 2)
    np.testing.assert_allclose(found.ravel(), WAVE, atol=2.0 ** (2 - 8 * width) + 1e-7)


def test_other_sampling_rates(tmp_path):
    tone = np.sin(np.arange(800) * 2 * np.pi * 100 / 8000) / 2
    folder_of(tmp_path, {"x": ["a.wav"]}, lambda path, _: write_sound(path, tone))
    (found,) = sounds(tmp_path, sampling_rate=4000)
    expected = np.sin(np.arange(400) * 2 * np.pi * 100 / 4000) / 2
    assert found.shape == (1, 400, 1)
    np.testing.assert_allclose(found[0, 50:350, 0], expected[50:350], atol=2e-3)


def test_labels(folder):
    ((_, labels),) = utils.audio_dataset_from_directory(folder, shuffle=False, verbose=False)
    assert labels.numpy().tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"ragged": True}, errors.UnimplementedError, "ragged=True .*filled with zeros"),
        ({"sampling_rate": 0}, ValueError, "sampling_rate is an integer from 1 on; given 0"),
        ({"sampling_rate": 0.5}, ValueError, "given 0.5"),
        ({"output_sequence_length": -1}, ValueError, "output_sequence_length is an integer"),
    ],
    ids=range(4),
)
def test_errors(folder, options, kind, message):
    with pytest.raises(kind, match=message):
        sounds(folder, **options)


def test_files_that_cannot_be_one_batch(folder):
    write_sound(folder / "b" / "4.wav", WAVE, channels=2)
    with pytest.raises(
        ValueError, match=r"several numbers of channels.*3.wav' has 1.*4.wav' has 2"
    ):
        sounds(folder)
    (folder / "a" / "1.wav").write_bytes(b"RIFF")
    with pytest.raises(ValueError, match=r"1.wav' cannot be read: "):
        sounds(folder)
