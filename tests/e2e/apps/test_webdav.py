"""A WebDAV server (WsgiDAV): one gigabyte up and down with curl, and what clients of folders do."""

import hashlib
import subprocess
import sys

import pytest

from apps.conftest import free_port
from support.fairway import request
from support.manifests import HOST, site

GIGABYTE = 1 << 30


class Endpoint:
    def __init__(self, port):
        self.port = port


@pytest.fixture
def dav(serve, program, tmp_path):
    pytest.importorskip("wsgidav", reason="needs wsgidav, which make apps-test installs")
    (tmp_path / "files").mkdir()
    port = free_port()
    program(port, sys.executable, "-m", "wsgidav.server.server_cli", "--host", "127.0.0.1", "--port", port, "--root", tmp_path / "files", "--auth",
            "anonymous", "--server", "cheroot", "--no-config", "-q")
    return serve(site(Endpoint(port), proxy_body_size="0", proxy_request_buffering="off"))


def curl(fairway, path, *arguments):
    done = subprocess.run(["curl", "-sS", "--fail", "-H", f"Host: {HOST}", *map(str, arguments),
                           f"http://127.0.0.1:{fairway.http_port}{path}"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_a_gigabyte_up_and_down(dav, tmp_path, peak_memory):
    source, back = tmp_path / "source", tmp_path / "back"
    with source.open("wb") as file:
        for number in range(1024):
            file.write(number.to_bytes(4, "big") * (1 << 18))
    curl(dav, "/large", "-T", source, "-H", "Expect:")
    assert (tmp_path / "files/large").stat().st_size == GIGABYTE
    curl(dav, "/large", "-o", back)
    assert digest(back) == digest(source)
    print(f"peak memory of Fairway: {peak_memory(dav) >> 20} MiB")
    assert peak_memory(dav) < 64 << 20


def test_folders(dav):
    ask = lambda method, path, **options: request(dav.http_port, path, method=method, **options)
    assert ask("MKCOL", "/docs/").status == 201
    assert ask("PUT", "/docs/a.txt", body=b"hello").status == 201
    listing = ask("PROPFIND", "/docs/", headers={"Depth": "1"})
    assert listing.status == 207 and "a.txt" in listing.text
    moved = ask("MOVE", "/docs/a.txt", headers={"Destination": f"http://{HOST}/docs/b.txt"})
    assert moved.status == 201
    assert ask("GET", "/docs/b.txt").text == "hello"
    assert ask("DELETE", "/docs/").status == 204
    assert ask("GET", "/docs/b.txt").status == 404
