"""HAProxy doing the same job: routes by a map of host and path, sets the same headers, reuses upstream connections."""

import os
import signal
import socket
import time

from harness import cpu
from harness.process import BenchError, Process
from harness.servers.base import Server, program
from harness.site import Site

LOG_FORMAT = (
    "'%ci - - [%trl] \"%HM %HU %HV\" %ST %B \"%[capture.req.hdr(0)]\" \"%[capture.req.hdr(1)]\" %U %Ta "
    "[%b] [] %si:%sp %B %Tr %ST %[var(txn.req_id)]'"
)


class Haproxy(Server):
    name = "haproxy"
    _replaced: set[int] = set()  # the workers that were there when a reload was asked for

    def configure(self) -> None:
        self._write(self.setup.site)

    def start(self) -> None:
        # Master and worker, as the Debian service and the haproxy ingress controllers run it: reloads need it.
        argv = [program("haproxy", "/usr/sbin/haproxy"), "-W", "-f", str(self.folder / "haproxy.cfg")]
        self.process = Process(argv, self.setup.placement, self.access_log_path())

    def prepare_change(self, site: Site, changed: str):
        kind, _, name = changed.partition(" ")
        self._wait_for_reload()
        if kind == "endpoint":
            return lambda: self._command(f"set server {name}/endpoint addr 127.0.0.1 port {site.backends[name]}")
        self._write(site, suffix=".new")

        def reload() -> None:
            for file in ("haproxy.cfg", "routes.map", "site.pem"):
                if (self.folder / f"{file}.new").exists():
                    os.rename(self.folder / f"{file}.new", self.folder / file)
            self._replaced = self._workers()
            os.kill(self.process.pid, signal.SIGUSR2)

        return reload

    def _wait_for_reload(self) -> None:
        """HAProxy drops a reload signal that comes while the last reload is not over, and a runtime command then still
        reaches the old worker: wait until there is one worker, and a new one."""
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            workers = self._workers()
            if len(workers) == 1 and not workers & self._replaced:
                return
            time.sleep(0.005)

    def _workers(self) -> set[int]:
        return set(cpu.process_tree(self.process.pid)[1:])

    def _command(self, text: str) -> None:
        """The runtime API: changes without a reload, as far as HAProxy knows them."""
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(self.folder / "admin.sock"))
            admin.sendall(text.encode() + b"\n")
            answer = admin.recv(4096).decode()
        if "no such" in answer.lower() or "unknown" in answer.lower():
            raise BenchError(f"haproxy refused '{text}': {answer.strip()}")

    def _write(self, site: Site, suffix: str = "") -> None:
        routes = "".join(f"{host.name}{path} {backend}\n" for host in site.hosts.values()
                         for path, backend in host.paths.items())
        (self.folder / f"routes.map{suffix}").write_text(routes)
        if site.certificate:
            (self.folder / f"site.pem{suffix}").write_text(site.certificate.text() + site.certificate.key_text())
        (self.folder / f"haproxy.cfg{suffix}").write_text(self._configuration(site))

    def _configuration(self, site: Site) -> str:
        frontends = self._frontend("plain", self.plain_port, "http")
        if site.certificate:
            frontends += self._frontend("secure", self.tls_port, "https")
        backends = "".join(f"backend {name}\n    server endpoint 127.0.0.1:{port} pool-max-conn 320 "
                           f"pool-purge-delay 3600s{' proto h2' if name in site.grpc else ''}\n"
                           for name, port in site.backends.items())
        return f"""# Written by bench/.
global
    nbthread {self.setup.workers}
    maxconn 8000
    stats socket {self.folder}/admin.sock mode 600 level admin expose-fd listeners
    ssl-default-bind-options ssl-min-ver TLSv1.3
    hard-stop-after 10s
{'    log stdout format raw local0' if self.setup.access_log else ''}
defaults
    mode http
    http-reuse always
    timeout connect 5s
    timeout client 3600s
    timeout server 3600s
    timeout http-keep-alive 3600s
    timeout http-request 60s
{frontends}{backends}"""

    def _frontend(self, name: str, port: int, scheme: str) -> str:
        ssl = f" ssl crt {self.folder}/site.pem alpn h2,http/1.1" if scheme == "https" else ""
        log = f"""    log global
    capture request header Referer len 64
    capture request header User-Agent len 64
    log-format {LOG_FORMAT}
""" if self.setup.access_log else ""
        return f"""frontend {name}
    bind 127.0.0.1:{port} backlog 4096{ssl}
{log}    http-request set-var(txn.req_id) uuid() unless {{ req.hdr(X-Request-ID) -m found }}
    http-request set-var(txn.req_id) req.hdr(X-Request-ID) if {{ req.hdr(X-Request-ID) -m found }}
    http-request set-header X-Request-ID %[var(txn.req_id)]
    http-request set-header X-Real-IP %[src]
    http-request set-header X-Original-Forwarded-For %[req.hdr(X-Forwarded-For)] if {{ req.hdr(X-Forwarded-For) -m found }}
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Host %[req.hdr(Host)]
    http-request set-header X-Forwarded-Port %[dst_port]
    http-request set-header X-Forwarded-Proto {scheme}
    http-request set-header X-Forwarded-Scheme {scheme}
    http-request set-header X-Scheme {scheme}
    http-request del-header Proxy
    use_backend %[base,map_beg({self.folder}/routes.map)]
"""
