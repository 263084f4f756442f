"""Memory that one more idle keep-alive connection costs, plain and over TLS."""

import contextlib
import json
import subprocess
from collections.abc import Iterator

from harness.context import Context
from harness.metrics import Budget, Metric
from harness.process import BenchError
from harness.servers.base import Server
from harness.site import PLAIN_HOST, SECURE_HOST, small_site

WARM_UP_CONNECTIONS = 300


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
    return metrics


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
