"""CPU time for forwarding: requests with small answers, large bodies both ways, and TLS handshakes."""

from dataclasses import dataclass, field

from harness.context import Context
from harness.metrics import Budget, Metric
from harness.servers.base import Server
from harness.site import PLAIN_HOST, SECURE_HOST, annotated_site, grpc_site, small_site

MEGABYTE = 1_000_000
WARM_UP_SECONDS = 1


@dataclass
class Forwarding:
    """A closed loop against one host. `counts` is what the CPU time is divided by, or what it is divided into."""

    title: str
    budget: Budget
    counts: str  # "requests", "handshakes" or "bytes"
    tls: bool = False
    access_log: bool = False
    path: str = "/"
    connections: int = 32
    mode: str = "wrk"  # or "h2load", "grpc", or a mode of bench-loader
    streams: int = 1   # at a time on each connection; h2load only
    annotated: bool = False
    only: tuple[str, ...] = ()  # servers; empty: all
    loader_options: dict = field(default_factory=dict)
    bytes_each: int = 0


FORWARDING = {
    "plain-1k": Forwarding("HTTP/1 keep-alive, 1 KB answers", Budget(of_best=0.75, of_floor=1.4), "requests"),
    "plain-1k-log": Forwarding("same, access log to a file", Budget(of_best=0.75), "requests", access_log=True),
    "annotated-1k": Forwarding("same with the most used annotations", Budget(of_best=0.75, peers=("nginx", "nginx-tuned")),
                               "requests", path="/app/", annotated=True, only=("nginx", "nginx-tuned", "fairway")),
    "tls-1k": Forwarding("same over TLS 1.3", Budget(of_best=0.85), "requests", tls=True),
    "h2": Forwarding("HTTP/2 over TLS, 10 connections with 32 streams each, to HTTP/1", Budget(of_best=0.85),
                            "requests", tls=True, connections=10, mode="h2load", streams=32),
    "grpc-unary": Forwarding("unary gRPC over TLS, 10 connections with 32 streams each, to gRPC in the clear",
                             Budget(of_best=0.85), "requests", tls=True, path="/test.Calls/Unary", connections=10,
                             mode="grpc", streams=32),
    "tls-handshake": Forwarding("full TLS 1.3 handshakes, ECDSA P-256",
                                Budget(of_best=1.0, peers=("nginx", "nginx-tuned")), "handshakes", tls=True,
                                connections=16, mode="handshakes"),
    "body-64k": Forwarding("64 KB answers", Budget(of_best=1.2), "bytes", path="/64k", connections=16,
                           bytes_each=64 * 1024),
    "body-1m": Forwarding("1 MB answers", Budget(of_best=1.05), "bytes", path="/1m", connections=8,
                          bytes_each=1024 * 1024),
    "upload-1m": Forwarding("1 MB uploads", Budget(of_best=1.1), "bytes", path="/upload", connections=8,
                            mode="closed", loader_options={"upload": 1024 * 1024}, bytes_each=1024 * 1024),
}


def forward(name: str, context: Context) -> list[Metric]:
    """Runs one row of FORWARDING for every server, interleaved."""
    plan = FORWARDING[name]
    per_byte = plan.counts == "bytes"
    unit = "MB per CPU second" if per_byte else f"µs of CPU per {plan.counts.removesuffix('s')}"
    metric = Metric(name, plan.title, unit, higher_is_better=per_byte, budget=plan.budget)

    def measure(server: Server) -> None:
        before = server.cpu_seconds()
        result = load(context, plan, server, context.seconds)
        used = server.cpu_seconds() - before
        done = result[plan.counts if not per_byte else "requests"]
        value = done * plan.bytes_each / MEGABYTE / used if per_byte else used / max(done, 1) * 1e6
        metric.add(server.name, value, sum(result.get(key, 0) for key in ("not_ok", "lost", "refused", "failed")))
        metric.commands[server.name] = f"{server.command_line()}  <-  {result['command']}"
        context.say(f"  {name} {server.name}: {value:.2f} {unit}, {done / context.seconds:.0f}/s")

    # The floor writes no log, knows no HTTP/2, and opens a connection to the origin for every handshake, as no proxy does.
    has_floor = not plan.access_log and plan.mode not in ("handshakes", "h2load", "grpc")
    if plan.mode == "grpc":
        site = grpc_site(context.origin_port, context.grpc_port, context.certificate)
    else:
        site = (annotated_site if plan.annotated else small_site)(context.origin_port, context.certificate)
    with context.servers(site, access_log=plan.access_log, floor=has_floor, only=plan.only) as servers:
        for server in servers:
            load(context, plan, server, WARM_UP_SECONDS)
        context.interleave(servers, measure)
    return [metric]


def load(context: Context, plan: Forwarding, server: Server, seconds: float) -> dict:
    host = SECURE_HOST if plan.tls else PLAIN_HOST
    port = server.tls_port if plan.tls else server.plain_port
    if plan.mode in ("h2load", "grpc"):
        return context.load.h2load(port, host, path=plan.path, connections=plan.connections, streams=plan.streams,
                                   seconds=max(1, round(seconds)), grpc=plan.mode == "grpc")
    if plan.mode == "wrk":
        # wrk takes whole seconds only.
        return context.load.wrk(port, host, tls=plan.tls, path=plan.path, connections=plan.connections,
                                seconds=max(1, round(seconds)))
    return context.load.loader(plan.mode, port, host, tls=plan.tls, seconds=seconds, path=plan.path,
                               connections=plan.connections, **plan.loader_options)
