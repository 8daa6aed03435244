"""Named values that can be frozen."""

import pytest

from keratin.keras import utils


def test_values_are_items_and_attributes():
    config = utils.Config(rate=0.1)
    config.seed = 1
    config["name"] = "x"
    assert (config.rate, config["seed"], config.name) == (0.1, 1, "x")
    assert sorted(config) == list(config) == ["name", "rate", "seed"]
    assert (len(config), "seed" in config, config.get("none", 3)) == (3, True, 3)
    assert config.as_dict() == dict(config.items()) == {"rate": 0.1, "seed": 1, "name": "x"}
    assert config.to_json() == '{"rate": 0.1, "seed": 1, "name": "x"}'
    assert list(config.keys()) == ["rate", "seed", "name"] and list(config.values())[1] == 1
    assert (config.pop("seed"), config.pop("seed", None)) == (1, None)
    config.update({"rate": 2}, more=3)
    del config["name"], config.more
    assert repr(config) == "<Config {'rate': 2}>"


def test_a_copy_is_a_copy():
    config = utils.Config(a=1)
    config.as_dict()["a"] = 2
    assert config.a == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda c: setattr(c, "a", 2),
        lambda c: c.update(a=2),
        lambda c: c.pop("a"),
        lambda c: c.__delitem__("a"),
        lambda c: c.__setitem__("b", 2),
    ],
    ids=["attribute", "update", "pop", "delete", "item"],
)
def test_frozen_values_stay(change):
    config = utils.Config(a=1)
    config.freeze()
    assert config.frozen
    with pytest.raises(ValueError, match=r"frozen and cannot be changed. Call unfreeze\(\)"):
        change(config)
    assert config.a == 1
    config.unfreeze()
    change(config)
    assert config.as_dict() != {"a": 1}


def test_unknown_names():
    with pytest.raises(
        AttributeError, match=r"no value 'learning_rat'. Did you mean 'learning_rate'"
    ):
        _ = utils.Config(learning_rate=1).learning_rat
    with pytest.raises(AttributeError, match="'items' is a method of Config"):
        utils.Config().items = 3
