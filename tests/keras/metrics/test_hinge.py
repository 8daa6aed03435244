import pytest

from tests.keras.metrics.agreement import check_agreement


@pytest.mark.parametrize("kind", ["signs", "multi"])
@pytest.mark.parametrize("name", ["Hinge", "SquaredHinge"])
def test_agrees_with_keras(name, kind):
    check_agreement(name, kind)


def test_categorical_hinge_agrees_with_keras():
    check_agreement("CategoricalHinge", "onehot")
