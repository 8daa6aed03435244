"""The bookkeeping of `make bench`: medians, ratios, budgets, and libraries that are not there."""

import importlib
import json
import mmap
import subprocess
import sys

import pytest

from benchmarks import __main__ as bench
from benchmarks import housing_script, models
from benchmarks.__main__ import ROOT, lines, medians, run
from benchmarks.subject import KERATIN, Subject, growth, microseconds_per_call


def result(**runs):
    return {"title": "t", "unit": "us", "runs": runs}


def test_a_row_shows_medians_the_ratio_to_the_best_peer_and_the_budget():
    subject = Subject("t", "us", {}, budgets={"a": 2.0, "b": 0.5}, units={"b": "MB"})
    found = result(
        keratin=[{"values": {"a": v, "b": 1.0}} for v in (1.0, 9.0, 2.0)],
        tensorflow=[{"values": {"a": 10.0}}],
        torch=[{"values": {"a": 6.0, "b": 4.0}}],
    )
    assert medians(found)["a"] == {"keratin": 2.0, "tensorflow": 10.0, "torch": 6.0}
    assert lines(subject, found) == [
        ["t: a", "2", "10", "-", "6", "us", "3.00", "2", "yes"],
        ["t: b", "1", "-", "-", "4", "MB", "4.00", "0.5", "NO"],
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
    assert growth(lambda i: kept.append(_megabyte()), 1, 32) == pytest.approx(32, abs=8)
    assert growth(lambda i: _megabyte().close(), 1, 32) < 8


def _megabyte():
    """Memory from the system itself: malloc may have some left from other tests."""
    memory = mmap.mmap(-1, 2**20)
    memory.write(b"1" * 2**20)
    return memory


def test_a_measurement_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(bench, "PATIENCE", 0.01)
    assert bench.measure("eager_op", "torch", sys.executable) == {
        "failed": "no result within 0.01 s"
    }


@pytest.mark.parametrize("name", bench.SUBJECTS)
def test_every_subject_measures_keratin_and_budgets_its_rows(name):
    subject = importlib.import_module(f"benchmarks.{name}").subject
    assert KERATIN in subject.ways
    assert subject.rounds > 0
    assert all(budget > 0 for budget in subject.budgets.values())


class Clock:
    """Stands in for a model and for time: `fit` takes 3 s to start and 2 s for a step."""

    def __init__(self, num_steps, per_step):
        self.now, self.num_steps, self.per_step = 0.0, num_steps, per_step

    def fit(self, x, y, batch_size, epochs, verbose):
        self.now += 3.0 + epochs * self.num_steps * self.per_step

    def perf_counter(self):
        return self.now


@pytest.mark.parametrize("per_step", [2.0, 1e-5])
def test_the_start_of_fit_is_no_part_of_a_step(monkeypatch, per_step):
    clock = Clock(num_steps=10, per_step=per_step)
    monkeypatch.setattr(models, "time", clock)
    task = models.Task(clock, None, None, batch_size=1, num_steps=10)
    assert models.seconds_per_step(task) == pytest.approx(per_step, rel=1e-6)


@pytest.mark.parametrize(
    ("build", "num_parameters"),
    [
        (models.housing, 301),
        (models.mlp, 266_610),
        (models.cnn, 93_322),
        (models.separable, 38_949),
        (models.two_heads, 5_200_610),
    ],
)
def test_models_are_those_that_are_spoken_of(build, num_parameters):
    task = models.task_of(KERATIN, build)
    assert task.model.count_params() == num_parameters
    first = task.x[0] if isinstance(task.x, list) else task.x
    assert len(first) == task.num_steps * task.batch_size


@pytest.mark.slow
def test_the_program_runs_and_is_measured():
    found = housing_script.measure(KERATIN)
    assert 0.1 < found[housing_script.FIRST] < 60
    assert 0.1 < found[housing_script.SECOND] < 60
    assert 30 < found[housing_script.MEMORY] < 2000


def test_a_program_that_fails_is_no_measurement(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(housing_script, "PROGRAM", tmp_path / "none.py")
    with pytest.raises(RuntimeError, match=r"none\.py ended with 2"):
        housing_script.run(KERATIN, str(tmp_path))
    assert "No such file" in capfd.readouterr().err
