"""The program under test: started with manifests in a folder of its own, on free ports."""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import urllib.parse

from prometheus_client.parser import text_string_to_metric_families

from .manifests import HOST, to_yaml
from .waiting import until

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("FAIRWAY_BINARY", str(ROOT / "build/release/app/fairway"))


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.text = body.decode("utf-8", "replace")


def request(port, path="/", host=HOST, method="GET", headers=None, body=None, timeout=10):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())
    finally:
        connection.close()


def run_command(*arguments, **options):
    """Runs `fairway ARGUMENTS` to its end; without a terminal, as in a script."""
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=30, **options)


class Fairway:
    """`fairway run -f FOLDER`, or another command that serves."""

    def __init__(self, folder, *flags, command=("run",), environment=None):
        self.folder = pathlib.Path(folder)
        source = ["-f", str(self.folder)] if command == ("run",) else []
        ports = ["--http-port", "0", "--https-port", "0", "--healthz-port", "0", "--healthz-host", "127.0.0.1",
                 "--admin-address", "127.0.0.1:0"]
        self.process = subprocess.Popen([BINARY, *command, *source, *ports, "--log-format", "json", *map(str, flags)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                        env={**os.environ, **(environment or {})})
        self.log = []        # parsed lines of standard error
        self.output = []     # lines of standard output: the access log
        self._readers = [threading.Thread(target=self._read_log), threading.Thread(target=self._read_output)]
        for reader in self._readers:
            reader.start()
        started = until(self._started_or_dead, 20, "the start of fairway")
        assert started is not True, f"fairway ended with {self.process.returncode}: {self.log}"
        self.http_port, self.https_port, self.health_port = (
            urllib.parse.urlsplit(started[key]).port for key in ("http", "https", "health"))
        self.admin_url = started["admin"]

    def _read_log(self):
        for line in self.process.stderr:
            try:
                self.log.append(json.loads(line))
            except ValueError:
                self.log.append({"event": "not json", "line": line})

    def _read_output(self):
        for line in self.process.stdout:
            self.output.append(line.rstrip("\n"))

    def _started_or_dead(self):
        dead = self.process.poll() is not None
        return next((entry for entry in self.events("started")), dead)

    def events(self, name):
        return [entry for entry in list(self.log) if entry.get("event") == name]

    # Manifests

    def write(self, name, content):
        """Writes a manifest as editors and ConfigMap volumes do: whole, by a rename."""
        target = self.folder / name
        temporary = target.with_name("." + name + ".tmp")
        temporary.write_text(to_yaml(content))
        temporary.rename(target)

    # Clients

    def get(self, path="/", **options):
        return request(self.http_port, path, **options)

    def health(self):
        return request(self.health_port, "/healthz", host="localhost")

    def metrics(self):
        """{name: [sample, ...]}, read by Prometheus' own parser."""
        samples = {}
        for family in text_string_to_metric_families(request(self.health_port, "/metrics", host="localhost").text):
            for sample in family.samples:
                samples.setdefault(sample.name, []).append(sample)
                # The parser adds OpenMetrics' suffix to counters without it; ingress-nginx's names have none.
                if family.type == "counter" and sample.name.endswith("_total"):
                    samples.setdefault(sample.name.removesuffix("_total"), []).append(sample)
        return samples

    def metric(self, name, /, **labels):
        """The sum of all samples that have these labels."""
        return sum(sample.value for sample in self.metrics().get(name, ())
                   if all(sample.labels.get(key) == value for key, value in labels.items()))

    def hits(self, requests, **options):
        """{name of the origin: answers}"""
        counts = {}
        for _ in range(requests):
            response = self.get(**options)
            assert response.status == 200, (response.status, response.text)
            name = re.fullmatch(r"You've hit (.*)\n", response.text).group(1)
            counts[name] = counts.get(name, 0) + 1
        return counts

    # End

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=20):
        return self.process.wait(timeout)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("fairway did not end on two signals")
        finally:
            for reader in self._readers:
                reader.join()
            self.process.stdout.close()
            self.process.stderr.close()
