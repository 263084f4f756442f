"""The floor: bench-floor, which copies bytes and knows no HTTP. One process for plain connections, one for TLS."""

from harness.process import BenchError, Process
from harness.servers.base import Server, Setup


class Floor(Server):
    name = "floor"

    def __init__(self, setup: Setup):
        super().__init__(setup)
        self._tls: Process | None = None

    def configure(self) -> None:
        """Its command line says all."""

    def start(self) -> None:
        site = self.setup.site
        argv = [str(self.setup.tools / "bench-floor"), str(site.backends["origin"])]
        self.process = Process(argv, self.setup.placement, self.log_path(), prints_port=True)
        self.plain_port = self.process.port
        pair = site.certificate
        if pair:
            self._tls = Process([*argv, str(pair.certificate), str(pair.key)], self.setup.placement, self.log_path(),
                                prints_port=True)
            self.tls_port = self._tls.port

    def stop(self) -> None:
        super().stop()
        if self._tls:
            self._tls.stop()

    def pids(self) -> list[int]:
        return [self.process.pid] + ([self._tls.pid] if self._tls else [])

    def prepare_change(self, site, changed):
        raise BenchError("the floor has no configuration to change")
