"""gRPC servers that stand behind Fairway in the place of pods."""

import pathlib
import subprocess
import sys
import threading

SCRIPT = pathlib.Path(__file__).with_name("grpc_server.py")


class GrpcServer:
    """Runs grpc_server.py. `port` stays the same over kill() and start()."""

    def __init__(self, *certificate_and_key):
        self.port = 0
        self._files = certificate_and_key
        self.start()

    def start(self):
        self._process = subprocess.Popen([sys.executable, SCRIPT, str(self.port), *self._files], stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())
        self.lines = []  # what it has seen, see grpc_server.py
        self._reader = threading.Thread(target=lambda lines=self.lines, out=self._process.stdout: lines.extend(iter(out.readline, "")))
        self._reader.start()

    def kill(self):
        if self._process:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process.stdout.close()
            self._process = None
