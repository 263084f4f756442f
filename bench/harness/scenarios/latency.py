"""Latency at a fixed rate well below what any of the servers can do, counted from when each request was due."""

from harness.context import Context
from harness.metrics import Budget, Metric
from harness.servers.base import Server
from harness.site import PLAIN_HOST, small_site

RATE = 4000


def latency(context: Context) -> list[Metric]:
    quantiles = {
        "p50_us": Metric(f"latency-{RATE}rps-p50", f"p50 latency at {RATE} requests/s", "µs", budget=Budget(of_best=1.0)),
        "p99_us": Metric(f"latency-{RATE}rps-p99", f"p99 latency at {RATE} requests/s", "µs", budget=Budget(of_best=1.0)),
    }

    def measure(server: Server) -> None:
        result = context.load.loader("rate", server.plain_port, PLAIN_HOST, seconds=context.seconds + 1, rate=RATE,
                                     connections=64)
        for key, metric in quantiles.items():
            metric.add(server.name, result[key], result["failures"] + result["unsent"])
            metric.commands[server.name] = f"{server.command_line()}  <-  {result['command']}"
        context.say(f"  latency {server.name}: p50 {result['p50_us']} µs, p99 {result['p99_us']} µs")

    with context.servers(small_site(context.origin_port, context.certificate)) as servers:
        context.interleave(servers, measure)
    return list(quantiles.values())
