"""Benchmarks."""

import json

import pytest


@pytest.fixture
def benchmark_class(tf):
    class Adding(tf.test.Benchmark):
        def benchmark_add(self):
            return self.run_op_benchmark(None, lambda: tf.constant(1) + 1, min_iters=3, mbs=8)

        def benchmark_report(self):
            self.report_benchmark(iters=2, wall_time=0.5, extras={"colour": "red"})

    return Adding


def test_a_benchmark_reports_the_median(benchmark_class, capsys):
    results = benchmark_class().benchmark_add()
    printed = json.loads(capsys.readouterr().out)
    assert printed["name"] == results["name"] == "Adding.benchmark_add"
    assert printed["iters"] == 3
    assert printed["throughput"] == pytest.approx(8 / printed["wall_time"])
    assert printed["extras"]["wall_time_mean"] > 0


def test_a_report_goes_to_a_file_too(benchmark_class, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TEST_REPORT_FILE_PREFIX", str(tmp_path) + "/report.")
    benchmark_class().benchmark_report()
    written = json.loads((tmp_path / "report.Adding.benchmark_report").read_text())
    assert written == json.loads(capsys.readouterr().out)
    assert written["extras"] == {"colour": "red"}


def test_classes_without_benchmarks_are_abstract(tf, benchmark_class):
    assert tf.test.Benchmark.is_abstract()
    assert not benchmark_class.is_abstract()


def test_values(tf):
    assert tf.test.Benchmark().evaluate([tf.constant(1)]) == [1]


def test_a_tensor_cannot_be_timed(tf):
    with pytest.raises(TypeError, match="function without arguments"):
        tf.test.Benchmark().run_op_benchmark(None, tf.constant(1))
