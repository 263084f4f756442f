"""An origin in a thread of the test, whose answers the test writes byte by byte, and which remembers what it was asked."""

import itertools
import socket
import threading
import time


class SeenRequest:
    def __init__(self, head, body, connection):
        request_line, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = request_line.split(" ")
        self.headers = [(name.strip(), value.strip()) for name, value in (line.split(":", 1) for line in lines if line)]
        self.body = body
        self.connection = connection  # number of the connection it came on

    def all(self, name):
        """The values of all fields of this name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None


def response(status=200, body=b"", **fields):
    """A response with Content-Length; names of fields are written with '_' for '-', and may have a list of values."""
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}"]
    for name, values in fields.items():
        lines += [f"{name.replace('_', '-')}: {value}" for value in (values if isinstance(values, list) else [values])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class ScriptedOrigin:
    """`answer`: bytes, or a function of a SeenRequest that gives bytes, an iterable of bytes and pauses (float seconds), or
    None for a closed connection."""

    def __init__(self, answer=response(200, "ok")):
        self.answer = answer
        self.requests = []
        self._numbers = itertools.count(1)
        self._connections = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection, next(self._numbers)), daemon=True).start()

    def _serve(self, connection, number):
        try:
            with connection, connection.makefile("rb") as reader:
                while (request := self._read(reader, number)) is not None:
                    self.requests.append(request)
                    answer = self.answer(request) if callable(self.answer) else self.answer
                    if answer is None:
                        return
                    for part in [answer] if isinstance(answer, bytes) else answer:
                        time.sleep(part) if isinstance(part, (int, float)) else connection.sendall(part)
                    if b"\r\nconnection: close" in (answer.lower() if isinstance(answer, bytes) else b""):
                        return
        except (OSError, ValueError):
            pass  # the other side has gone
        finally:
            self._connections.discard(connection)

    @staticmethod
    def _read(reader, number):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline()
            if not line:
                return None
            head += line
        request = SeenRequest(head[:-4], b"", number)
        if (request.get("Transfer-Encoding") or "").lower() == "chunked":
            while size := int(reader.readline().split(b";")[0], 16):
                request.body += reader.read(size)
                reader.readline()
            reader.readline()
        else:
            request.body = reader.read(int(request.get("Content-Length") or 0))
        return request

    def close(self):
        if self._listener.fileno() < 0:
            return  # closed already
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
