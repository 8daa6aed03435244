"""Lazy namespaces, on a package made for the test."""

import importlib
import sys

import pytest

from keratin._lazy import read_exports

STUB = """
from lazy_sample import inner as inner
from lazy_sample._home import answer as answer, question as asked
version: str
"""


@pytest.fixture
def sample(tmp_path, monkeypatch):
    folder = tmp_path / "lazy_sample"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from keratin._lazy import attach\n__getattr__, __dir__ = attach(__name__, __file__)\n"
    )
    (folder / "__init__.pyi").write_text(STUB)
    (folder / "inner" / "__init__.py").write_text("value = 1\n")
    (folder / "_home.py").write_text("answer = object()\nquestion = 'why'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("lazy_sample")
    for name in [name for name in sys.modules if name.startswith("lazy_sample")]:
        del sys.modules[name]


def test_nothing_is_imported_before_it_is_used(sample):
    assert "lazy_sample._home" not in sys.modules
    home = sample.answer
    assert home is sys.modules["lazy_sample._home"].answer is sample.answer
    assert "lazy_sample.inner" not in sys.modules
    assert sample.inner.value == 1
    assert sample.asked == "why"


def test_found_names_are_kept(sample):
    assert "answer" not in vars(sample)
    found = sample.answer
    assert vars(sample)["answer"] is found


def test_dir_and_all_list_the_exports(sample):
    assert {"answer", "asked", "inner"} <= set(dir(sample))
    assert sample.__all__ == ["answer", "asked", "inner"]


def test_an_unknown_name_is_answered_with_the_nearest(sample):
    with pytest.raises(AttributeError) as raised:
        _ = sample.anwser
    assert str(raised.value) == (
        "module 'lazy_sample' has no attribute 'anwser'. Did you mean 'answer'?"
    )
    with pytest.raises(AttributeError, match=r"has no attribute 'unlike_any'\.$"):
        _ = sample.unlike_any
    assert not hasattr(sample, "__wrapped__")


def test_only_public_lines_are_exports(tmp_path):
    stub = tmp_path / "x.pyi"
    stub.write_text("import os\nfrom os import path\nfrom os import sep as separator\n")
    assert read_exports(stub) == {"separator": ("os", "sep")}


def test_namespaces_know_the_nearest_name():
    import keratin as tf

    for namespace, wrong, right in (
        (tf.nn, "reluu", "relu"),
        (tf.config, "list_physcal_devices", "list_physical_devices"),
        (tf.random.experimental, "Generatr", "Generator"),
        (tf.nest, "flaten", "flatten"),
    ):
        with pytest.raises(AttributeError, match=rf"{wrong!r}\. Did you mean {right!r}\?$"):
            getattr(namespace, wrong)
    assert not hasattr(tf.nn, "__wrapped__")
