"""What every server under test can do, so that scenarios need not know which one they measure."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import cpu
from harness.process import BenchError, Placement, Process, free_port, shown
from harness.site import Site


@dataclass
class Setup:
    """How a server is to be started. `folder` is its own; its files and logs stay there."""

    folder: Path
    placement: Placement
    site: Site
    workers: int = 1
    access_log: bool = False
    tools: Path = Path()


class Server(ABC):
    """A proxy in front of the origin. `name` is how results and --only know it."""

    name: str
    plain_port: int
    tls_port: int
    process: Process

    def __init__(self, setup: Setup):
        self.setup = setup
        self.folder = setup.folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.plain_port = free_port()
        self.tls_port = free_port()

    @abstractmethod
    def configure(self) -> None:
        """Writes all the files that the program reads."""

    @abstractmethod
    def start(self) -> None:
        """Starts the configured program, without waiting until it serves."""

    @abstractmethod
    def prepare_change(self, site: Site, changed: str) -> Callable[[], None]:
        """Readies everything for `site` and returns the function that makes it live, which is what gets timed.

        @param changed  "endpoint NAME", "host NAME" or "certificate": all that differs from what is live.
        """

    def command_line(self) -> str:
        return shown(self.process.argv)

    def stop(self) -> None:
        self.process.stop()

    def pids(self) -> list[int]:
        return [self.process.pid]

    def cpu_seconds(self) -> float:
        return sum(cpu.cpu_seconds(pid) for pid in self.pids())

    def rss_bytes(self) -> int:
        return sum(cpu.rss_bytes(pid) for pid in self.pids())

    def check_alive(self) -> None:
        self.process.check_alive()

    def log_path(self) -> Path:
        return self.folder / "output.log"

    def access_log_path(self) -> Path:
        return self.folder / "access.log"


def program(name: str, *usual_places: str) -> str:
    """The path of an installed program."""
    for place in (shutil.which(name), *usual_places):
        if place and Path(place).exists():
            return place
    raise BenchError(f"{name} is not installed; on Debian: apt-get install {name}")
