"""What scenarios share: the CPUs, the tools, the origins, a certificate, and starting the servers side by side."""

import contextlib
import http.client
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.load import Load
from harness.metrics import FAIRWAY, FLOOR
from harness.process import BenchError, Placement, Process, wait_until
from harness.servers.base import Server, Setup
from harness.servers.fairway import Fairway
from harness.servers.floor import Floor
from harness.servers.haproxy import Haproxy
from harness.servers.nginx import Nginx, NginxTuned
from harness.site import Certificate, Site, make_certificate

PEERS = {server.name: server for server in (Nginx, NginxTuned, Haproxy)}


@dataclass
class Context:
    """One run of the harness. `folder` holds all that is written while it runs."""

    folder: Path
    tools: Path
    fairway: str | None
    rounds: int
    seconds: float
    workers: int
    quick: bool
    nice: int
    realtime: bool
    names: list[str]
    origins: dict[str, Process] = field(default_factory=dict)
    certificate: Certificate | None = None

    def __post_init__(self) -> None:
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            raise BenchError("the load runs need two CPUs: one for the server under test, one for load and origin")
        # One worker: the server has a CPU to itself. More: both sides share them, which only compares like with like.
        self.server_place = Placement(frozenset(cpus[:self.workers]), self.nice, self.realtime)
        self.load_place = Placement(frozenset(cpus[1:2] if self.workers == 1 else cpus), self.nice, self.realtime)
        self.load = Load(self.load_place, self.tools)

    @property
    def origin_port(self) -> int:
        return self.origins["A"].port

    @property
    def grpc_port(self) -> int:
        return self.origins["gRPC"].port

    @property
    def other_origin_port(self) -> int:
        return self.origins["B"].port

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def servers(self, site: Site, *, access_log: bool = False, floor: bool = True,
                only: tuple[str, ...] = ()) -> Iterator[list[Server]]:
        """All servers of the run in front of `site`, each with its own folder, stopped at the end."""
        started: list[Server] = []
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            try:
                for name in self.names:
                    if (name == FLOOR and not floor) or (only and name not in only):
                        continue
                    setup = Setup(Path(folder) / name, self.server_place, site, self.workers, access_log, self.tools)
                    server = self.make(name, setup)
                    server.configure()
                    server.start()
                    started.append(server)
                    wait_ready(server)
                yield started
            finally:
                for server in started:
                    server.stop()

    def make(self, name: str, setup: Setup) -> Server:
        if name == FLOOR:
            return Floor(setup)
        return Fairway(setup, self.fairway) if name == FAIRWAY else PEERS[name](setup)

    def interleave(self, servers: list[Server], measure: Callable[[Server], None]) -> None:
        """Measures every server once a round, starting each round with another one."""
        for number in range(self.rounds):
            first = number % len(servers)
            for server in servers[first:] + servers[:first]:
                server.check_alive()
                measure(server)


def wait_ready(server: Server, seconds: float = 60) -> float:
    """Until the server answers the first host of its site with 200. Returns the seconds it took."""
    host, path = next((host.name, path) for host in server.setup.site.hosts.values() if not host.tls
                      for path in host.paths)
    what = f"{server.name} to serve {host} on port {server.plain_port} (see {server.log_path()})"
    return wait_until(what, lambda: _answers(server, host, path), seconds)


def _answers(server: Server, host: str, path: str) -> bool:
    server.check_alive()
    connection = http.client.HTTPConnection("127.0.0.1", server.plain_port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def opened(**options) -> Iterator[Context]:
    """A context with its origins running and a certificate made."""
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as folder:
        context = Context(folder=Path(folder), **options)
        os.sched_setaffinity(0, context.load_place.cpus)
        try:
            for name in ("A", "B"):
                context.origins[name] = Process([str(context.tools / "bench-origin"), name], context.load_place,
                                                context.folder / f"origin-{name}.log", prints_port=True)
            context.origins["gRPC"] = Process([str(context.tools / "bench-grpc-origin")], context.load_place,
                                              context.folder / "origin-gRPC.log", prints_port=True)
            context.certificate = make_certificate(context.folder, "first")
            yield context
        finally:
            for origin in context.origins.values():
                origin.stop()
