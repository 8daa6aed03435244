import pytest

from keratin.keras._core.config import Configurable, unknown_arguments


class Point(Configurable):
    def __init__(self, x, y=2, *, label=None, **options):
        self.x = x
        self.label = label
        self.options = options


def test_arguments_are_found_again():
    assert Point(1, label="a").get_config() == {"x": 1, "y": 2, "label": "a"}


def test_attributes_go_before_arguments():
    point = Point(1)
    point.x = 5
    assert point.get_config()["x"] == 5


def test_a_config_makes_an_equal_object():
    config = Point(1, y=3, label=("a", "b")).get_config()
    assert Point.from_config(config).get_config() == config


def test_an_argument_that_was_not_kept_is_named():
    class Forgetful(Configurable):
        def __init__(self, secret):
            pass

    plain = Forgetful.__new__(Forgetful)
    with pytest.raises(NotImplementedError, match="argument 'secret' is not known"):
        plain.get_config()


def test_a_config_that_does_not_fit_is_shown():
    with pytest.raises(TypeError, match=r"Point\.from_config: the config {'z': 1} does not fit"):
        Point.from_config({"z": 1})


def test_unknown_arguments_are_answered_with_the_nearest():
    error = unknown_arguments("Dense", {"unitss": 3}, ["units", "name"])
    assert "no argument 'unitss'. Did you mean 'units'?" in str(error)
