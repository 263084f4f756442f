"""git over smart HTTP: push and clone of 100 MB."""

import hashlib
import os
import pathlib
import subprocess
import sys

from apps.conftest import free_port, needs
from support.manifests import HOST, site

MEGABYTES = 100
SERVER = pathlib.Path(__file__).with_name("git_server.py")


class Endpoint:
    def __init__(self, port):
        self.port = port


def git(*arguments, cwd=None):
    done = subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *map(str, arguments)], cwd=cwd,
                          capture_output=True, text=True, timeout=300, env=os.environ | {"GIT_TERMINAL_PROMPT": "0"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_push_and_clone(serve, program, tmp_path, peak_memory):
    needs("git")
    repositories, port = tmp_path / "repositories", free_port()
    git("init", "--bare", repositories / "shop.git")
    git("-C", repositories / "shop.git", "config", "http.receivepack", "true")
    program(port, sys.executable, SERVER, repositories, port)
    fairway = serve(site(Endpoint(port), proxy_body_size="0"))
    via = ("-c", f"http.extraHeader=Host: {HOST}", "-c", "pack.compression=0")
    url = f"http://127.0.0.1:{fairway.http_port}/shop.git"

    work = tmp_path / "work"
    git("init", "-b", "main", work)
    (work / "large").write_bytes(os.urandom(MEGABYTES << 20))
    git("add", "large", cwd=work)
    git("commit", "-m", "large", cwd=work)
    git(*via, "push", url, "main", cwd=work)
    git(*via, "clone", "-b", "main", url, tmp_path / "clone")
    digests = {hashlib.sha256((folder / "large").read_bytes()).hexdigest() for folder in (work, tmp_path / "clone")}
    assert len(digests) == 1
    print(f"peak memory of Fairway: {peak_memory(fairway) >> 20} MiB")
    assert peak_memory(fairway) < 64 << 20
