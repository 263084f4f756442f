"""Clients that this project did not write: curl, a connection for each request, and wrk, which keeps its connections."""

import collections
import re
import signal
import subprocess
import threading

from support.waiting import until

HOST = "kubia.example.com"
Answer = collections.namedtuple("Answer", "status body error")


class Address:
    """A port of the cluster, as seen by clients outside of it."""

    def __init__(self, scheme, ip, port):
        self.scheme, self.ip, self.port = scheme, ip, port

    def curl(self, path="/", host=HOST, *options):
        """One request on a connection of its own; status 0 when there was no answer."""
        result = subprocess.run(
            ["curl", "--silent", "--show-error", "--insecure", "--max-time", "10", "--write-out", "\n%{http_code}",
             "--resolve", f"{host}:{self.port}:{self.ip}", *options, f"{self.scheme}://{host}:{self.port}{path}"],
            capture_output=True, text=True)
        body, _, status = result.stdout.rpartition("\n")
        return Answer(int(status), body, result.stderr.strip())

    def pods(self, requests=24, host=HOST):
        """Names of the pods that answered so many requests, all of which must be answered."""
        answers = [self.curl(host=host) for _ in range(requests)]
        assert all(answer.status == 200 for answer in answers), [answer for answer in answers if answer.status != 200]
        return {answer.body.split()[-1] for answer in answers}


class CurlLoop:
    """curl, again and again, each time on a new connection, until `stop`."""

    def __init__(self, address, path="/", options=()):
        self._address, self._path, self._options = address, path, options
        self._stop = threading.Event()
        self.answers = 0
        self.failures = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            answer = self._address.curl(self._path, HOST, *self._options)
            if answer.status == 200:
                self.answers += 1
            else:
                self.failures.append(answer)

    def stop(self):
        self._stop.set()
        self._thread.join()


class Wrk:
    """wrk on keep-alive connections until `stop`."""

    LONGEST_S = 600

    def __init__(self, address, connections=8, path="/"):
        self._process = subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", f"-d{self.LONGEST_S}s", "--timeout", "10s", "-H", f"Host: {HOST}",
             f"http://{address.ip}:{address.port}{path}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.answers = 0
        self.failures = []

    def stop(self):
        if self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGINT)
        text, _ = self._process.communicate(timeout=30)
        self.failures = re.findall(r"Socket errors:.*|Non-2xx.*|unable to.*", text)
        self.answers = int(re.search(r"(\d+) requests in", text).group(1))


class Load:
    """New connections over HTTP and HTTPS, and kept ones over HTTP, all at once."""

    def __init__(self, http, https):
        self._curls = [CurlLoop(http), CurlLoop(https)]
        self._wrk = Wrk(http)
        self.go_on(10)

    def go_on(self, requests=50, seconds=60):
        """Waits until so many more connections were made in each way."""
        wanted = [loop.answers + len(loop.failures) + requests for loop in self._curls]
        until(lambda: all(loop.answers + len(loop.failures) >= count for loop, count in zip(self._curls, wanted)),
              seconds, f"{requests} more requests")

    def failures(self):
        """Those of connections of their own, so far; wrk tells at the end."""
        return [failure for loop in self._curls for failure in loop.failures]

    def stop(self):
        for client in (*self._curls, self._wrk):
            client.stop()

    def assert_none_failed(self):
        self.stop()
        failed = self.failures() + self._wrk.failures
        answers = [client.answers for client in (*self._curls, self._wrk)]
        assert not failed, (f"{len(failed)} failures beside {answers} answers", failed[:10])
        assert all(answers), answers
