import pytest

from keratin.summary._runs import checked_logdir, find_runs


@pytest.fixture
def logs(tmp_path, monkeypatch):
    for run in ("logs/second/train", "logs/second/validation", "logs/first", "elsewhere/run"):
        (tmp_path / run).mkdir(parents=True)
        (tmp_path / run / "events.out.tfevents.1.host.2.3.v2").touch()
    (tmp_path / "logs" / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "events.out.tfevents.1").touch()
    (tmp_path / "a_file").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_runs_within_a_folder(logs):
    assert find_runs("logs") == ["first", "second/train", "second/validation"]
    assert find_runs(logs / "logs" / "first") == ["."]
    assert find_runs("logs/empty") == []
    assert checked_logdir("logs").name == "logs"


def test_a_config_of_the_projector_makes_a_run(logs):
    (logs / "logs" / "empty" / "projector_config.pbtxt").touch()
    assert checked_logdir("logs/empty")


@pytest.mark.parametrize(
    "given, message",
    [
        (
            "logs/secnd",
            r"'logs/secnd' does not exist\. There are some in: logs/second, logs/first\. Give the",
        ),
        (
            "log",
            r"'log' does not exist\. There are some in: logs/first, logs/second, elsewhere/run",
        ),
        ("logs/empty", r"'logs/empty' holds no summaries\. There are some in: logs/"),
        ("a_file", r"'a_file' is not a folder\. There are some in: "),
    ],
)
def test_what_is_no_folder_of_runs_is_refused_with_those_near(logs, given, message):
    with pytest.raises(FileNotFoundError, match=message):
        checked_logdir(given)


def test_nothing_near(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    message = r"No summaries were found near it; keras\.callbacks\.TensorBoard\(log_dir\)"
    with pytest.raises(FileNotFoundError, match=message):
        checked_logdir(tmp_path / "a" / "b")
