from keratin import keras
from tests.harness.real_keras import real


def test_the_version_is_that_of_the_api():
    assert keras.__version__ == keras.version() == real.__version__
