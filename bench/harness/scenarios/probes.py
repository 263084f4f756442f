"""What probing the readiness of many Pods costs: CPU time of the whole process, and its memory."""

import re
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from harness.context import Context
from harness.cpu import cpu_seconds, rss_bytes
from harness.metrics import FAIRWAY, Budget, Metric
from harness.process import BenchError, Process, free_port, shown, wait_until

# Takes every connection and lets go of it, as an application behind a tcpSocket probe does.
LISTENER = """
import socket, sys
listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
print("port", listener.getsockname()[1], flush=True)
while True:
    listener.accept()[0].close()
"""

PODS_PER_SERVICE = 10
PERIOD_SECONDS = 10


def probes(context: Context) -> list[Metric]:
    """2,000 Services of 10 Pods each, every Pod with a tcpSocket probe every 10 s, in a steady state without requests."""
    services, seconds = (200, 10) if context.quick else (2000, 30)
    name = f"{services} Services × {PODS_PER_SERVICE} Pods, tcpSocket probe every {PERIOD_SECONDS} s"
    cpu = Metric("probes-cpu", f"{name}: CPU", "% of one core", budget=Budget(absolute=15))
    memory = Metric("probes-memory", f"{name}: memory", "MiB")
    if FAIRWAY not in context.names:
        return []
    with tempfile.TemporaryDirectory(dir=context.folder) as folder:
        listener = Process([sys.executable, "-c", LISTENER], context.load_place, Path(folder) / "listener.log",
                           prints_port=True)
        try:
            measure(context, Path(folder), listener.port, services, seconds, cpu, memory)
        finally:
            listener.stop()
    return [cpu, memory]


def measure(context: Context, folder: Path, port: int, services: int, seconds: float, cpu: Metric,
            memory: Metric) -> None:
    manifests = folder / "manifests"
    manifests.mkdir()
    for number in range(services):
        (manifests / f"service-{number}.yaml").write_text(manifest(number, port))
    health = free_port()
    argv = [context.fairway, "run", "-f", str(manifests), "--workers", str(context.workers),
            "--http-port", str(free_port()), "--https-port", str(free_port()), "--healthz-port", str(health),
            "--log-level", "warn"]
    server = Process(argv, context.server_place, folder / "fairway.log")
    try:
        pods = services * PODS_PER_SERVICE
        # Twice each: from then on every probe keeps its period.
        wait_until(f"two probes of each of {pods} Pods", lambda: probes_done(server, health) >= 2 * pods, 120, every=2)
        for _ in range(1 if context.quick else 3):
            done, used, start = probes_done(server, health), cpu_seconds(server.pid), time.monotonic()
            time.sleep(seconds)
            elapsed, used = time.monotonic() - start, cpu_seconds(server.pid) - used
            rate = (probes_done(server, health) - done) / elapsed
            if not 0.9 < rate / (pods / PERIOD_SECONDS) < 1.1:
                raise BenchError(f"{rate:.0f} probes a second instead of {pods / PERIOD_SECONDS:.0f}")
            cpu.add(FAIRWAY, 100 * used / elapsed)
            memory.add(FAIRWAY, rss_bytes(server.pid) / 2**20)
            context.say(f"  probes: {rate:.0f} a second, {100 * used / elapsed:.1f} % CPU, "
                        f"{rss_bytes(server.pid) / 2**20:.0f} MiB")
    finally:
        server.stop()
    cpu.commands[FAIRWAY] = memory.commands[FAIRWAY] = shown(argv)


def probes_done(server: Process, health_port: int) -> int:
    """Readiness probes that Fairway has run so far, by its own count; 0 while it starts."""
    server.check_alive()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{health_port}/metrics", timeout=30) as page:
            found = re.search(r'^prober_probe_duration_seconds_count\{probe_type="Readiness"\} (\d+)',
                              page.read().decode(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def manifest(number: int, port: int) -> str:
    """A Service behind a host of its own, and its Pods, each with a loopback address of its own."""
    parts = [f"""apiVersion: v1
kind: Service
metadata: {{name: s{number}, namespace: bench}}
spec: {{selector: {{app: s{number}}}, ports: [{{port: 80, targetPort: {port}}}]}}
""", f"""apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: s{number}, namespace: bench}}
spec:
  rules:
  - host: s{number}.bench.test
    http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: s{number}, port: {{number: 80}}}}}}}}]}}
"""]
    for pod in range(number * PODS_PER_SERVICE, (number + 1) * PODS_PER_SERVICE):
        parts.append(f"""apiVersion: v1
kind: Pod
metadata: {{name: p{pod}, namespace: bench, labels: {{app: s{number}}}}}
spec:
  containers:
  - name: web
    ports: [{{containerPort: {port}}}]
    readinessProbe: {{tcpSocket: {{port: {port}}}, periodSeconds: {PERIOD_SECONDS}}}
status: {{podIP: 127.{1 + (pod >> 16)}.{pod >> 8 & 255}.{pod & 255}}}
""")
    return "---\n".join(parts)
