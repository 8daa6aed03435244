import runpy
import sys

import pytest


def test_python_m_keratin_gives_the_exit_code(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["keratin", "nothing"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("keratin", run_name="__main__")
    assert caught.value.code == 2
    assert "there is no command 'nothing'" in capsys.readouterr().err
