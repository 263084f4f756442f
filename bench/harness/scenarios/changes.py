"""Requests lost and connections cut while the configuration changes a hundred times under load."""

import json
import subprocess
import time

from harness.context import Context
from harness.metrics import Budget, Metric
from harness.probe import Probe
from harness.process import BenchError
from harness.servers.base import Server
from harness.site import PLAIN_HOST, SECURE_HOST, Host, Site, make_certificate, small_site

CHANGES = 100
PAUSE_SECONDS = 0.1
CHANGING_HOST = "changing.bench.test"


def change_loss(context: Context) -> list[Metric]:
    """Endpoints moved, paths added and removed, certificates replaced, while clients use plain and TLS connections."""
    count = 20 if context.quick else CHANGES
    metric = Metric("change-loss", f"requests lost and connections cut in {count} configuration changes", "in all",
                    budget=Budget(absolute=0))
    certificates = [context.certificate, make_certificate(context.folder, "second")]
    site = small_site(context.origin_port, context.certificate)
    site.hosts[CHANGING_HOST] = Host(CHANGING_HOST, {"/": "origin"})
    with context.servers(site, floor=False, only=("nginx", "haproxy", "fairway")) as servers:
        for server in servers:
            loads = [start_load(context, server, tls, count) for tls in (False, True)]
            state = site.copy()
            start = time.monotonic()
            for number in range(count):
                time.sleep(max(0.0, start + (number + 1) * PAUSE_SECONDS - time.monotonic()))
                server.prepare_change(state, next_change(context, state, certificates, number))()
            results = [finish(load) for load in loads]
            not_live = wait_for_last_change(server, state)
            if not_live:
                context.say(f"  change-loss {server.name}: {not_live}")
            # A lost request is a cut connection too: closed_by_server counts it already.
            bad = sum(result[key] for result in results for key in ("not_ok", "refused", "closed_by_server"))
            metric.add(server.name, bad, problems=1 if not_live else 0)
            metric.commands[server.name] = server.command_line()
            context.say(f"  change-loss {server.name}: {results}")
    return [metric]


def next_change(context: Context, state: Site, certificates: list, number: int) -> str:
    """Changes the site in one of three ways, in turn, and names what changed as Server.prepare_change() takes it."""
    turn, step = divmod(number, 3)
    if step == 0:
        state.backends["origin"] = (context.other_origin_port, context.origin_port)[turn % 2]
        return "endpoint origin"
    if step == 1:
        state.hosts[CHANGING_HOST].paths = {"/": "origin"} | ({"/added": "origin"} if turn % 2 == 0 else {})
        return f"host {CHANGING_HOST}"
    state.certificate = certificates[(turn + 1) % 2]
    return "certificate"


def start_load(context: Context, server: Server, tls: bool, changes: int) -> subprocess.Popen:
    """Clients that load for as long as the changes last and a second more, so that the last one has its effect."""
    port, host = (server.tls_port, SECURE_HOST) if tls else (server.plain_port, PLAIN_HOST)
    seconds = changes * PAUSE_SECONDS + 1
    argv = context.load.loader_argv("closed", port, host, tls=tls, seconds=seconds, connections=16)
    return context.load.start(argv)


def finish(load: subprocess.Popen) -> dict:
    output, _ = load.communicate(timeout=120)
    if load.returncode != 0:
        raise BenchError(f"{' '.join(load.args)} ended with {load.returncode}")
    return json.loads(output)


def wait_for_last_change(server: Server, state: Site) -> str | None:
    """What is wrong when the last endpoint change does not come alive: who changes nothing loses nothing."""
    probe = Probe(server.plain_port)
    wanted = "A" if state.backends["origin"] == server.setup.site.backends["origin"] else "B"
    try:
        probe.seconds_until(wanted, PLAIN_HOST, "/", 10)
        return None
    except BenchError as error:
        return str(error)
    finally:
        probe.close()
