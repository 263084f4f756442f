"""5,000 hosts with two paths each: start-up, memory, cost of a request, and how soon one change is live."""

import statistics
import tempfile
from pathlib import Path

from harness.context import Context, wait_ready
from harness.metrics import FLOOR, Budget, Metric
from harness.probe import Probe
from harness.servers.base import Server, Setup
from harness.site import Site, backend_of_b, many_hosts, numbered_host

HOSTS = 5000
STARTS = 3
ONE_PEER_EACH = ("nginx", "haproxy", "fairway")


def many_hosts_scenario(context: Context) -> list[Metric]:
    count = 500 if context.quick else HOSTS
    prefix = f"hosts-{count}"
    title = f"{count} hosts × 2 paths: "
    metrics = {
        "start": Metric(f"{prefix}-start", title + "start-up", "s", budget=Budget(absolute=1.0)),
        "memory": Metric(f"{prefix}-memory", title + "memory", "MB", budget=Budget(absolute=60)),
        "request": Metric(f"{prefix}-request", title + "cost of a request", "µs of CPU per request"),
        "spread": Metric(f"{prefix}-spread", title + "cost of a request to any host, over that of one host", "×",
                         budget=Budget(absolute=1.05)),
        "endpoint": Metric(f"{prefix}-endpoint-change", title + "one endpoint change until live", "ms",
                           budget=Budget(absolute=5)),
        "ingress": Metric(f"{prefix}-ingress-change", title + "one Ingress change until live", "ms",
                          budget=Budget(absolute=20)),
    }
    # Only while it is measured does a server run: the others' memory and reloads would disturb it.
    for name in context.names:
        if name == FLOOR or name not in ONE_PEER_EACH:
            continue
        with tempfile.TemporaryDirectory(dir=context.folder) as folder:
            measure_server(context, name, Path(folder), count, metrics)
    return list(metrics.values())


def measure_server(context: Context, name: str, folder: Path, count: int, metrics: dict[str, Metric]) -> None:
    site = many_hosts(count, context.origin_port, context.other_origin_port)
    server = context.make(name, Setup(folder, context.server_place, site, context.workers, tools=context.tools))
    server.configure()
    for start in range(STARTS):
        server.start()
        try:
            metrics["start"].add(name, wait_ready(server))
            metrics["memory"].add(name, server.rss_bytes() / 1e6)
            if start + 1 == STARTS:
                measure_requests(context, server, count, metrics)
                measure_changes(context, server, site, count, metrics)
        finally:
            server.stop()
    for metric in metrics.values():
        metric.commands[name] = server.command_line()
        context.say(f"  {metric.name} {name}: {metric.median(name):.3g} {metric.unit}")


def measure_requests(context: Context, server: Server, count: int, metrics: dict[str, Metric]) -> None:
    """CPU per request when every request goes to another host, next to the same load on one host."""
    context.load.loader("closed", server.plain_port, numbered_host("{}"), seconds=1, host_count=count, path="/a")
    for _ in range(context.rounds):
        cost = {}
        for hosts in (count, 1):
            before = server.cpu_seconds()
            result = context.load.loader("closed", server.plain_port, numbered_host("{}"), seconds=context.seconds,
                                         host_count=hosts, path="/a", connections=32)
            cost[hosts] = (server.cpu_seconds() - before) / max(result["requests"], 1) * 1e6
            problems = result["lost"] + result["not_ok"] + result["refused"]
            if hosts == count:
                metrics["request"].add(server.name, cost[hosts], problems)
        metrics["spread"].add(server.name, cost[count] / cost[1])


def measure_changes(context: Context, server: Server, site: Site, count: int, metrics: dict[str, Metric]) -> None:
    """Moves an endpoint, then a path, from one origin to the other and back, a few times."""
    changes = 4 if context.quick else 10
    ports = {"A": context.origin_port, "B": context.other_origin_port}
    moved = site.copy()
    probe = Probe(server.plain_port)

    def live_after(apply, origin: str, host: str, path: str) -> float:
        probe.origin(host, path)
        apply()
        return probe.seconds_until(origin, host, path, 60) * 1000

    host = numbered_host(count // 2)
    times: dict[str, list[float]] = {"endpoint": [], "ingress": []}
    for number in range(changes):
        origin = "BA"[number % 2]
        moved.backends["moving"] = ports[origin]
        change = server.prepare_change(moved, "endpoint moving")
        times["endpoint"].append(live_after(change, origin, "moving.bench.test", "/"))
        moved.hosts[host].paths["/b"] = "other" if origin == "B" else backend_of_b(count // 2)
        change = server.prepare_change(moved, f"host {host}")
        times["ingress"].append(live_after(change, origin, host, "/b"))
    probe.close()
    for kind, values in times.items():
        metrics[kind].add(server.name, statistics.median(values))
