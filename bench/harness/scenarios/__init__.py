"""The scenarios by the name that --only takes. Each is a function from a Context to the metrics it measured."""

from functools import partial

from harness.scenarios.changes import change_loss
from harness.scenarios.forwarding import FORWARDING, forward
from harness.scenarios.hosts import many_hosts_scenario
from harness.scenarios.latency import latency
from harness.scenarios.memory import idle_memory
from harness.scenarios.probes import probes

SCENARIOS = {name: partial(forward, name) for name in FORWARDING} | {
    "latency-4000rps": latency,
    "idle-memory": idle_memory,
    "hosts-5000": many_hosts_scenario,
    "change-loss": change_loss,
    "probes": probes,
}
