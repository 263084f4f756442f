"""Real applications behind Fairway. `make apps-test` installs them; without them each test says which it lacks."""

import os
import pathlib
import shutil
import socket
import subprocess

import pytest

from support.waiting import until


def needs(program):
    """The path of a program, or a skip that says what brings it."""
    found = shutil.which(program) or shutil.which(program, path=os.environ["FAIRWAY_APPS"])
    if not found:
        pytest.skip(f"needs {program}, which make apps-test installs")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def program(tmp_path):
    """program(port, argument, …) runs a server until the end of the test, once its port answers."""
    running = []

    def start(port, *command, **options):
        log = tmp_path / f"program-{len(running)}.log"
        with log.open("wb") as output:
            running.append(subprocess.Popen(list(map(str, command)), stdout=output, stderr=subprocess.STDOUT, **options))

        def answers():
            assert running[-1].poll() is None, log.read_text()[-2000:]
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        until(answers, 60, f"port {port} of {command[0]}")
        return running[-1]

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(30)


@pytest.fixture
def peak_memory():
    """peak_memory(fairway): the most bytes it ever had resident."""
    def read(fairway):
        status = pathlib.Path(f"/proc/{fairway.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    return read
