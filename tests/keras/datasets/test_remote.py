"""Where the files of data sets come from, and what is said when they cannot be had."""

import dataclasses
import functools
import http.server
import re
import socket
import threading

import pytest

from keratin.keras import datasets
from keratin.keras.datasets import _remote
from tests.keras.datasets.published import publish, theirs  # noqa: F401

REMOTES = [
    (datasets.boston_housing, ["_FILE"]),
    (datasets.california_housing, ["_FILE"]),
    (datasets.imdb, ["_FILE", "_WORDS"]),
    (datasets.mnist, ["_FILE"]),
    (datasets.reuters, ["_FILE", "_WORDS"]),
]


class Asked(Exception):
    """Ends a function of Keras at the file that it asks for."""


@pytest.mark.parametrize(("module", "attributes"), REMOTES)
def test_files_are_those_of_keras(module, attributes, monkeypatch):
    asked = {}

    def get_file(fname=None, origin=None, file_hash=None, **_):
        asked[fname] = (origin, file_hash)
        raise Asked

    their_module = theirs(module.__name__.rpartition(".")[2])
    monkeypatch.setattr(their_module, "get_file", get_file)
    for name in ("load_data", "get_word_index"):
        if hasattr(their_module, name):
            with pytest.raises(Asked):
                getattr(their_module, name)()
    ours = [getattr(module, attribute) for attribute in attributes]
    assert {file.name: (file.origin, file.file_hash) for file in ours} == asked


def test_files_of_fashion_mnist_are_those_of_keras(monkeypatch):
    asked = {}

    def get_file(fname, origin, cache_subdir):
        asked[fname] = (origin, cache_subdir)
        if len(asked) == 4:
            raise Asked
        return "none"

    monkeypatch.setattr(theirs("fashion_mnist"), "get_file", get_file)
    with pytest.raises(Asked):
        theirs("fashion_mnist").load_data()
    files = datasets.fashion_mnist._FILES
    assert {file.name: (file.origin, file.folder) for file in files} == asked
    assert [len(file.file_hash) for file in files] == [64] * 4


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file of a site, which may or may not be there."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    content_hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of hello
    return _remote.Remote("mnist", "a.npz", content_hash, site=(tmp_path / "site").as_uri())


def test_a_file_is_fetched_once_and_kept_in_the_cache(file, tmp_path, capsys):
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.npz").write_text("hello")
    path = file.fetch()
    assert path == tmp_path / "home" / "datasets" / "a.npz"
    assert path.read_text() == "hello"
    assert f"Downloading data from {file.origin}" in capsys.readouterr().out
    (site / "a.npz").unlink()
    assert file.fetch() == path
    assert capsys.readouterr().out == ""


def test_a_file_that_was_put_there_by_hand_is_taken(file, tmp_path):
    place = tmp_path / "home" / "datasets" / "mine.npz"
    place.parent.mkdir(parents=True)
    place.write_text("hello")
    assert file.fetch("mine.npz") == place


def test_a_file_of_another_hash_is_not_taken(file, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.npz").write_text("not hello")
    with pytest.raises(ValueError, match=r"has the hash .* and 2cf24dba.* was expected"):
        file.fetch()
    assert not (tmp_path / "home" / "datasets" / "a.npz").exists()


@pytest.mark.parametrize(
    ("load", "data_set", "place"),
    [
        (datasets.mnist.load_data, "mnist", "datasets/mnist.npz"),
        (
            datasets.fashion_mnist.load_data,
            "fashion_mnist",
            "datasets/fashion-mnist/train-images-idx3-ubyte.gz",
        ),
        (datasets.cifar10.load_data, "cifar10", "datasets/cifar-10-binary.tar.gz"),
        (datasets.cifar100.load_data, "cifar100", "datasets/cifar-100-binary.tar.gz"),
        (datasets.imdb.load_data, "imdb", "datasets/imdb.npz"),
        (datasets.imdb.get_word_index, "imdb", "datasets/imdb_word_index.json"),
        (datasets.reuters.load_data, "reuters", "datasets/reuters.npz"),
        (datasets.reuters.get_word_index, "reuters", "datasets/reuters_word_index.json"),
        (datasets.boston_housing.load_data, "boston_housing", "datasets/boston_housing.npz"),
        (
            functools.partial(datasets.california_housing.load_data, path="mine.npz"),
            "california_housing",
            "datasets/mine.npz",
        ),
    ],
)
def test_without_network_the_error_says_what_to_do(load, data_set, place, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    with pytest.raises(OSError) as caught:
        load()
    message = str(caught.value)
    assert re.fullmatch(
        rf"keras\.datasets\.{data_set}: https://\S+ could not be downloaded "
        r"\(.*Temporary failure in name resolution\)\. Put that file at "
        rf"{re.escape(str(tmp_path / 'home' / place))} by hand, or use keras\.datasets\.digits, "
        r"which is embedded in Keratin\.",
        message,
    )
    assert "\n" not in message
    assert caught.value.__suppress_context__


class Refusing(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/short"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
        else:
            self.send_error(503)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("", "the server answered 503, Service Unavailable"),
        ("/short", "get_file: .* ended after 4 of 1000 bytes. Try again"),
    ],
)
def test_the_reason_is_what_the_server_did(file, folder, reason):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = f"http://127.0.0.1:{server.server_port}{folder}"
        with pytest.raises(OSError, match=rf"could not be downloaded \({reason}\)\. Put that"):
            dataclasses.replace(file, site=site).fetch()
        server.shutdown()
