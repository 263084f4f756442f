"""Starts programs pinned to chosen CPUs, waits for facts about them, and ends them by their own process id."""

import os
import random
import re
import resource
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class BenchError(Exception):
    """The run cannot go on; the message says what failed and where to look."""


def raise_descriptor_limit() -> None:
    """Everything started from here may open as many descriptors as the hard limit allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# Where the kernel shares CPUs out between sessions first (sched_autogroup_enabled), niceness only counts within one,
# and this file holds the session's own.
AUTOGROUP = Path("/proc/self/autogroup")


@dataclass(frozen=True)
class Placement:
    """Where a program runs, and how it fares against everything else on the machine.

    nice below 0 and realtime (SCHED_RR: nothing else runs while it can) need root.
    """

    cpus: frozenset[int]
    nice: int = 0
    realtime: bool = False

    def apply(self) -> None:
        """Moves the calling process there. It should lead a session of its own: see AUTOGROUP."""
        os.sched_setaffinity(0, self.cpus)
        if self.nice:
            os.setpriority(os.PRIO_PROCESS, 0, self.nice)
            if AUTOGROUP.exists():
                AUTOGROUP.write_text(str(self.nice))
        if self.realtime:
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


class Process:
    """A running program. Its output goes to `log`; it ends when stop() is called or the harness dies."""

    def __init__(self, argv: list[str], placement: Placement, log: Path, *, prints_port: bool = False):
        self.argv = argv
        self.log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if prints_port else errors,
                stderr=errors,
                start_new_session=True,
                preexec_fn=placement.apply,
            )
        self.pid = self._process.pid
        self.port = self._read_port() if prints_port else 0

    def _read_port(self) -> int:
        words = self._process.stdout.readline().split()
        if len(words) != 2:
            raise BenchError(f"{self.argv[0]} printed no port; see {self.log}")
        return int(words[1])

    def check_alive(self) -> None:
        if self._process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
            raise BenchError(f"{' '.join(self.argv)} ended with {self._process.returncode}: {tail or 'no output'}")

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after five seconds."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def run_on(placement: Placement, argv: list[str], seconds: float) -> str:
    """Runs a load generator to its end and returns its standard output."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds + 30,
                          start_new_session=True, preexec_fn=placement.apply)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def wait_until(what: str, condition: Callable[[], bool], seconds: float, every: float = 0.001) -> float:
    """Polls a condition; returns the seconds it took, or fails naming `what`."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise BenchError(f"waited {seconds:g} s for {what}")
        time.sleep(every)
    return time.monotonic() - start


def shown(argv: list[str]) -> str:
    """A command line as results show it: without the folders that programs and temporary files have on this machine."""
    return " ".join(re.sub(r"(?<![\w:/])/[^\s:]*/(?=[^/\s])", "", word) for word in argv)


def free_port() -> int:
    """A free loopback port below the range that outgoing connections take theirs from."""
    for _ in range(1000):
        port = random.randrange(10000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise BenchError("found no free port between 10000 and 32000")
