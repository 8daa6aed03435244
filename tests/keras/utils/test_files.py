"""Files fetched from servers, and kept."""

import functools
import hashlib
import http.server
import io
import tarfile
import threading
import zipfile

import pytest

from keratin.keras import utils
from keratin.keras.utils._files import hash_of_file

CONTENT = b"some bytes\n" * 10_000


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, counts requests, and cuts `/short` off."""

    requests: list[str]

    def do_GET(self):
        self.requests.append(self.path)
        if self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """The address of a server, and the paths that it was asked for."""
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "data.bin").write_bytes(CONTENT)
    with tarfile.open(folder / "photos.tar.gz", "w:gz") as archive:
        add(archive, "photos/a.txt", b"a")
    with zipfile.ZipFile(folder / "texts.zip", "w") as zipped:
        zipped.writestr("b.txt", "b")
    requests = []
    kind = type("Counting", (Server,), {"requests": requests})
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(kind, directory=str(folder))
    ) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", requests
        running.shutdown()


def add(archive, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def test_a_file_is_fetched_once(server, tmp_path, capsys):
    address, requests = server
    path = utils.get_file(origin=f"{address}/data.bin", cache_dir=tmp_path)
    assert path == str(tmp_path / "datasets" / "data.bin")
    assert (tmp_path / "datasets" / "data.bin").read_bytes() == CONTENT
    assert "Downloading data from http" in capsys.readouterr().out
    assert utils.get_file("data.bin", f"{address}/data.bin", cache_dir=tmp_path) == path
    assert requests == ["/data.bin"]
    utils.get_file(origin=f"{address}/data.bin", cache_dir=tmp_path, force_download=True)
    assert len(requests) == 2
    assert [each.name for each in (tmp_path / "datasets").iterdir()] == ["data.bin"]


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_hashes(server, tmp_path, algorithm, capsys):
    address, requests = server
    right = hashlib.new(algorithm, CONTENT).hexdigest()
    fetch = functools.partial(utils.get_file, "f", f"{address}/data.bin", cache_dir=tmp_path)
    path = fetch(file_hash=right.upper())
    fetch(file_hash=right, hash_algorithm=algorithm)
    assert len(requests) == 1
    with open(path, "ab") as file:
        file.write(b"!")
    fetch(file_hash=right)
    assert len(requests) == 2 and "is not of the hash" in capsys.readouterr().out
    with pytest.raises(
        ValueError, match=f"has the hash {right}, and {'0' * len(right)} was expect"
    ):
        fetch(file_hash="0" * len(right), force_download=True)
    assert hash_of_file(path, "auto", right) == right  # the file that was right is still there
    if algorithm == "md5":
        assert fetch(md5_hash=right) == path


def test_archives(server, tmp_path):
    address, _ = server
    fetch = functools.partial(utils.get_file, cache_dir=tmp_path, extract=True)
    datasets = tmp_path / "datasets"
    assert fetch(origin=f"{address}/photos.tar.gz") == str(datasets / "photos.tar.gz")
    assert (datasets / "photos.tar.gz" / "photos" / "a.txt").read_text() == "a"
    assert fetch("photos.tgz", f"{address}/photos.tar.gz") == str(datasets / "photos_extracted")
    assert fetch("mine", f"{address}/texts.zip") == str(datasets / "mine")
    assert (datasets / "mine" / "b.txt").read_text() == "b"
    untarred = utils.get_file("x", f"{address}/photos.tar.gz", untar=True, cache_dir=tmp_path)
    assert (datasets / "x" / "photos").is_dir() and untarred == str(datasets / "x")
    with pytest.raises(ValueError, match=r"data.bin.*is not an archive of the format 'auto'"):
        fetch("y", f"{address}/data.bin")


def test_nothing_is_left_of_a_file_that_is_cut_off(server, tmp_path):
    address, _ = server
    with pytest.raises(OSError, match=r"ended after 4 of 1000 bytes. Try again"):
        utils.get_file("f", f"{address}/short", cache_dir=tmp_path)
    assert list((tmp_path / "datasets").iterdir()) == []


def test_servers_that_do_not_have_it(server, tmp_path):
    address, _ = server
    with pytest.raises(OSError, match=r"/none answered 404"):
        utils.get_file(origin=f"{address}/none", cache_dir=tmp_path)
    with pytest.raises(OSError, match=r"cannot be reached: .*Check the URL and the network"):
        utils.get_file("f", "http://127.0.0.1:9/f", cache_dir=tmp_path)


def test_the_folder_of_the_environment(server, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    path = utils.get_file(origin=f"{server[0]}/data.bin", cache_subdir="mine")
    assert path == str(tmp_path / "home" / "mine" / "data.bin")
    absolute = utils.get_file(origin=f"{server[0]}/data.bin", cache_subdir=str(tmp_path / "abs"))
    assert absolute == str(tmp_path / "abs" / "data.bin")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give origin, the URL"),
        (("../x", "http://host/x"), r"without folders; given '../x'"),
        (("..", "http://host/x"), r"without folders; given '..'"),
        ((None, "http://host/"), "no file name is in the URL"),
    ],
)
def test_errors(arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        utils.get_file(*arguments, cache_dir=tmp_path)
    with pytest.raises(ValueError, match="hash_algorithm is 'auto', 'md5' or 'sha256'"):
        hash_of_file(tmp_path, "sha1")
