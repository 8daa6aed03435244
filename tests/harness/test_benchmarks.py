"""The bookkeeping of `make bench`: medians, ratios, budgets, and libraries that are not there."""

import json
import subprocess
import sys

import pytest

from benchmarks.__main__ import ROOT, lines, medians, run
from benchmarks.subject import Subject, growth, microseconds_per_call


def result(**runs):
    return {"title": "t", "unit": "us", "runs": runs}


def test_a_row_shows_medians_the_ratio_to_the_best_peer_and_the_budget():
    subject = Subject("t", "us", {}, budgets={"a": 2.0, "b": 0.5})
    found = result(
        keratin=[{"values": {"a": v, "b": 1.0}} for v in (1.0, 9.0, 2.0)],
        tensorflow=[{"values": {"a": 10.0}}],
        torch=[{"values": {"a": 6.0, "b": 4.0}}],
    )
    assert medians(found)["a"] == {"keratin": 2.0, "tensorflow": 10.0, "torch": 6.0}
    assert lines(subject, found) == [
        ["t: a", "2", "10", "-", "6", "us", "3.00", "2", "yes"],
        ["t: b", "1", "-", "-", "4", "us", "4.00", "0.5", "NO"],
    ]


def test_a_library_that_is_not_there_is_asked_once_and_left_out(monkeypatch):
    asked = []

    def measure(name, library, python):
        asked.append(library)
        return {"values": {"a": 1.0}} if library == "keratin" else {"missing": "no such module"}

    monkeypatch.setattr("benchmarks.__main__.measure", measure)
    subject = Subject("t", "us", {"keratin": dict, "torch": dict})
    found = run("t", subject, {"keratin": "python", "torch": "python"}, rounds=3)
    assert asked == ["keratin", "torch", "keratin", "keratin"]
    assert medians(found) == {"a": {"keratin": 1.0}}


def test_a_subject_prints_json_for_a_missing_library():
    command = [sys.executable, "-m", "benchmarks.subject", "eager_op", "tensorflow"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"missing": "No module named 'tensorflow'"}


def test_clock_and_scale():
    assert 0 < microseconds_per_call(lambda: sum(range(10)), lambda value: value) < 1000
    kept = []
    assert growth(lambda i: kept.append(bytearray(2**20)), 1, 32) == pytest.approx(32, abs=8)
    assert growth(lambda i: bytearray(2**20), 1, 32) < 8
