"""A client that asks again and again which origin answers, to see a change of configuration the moment it is live."""

import re
import socket
import time

from harness.process import BenchError


class Probe:
    """One keep-alive connection, opened again when the server closes it."""

    def __init__(self, port: int):
        self.port = port
        self._socket: socket.socket | None = None

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def origin(self, host: str, path: str) -> str | None:
        """The name of the origin that answered, or None when none did."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=5)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            head, body = self._read_head()
        except OSError:
            self.close()
            return None
        length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        while length and len(body) < int(length[1]):
            body += self._socket.recv(65536)
        name = re.search(rb"\r\nx-origin: (\w+)", head, re.IGNORECASE)
        if not length or re.search(rb"\r\nconnection: close", head, re.IGNORECASE):
            self.close()
        return name[1].decode() if name else None

    def _read_head(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionResetError
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        return head, body

    def seconds_until(self, name: str, host: str, path: str, limit: float) -> float:
        """Seconds from now until the origin `name` answers."""
        start = time.perf_counter()
        while self.origin(host, path) != name:
            if time.perf_counter() - start > limit:
                raise BenchError(f"after {limit:g} s {host}{path} on port {self.port} is not answered by origin {name}")
        return time.perf_counter() - start
