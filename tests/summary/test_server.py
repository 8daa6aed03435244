import io
import socket
import urllib.error
import wave

import numpy as np
import pytest
from PIL import Image

from keratin.summary._server import launch
from tests.summary.board_pages import Pages, write_all


@pytest.fixture
def logs(tf, tmp_path):
    with tf.summary.create_file_writer(tmp_path / "run").as_default():
        tf.summary.scalar("a", 1.0, step=0)
    return tmp_path


def test_everything_is_read_back(tf, tmp_path):
    # One test, for one server.
    logs = tmp_path / "logs"
    write_all(tf, logs)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        board = launch(logs, port=taken, verbose=False)
    with board:
        pages = Pages(board.url)
        pages.when("runs", lambda runs: len(runs) == 3)
        tags = pages.when(
            "plugin/scalars/tags", lambda t: "epoch_mae" in t.get("fit/validation", {})
        )
        assert set(tags) == set(board.runs)
        # What comes last in the other files.
        pages.when(
            "plugin/histograms/tags", lambda t: "dense/bias/histogram" in t.get("fit/train", {})
        )
        pages.when(
            "plugin/graphs/info", lambda t: "traced" in t.get("summaries", {"tags": ""})["tags"]
        )
        pages.when("plugin/projector/runs", lambda runs: runs)
        check_the_next_free_port_is_taken(board, taken)
        check_scalars(pages)
        check_histograms(pages)
        check_pictures(pages)
        check_text(pages)
        check_sounds(pages)
        check_graphs(pages)
        check_the_projector(pages, logs)
    check_it_has_ended(board, pages)


def check_the_next_free_port_is_taken(board, taken):
    port = int(board.url.rstrip("/").rpartition(":")[2])
    assert taken < port < taken + 100
    assert board.is_running
    assert board.url in repr(board)
    assert board.url in board._repr_html_()
    assert board.runs == ["fit/train", "fit/validation", "summaries"]


def check_scalars(pages):
    tags = pages.json("plugin/scalars/tags")
    assert set(tags["summaries"]) == {"curve"}
    assert set(tags["fit/train"]) == {"epoch_loss", "epoch_mae", "epoch_learning_rate"}
    assert set(tags["fit/validation"]) == {
        "epoch_loss",
        "epoch_mae",
        "evaluation_loss_vs_iterations",
        "evaluation_mae_vs_iterations",
    }
    points = pages.json("plugin/scalars/scalars", run="summaries", tag="curve")
    assert [point[1:] for point in points] == [[step, step / 2] for step in range(5)]


def check_histograms(pages):
    tags = pages.json("plugin/histograms/tags")
    assert {"dense/kernel/histogram", "embedding/embeddings/histogram"} <= set(tags["fit/train"])
    points = pages.json("plugin/histograms/histograms", run="summaries", tag="numbers")
    assert [point[1] for point in points] == list(range(5))
    assert points[1][2] == [[0, 2 / 3, 1], [2 / 3, 4 / 3, 1], [4 / 3, 2, 1]]


def check_pictures(pages):
    assert "dense/kernel/image" in pages.json("plugin/images/tags")["fit/train"]
    (found,) = pages.json("plugin/images/images", run="summaries", tag="pictures", sample=0)
    assert found["step"] == 1
    png = pages.raw(f"plugin/images/individualImage?{found['query']}&x=")
    np.testing.assert_array_equal(Image.open(io.BytesIO(png)), np.eye(4) * 255)


def check_text(pages):
    (found,) = pages.json("plugin/text/text", run="summaries", tag="note")
    assert found["step"] == 2
    assert "<strong>bold</strong>" in found["text"]


def check_sounds(pages):
    (found,) = pages.json("plugin/audio/audio", run="summaries", tag="tone", sample=0)
    assert (found["step"], found["contentType"]) == (3, "audio/wav")
    with wave.open(io.BytesIO(pages.raw(f"plugin/audio/individualAudio?{found['query']}&x="))) as f:
        assert (f.getframerate(), f.getnframes()) == (800, 80)


def check_graphs(pages):
    found = pages.json("plugin/graphs/info")
    assert found["summaries"]["tags"]["traced"]["op_graph"]
    assert found["fit/train"]["run_graph"]
    assert found["fit/train"]["tags"]["keras"]["conceptual_graph"]
    program = pages.raw("plugin/graphs/graph", run="fit/train").decode()
    for node in ("net/dense/dot_general", "gradients/net/dense", "adam/", "dense/kernel"):
        assert f'name: "{node}' in program, node
    layers = pages.raw("plugin/graphs/graph", run="fit/train", tag="keras", conceptual="true")
    for node in ("net/words", "net/embedding", "net/flat", "net/dense"):
        assert f'name: "{node}"' in layers.decode(), node
    assert 'input: "net/flat"' in layers.decode()
    traced = pages.raw("plugin/graphs/graph", run="summaries", tag="traced").decode()
    assert 'op: "mul"' in traced


def check_the_projector(pages, logs):
    (run,) = pages.json("plugin/projector/runs")
    assert run == "fit/train"
    (entry,) = pages.json("plugin/projector/info", run=run)["embeddings"]
    assert (entry["tensorName"], entry["tensorShape"]) == ("embedding", [7, 4])
    data = pages.raw("plugin/projector/tensor", run=run, name="embedding")
    expected = np.loadtxt(logs / "fit" / "train" / "embedding.tsv")
    np.testing.assert_allclose(np.frombuffer(data, "<f4").reshape(7, 4), expected, rtol=1e-6)
    labels = pages.raw("plugin/projector/metadata", run=run, name="embedding")
    assert labels.decode().split() == list("abcdefg")


def check_it_has_ended(board, pages):
    assert not board.is_running
    assert "ended" in repr(board)
    board.stop()
    with pytest.raises(urllib.error.URLError):
        pages.json("runs")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"port": -1}, "a port is a number from 0 to 65535; given -1"),
        ({"port": "6006"}, "a port is a number"),
        ({"host": "no such host"}, "there is no host 'no such host'"),
    ],
)
def test_misuse(logs, options, message):
    with pytest.raises((OSError, ValueError), match=message):
        launch(logs, **options)


def test_arguments_that_tensorboard_does_not_know(logs):
    with pytest.raises(RuntimeError, match=r"ended at once, with code 2\. It said: .*--nonsense"):
        launch(logs, arguments=["--nonsense"])


def test_a_folder_without_runs(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no summaries"):
        launch(tmp_path)
