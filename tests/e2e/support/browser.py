"""Chromium without a window, steered by its DevTools protocol."""

import itertools
import json
import os
import shutil
import signal
import subprocess

from websockets.sync.client import connect

PROGRAM = next((path for name in ("chromium-headless-shell", "chromium") if (path := shutil.which(name))), None)


class Browser:
    """Resolves every host to 127.0.0.1 and takes any certificate."""

    def __init__(self, profile):
        self._process = subprocess.Popen(
            [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--ignore-certificate-errors", "--host-resolver-rules=MAP * 127.0.0.1",
             "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True)
        for line in self._process.stderr:
            if line.startswith("DevTools listening on "):
                address = line.split()[-1]
                break
        else:
            raise AssertionError(f"{PROGRAM} did not start")
        self._socket = connect(address, max_size=None, compression=None)
        self._numbers = itertools.count(1)
        self._events = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Page"):
            self._call(f"{domain}.enable")

    def open(self, url, timeout=60):
        """Loads a page with everything on it. Returns its responses as the DevTools describe them, by URL."""
        self._events.clear()
        self._call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._receive(timeout)
        return {event["params"]["response"]["url"]: event["params"]["response"]
                for event in self._events if event["method"] == "Network.responseReceived"}

    def evaluate(self, expression):
        """The value of an expression; of a promise, what it resolves to."""
        return self._call("Runtime.evaluate", expression=expression, awaitPromise=True)["result"].get("value")

    def close(self):
        self._socket.close()
        os.killpg(self._process.pid, signal.SIGKILL)  # Debian starts the browser from a script, which alone would end
        self._process.wait()
        self._process.stderr.close()

    def _call(self, method, **parameters):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if hasattr(self, "_session"):
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while (answer := self._receive()).get("id") != number:
            pass
        assert "result" in answer, answer
        return answer["result"]

    def _receive(self, timeout=30):
        message = json.loads(self._socket.recv(timeout=timeout))
        if "method" in message:
            self._events.append(message)
        return message
