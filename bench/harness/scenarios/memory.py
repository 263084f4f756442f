"""Memory that one more idle keep-alive connection costs, plain, over TLS, and of HTTP/2."""

import contextlib
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator

from harness.context import Context
from harness.metrics import Budget, Metric
from harness.process import BenchError
from harness.servers.base import Server
from harness.site import PLAIN_HOST, SECURE_HOST, small_site

WARM_UP_CONNECTIONS = 300
SETTLE_SECONDS = 2  # what idle connections keep is asked, not what the last request left


def idle_memory(context: Context) -> list[Metric]:
    """Growth of a server's memory by connections that each made a request and then stay silent.

    One round on servers that were just started: memory once taken is rarely given back, so a second would see less.
    """
    count = 1000 if context.quick else 6000
    metrics = []
    for tls, limit in ((False, 2.0), (True, 16.0)):
        kind = "tls" if tls else "plain"
        metric = Metric(f"idle-memory-{kind}", f"memory per idle keep-alive connection, {kind}", "KiB",
                        budget=Budget(absolute=limit))
        # The floor would count a second connection for every client, which is not what is asked.
        with context.servers(small_site(context.origin_port, context.certificate), floor=False) as servers:
            for server in servers:
                value = kib_per_connection(context, server, tls, count)
                metric.add(server.name, value)
                metric.commands[server.name] = server.command_line()
                context.say(f"  idle-memory {kind} {server.name}: {value:.2f} KiB per connection")
        metrics.append(metric)
    return [*metrics, http2_idle_memory(context)]


def http2_idle_memory(context: Context) -> Metric:
    """The same for connections of HTTP/2 over TLS; the budget is nginx's."""
    count = 300 if context.quick else 1000
    metric = Metric("idle-memory-h2", "memory per idle HTTP/2 connection over TLS", "KiB",
                    budget=Budget(of_best=1.0, peers=("nginx", "nginx-tuned")))
    with context.servers(small_site(context.origin_port, context.certificate), floor=False) as servers:
        for server in servers:
            with idle_http2_connections(server, 100):
                before = server.rss_bytes()
                with idle_http2_connections(server, count):
                    value = (server.rss_bytes() - before) / count / 1024
            metric.add(server.name, value)
            metric.commands[server.name] = server.command_line()
            context.say(f"  idle-memory h2 {server.name}: {value:.2f} KiB per connection")
    return metric


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """RFC 9113 section 4.1."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


@contextlib.contextmanager
def idle_http2_connections(server: Server, count: int) -> Iterator[None]:
    """`count` open connections whose one request, GET / of SECURE_HOST, has been answered."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    # HPACK (RFC 7541): :method GET, :scheme https and :path / by index, :authority as a literal.
    head = b"\x82\x87\x84\x41" + bytes([len(SECURE_HOST)]) + SECURE_HOST.encode()
    request = (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(4, 1, 0, b"") +
               frame(1, 0x5, 1, head))
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            plain = socket.create_connection(("127.0.0.1", server.tls_port), timeout=10)
            connection = stack.enter_context(context.wrap_socket(plain, server_hostname=SECURE_HOST))
            connection.sendall(request)
            received = b""
            while b"\x00\x01\x00\x00\x00\x01" not in received:  # a DATA frame with END_STREAM on stream 1
                data = connection.recv(65536)
                if not data:
                    raise BenchError(f"{server.name} closed an HTTP/2 connection")
                received += data
        time.sleep(SETTLE_SECONDS)
        yield


def kib_per_connection(context: Context, server: Server, tls: bool, count: int) -> float:
    with idle_connections(context, server, tls, WARM_UP_CONNECTIONS):
        before = server.rss_bytes()
        with idle_connections(context, server, tls, count):
            return (server.rss_bytes() - before) / count / 1024


@contextlib.contextmanager
def idle_connections(context: Context, server: Server, tls: bool, count: int) -> Iterator[None]:
    """`count` open connections that have made a request each and wait."""
    port, host = (server.tls_port, SECURE_HOST) if tls else (server.plain_port, PLAIN_HOST)
    argv = context.load.loader_argv("idle", port, host, tls=tls, connections=count)
    with context.load.start(argv, stdin=subprocess.PIPE) as loader:
        line = loader.stdout.readline()
        if not line or json.loads(line)["closed_by_server"]:
            raise BenchError(f"{server.name} did not keep {count} idle connections: {line or 'the loader failed'}")
        yield
        loader.stdin.close()
