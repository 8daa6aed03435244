import sys

import ml_dtypes
import numpy as np
import pytest
from tensorboard.util import tensor_util

from keratin.summary._protos import plugin_metadata, tensor_message


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.uint8, np.bool_, np.complex64, np.int8])
def test_messages_of_arrays_are_read_by_tensorboard(dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    found = tensor_util.make_ndarray(tensor_message(array))
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, array)


def test_numbers_and_types_of_16_bits():
    assert tensor_util.make_ndarray(tensor_message(np.float32(3))).item() == 3
    message = tensor_message(np.ones(2, ml_dtypes.bfloat16))
    assert (message.dtype, len(message.tensor_content)) == (14, 4)


def test_text_is_utf_8():
    found = tensor_util.make_ndarray(tensor_message(np.array(["ä", b"\xff"], object)))
    assert found.tolist() == ["ä".encode(), b"\xff"]


@pytest.mark.parametrize("plugin", ["scalars", "histograms", "images", "audio", "text"])
def test_metadata_names_the_plugin(plugin):
    found = plugin_metadata(plugin, "about")
    assert (found.plugin_data.plugin_name, found.summary_description) == (plugin, "about")


def test_tensorflow_is_not_imported():
    assert "tensorflow" not in sys.modules
