"""Load by clients that this project did not write: wrk and h2load (in its HTTP/1.1 mode)."""

import http.client
import re
import shutil
import subprocess
import threading

from .manifests import HOST


def _start(command):
    assert shutil.which(command[0]), f"no {command[0]}; install it: scripts/install-deps test"
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Wrk:
    """Keep-alive HTTP until the time is over. Opens and closes one connection more at its start, to see whether it can."""

    def __init__(self, port, seconds, connections=4, path="/", host=HOST):
        self._process = _start(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s",
                                "-H", f"Host: {host}", f"http://127.0.0.1:{port}{path}"])

    def running(self):
        return self._process.poll() is None

    def failures(self):
        """Waits for the end. (requests, what went wrong as text or '')"""
        text, _ = self._process.communicate(timeout=120)
        assert self._process.returncode == 0, text
        requests = int(re.search(r"(\d+) requests in", text).group(1))
        return requests, " ".join(re.findall(r"Socket errors:.*|Non-2xx.*", text))


class H2load:
    """HTTP/1.1 over TLS, keep-alive, until the time is over, with the host as SNI and Host."""

    def __init__(self, port, seconds, connections=4, path="/", host=HOST):
        self._process = _start(["h2load", "--h1", "-t1", f"-c{connections}", f"--duration={seconds}",
                                f"--connect-to=127.0.0.1:{port}", f"https://{host}:{port}{path}"])

    def running(self):
        return self._process.poll() is None

    def failures(self):
        text, _ = self._process.communicate(timeout=120)
        assert self._process.returncode == 0, text
        counts = re.search(r"requests: (\d+) total, (\d+) started, (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", text)
        total, _, done, succeeded, failed, errored, timeout = map(int, counts.groups())
        status = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
        bad_status = sum(int(status.group(i)) for i in (2, 3, 4))
        wrong = failed or errored or timeout or bad_status
        return succeeded, text if wrong else ""


class SteadyLoad:
    """Clients that ask one request after the other on keep-alive connections until they are stopped."""

    def __init__(self, port, clients=2, path="/", host=HOST):
        self._target = (port, path, host)
        self._stop = threading.Event()
        self.answers = 0        # with status 200; clients count under a lock of their own
        self.failures = []
        self._lock = threading.Lock()
        self._clients = [threading.Thread(target=self._ask) for _ in range(clients)]
        for client in self._clients:
            client.start()

    def _ask(self):
        port, path, host = self._target
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while not self._stop.is_set():
            try:
                connection.request("GET", path, headers={"Host": host})
                response = connection.getresponse()
                body = response.read()
                failure = "" if response.status == 200 else f"{response.status} {body[:80]!r}"
            except (OSError, http.client.HTTPException) as error:
                failure = repr(error)
                connection.close()
            with self._lock:
                if failure:
                    self.failures.append(failure)
                else:
                    self.answers += 1
        connection.close()

    def stop(self):
        self._stop.set()
        for client in self._clients:
            client.join()
