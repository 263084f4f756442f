"""Origins: processes that stand behind Fairway in the place of pods."""

import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).with_name("origin_server.py")


class Origin:
    """Runs origin_server.py. `port` stays the same over kill() and start()."""

    def __init__(self, name, port=0, address="127.0.0.1"):
        self.name = name
        self.port = port
        self._address = address
        self._process = None
        self.start()

    def start(self):
        self._process = subprocess.Popen([sys.executable, SCRIPT, self.name, str(self.port), self._address], stdout=subprocess.PIPE, text=True)
        self.port = int(self._process.stdout.readline())

    def kill(self):
        """As kill -9 does it: no connection is closed properly by the program."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None
