import h5py
import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks import _training_state
from keratin.keras.callbacks._training_state import packed, unpacked
from tests.keras.training.models import regression, same_bits


def test_values_come_back():
    values = {
        "numbers": [1, 2.5, float("inf"), True, None, 2**70],
        "text": "as it is",
        "arrays": [np.float32(0.1), np.arange(6).reshape(2, 3), np.array([True])],
        "inner": {"empty": [], "tensor": keras.ops.ones((2,))},
    }
    arrays = []
    found = unpacked(packed(values, arrays), arrays.__getitem__)
    assert found["numbers"] == values["numbers"]
    assert found["text"] == "as it is"
    assert same_bits(found["arrays"], [np.asarray(each) for each in values["arrays"]])
    assert found["inner"]["empty"] == [] and found["inner"]["tensor"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("wrong", [object(), {1: 2}, {"array of number": 0}, [np.array("text")]])
def test_values_that_cannot_be_kept(wrong):
    with pytest.raises(TypeError, match=r"Use names|Numbers, text, arrays"):
        packed({"value": wrong}, [])


def test_a_file_of_weights_with_the_rest_beside(tmp_path):
    model = regression("adam", dropout=0.3)
    path = str(tmp_path / "a.weights.h5")
    _training_state.write(path, model, {"best": 1.5, "place": np.arange(3)})
    before = model.get_weights()
    model.set_weights([0 * each for each in before])
    state = _training_state.read(path, model)
    assert same_bits(model.get_weights(), before)
    assert state["best"] == 1.5 and state["place"].tolist() == [0, 1, 2]
    keras.saving.load_weights(model, path)
    _training_state.write(path, model, None)
    assert _training_state.read(path, model) is None


@pytest.mark.parametrize("text", [b"{", b'{"array of number": 7}', b'{"array of number": "x"}'])
def test_a_file_that_says_nonsense(tmp_path, text):
    model = regression()
    path = str(tmp_path / "a.weights.h5")
    _training_state.write(path, model, {})
    with h5py.File(path, "a") as file:
        del file["_training_state/text"]
        file["_training_state/text"] = np.frombuffer(text, np.uint8)
    with pytest.raises(ValueError, match=r"a\.weights\.h5: the backup|has no array of number 7"):
        _training_state.read(path, model)
    with h5py.File(path, "a") as file:
        del file["_training_state/text"]
    with pytest.raises(ValueError, match="has no 'text'"):
        _training_state.read(path, model)
