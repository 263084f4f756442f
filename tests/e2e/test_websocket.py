"""Upgrade: a WebSocket client and server that know nothing of a proxy."""

import threading

import pytest
import websockets.sync.client
import websockets.sync.server

from support.manifests import HOST, endpoints, ingress, service


class EchoServer:
    """Answers each message with itself, and notes the headers of the handshake."""

    def __init__(self):
        self.headers = None
        self._server = websockets.sync.server.serve(self._echo, "127.0.0.1", 0)
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _echo(self, connection):
        self.headers = connection.request.headers
        for message in connection:
            connection.send(message)

    def close(self):
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def echo():
    server = EchoServer()
    yield server
    server.close()


def connect(fairway):
    return websockets.sync.client.connect(f"ws://{HOST}:{fairway.http_port}/chat", proxy=None,
                                          sock=__import__("socket").create_connection(("127.0.0.1", fairway.http_port)), open_timeout=10)


def test_messages_go_both_ways(serve, echo):
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(echo)]})
    with connect(fairway) as client:
        for message in ("hello", "x" * 300_000, b"\x00\xff" * 1000):
            client.send(message)
            assert client.recv(timeout=10) == message
    assert echo.headers["Host"].startswith(HOST)
    assert echo.headers["X-Forwarded-For"] == "127.0.0.1"


def test_a_tunnel_outlives_a_change_of_rules(serve, echo):
    from support.waiting import until

    fairway = serve({"ingress.yaml": ingress(), "service.yaml": [service(), endpoints(echo)]})
    with connect(fairway) as client:
        fairway.write("ingress.yaml", ingress(paths={"/only": "kubia"}))
        until(lambda: fairway.get("/chat").status == 404, 5)
        client.send("still there?")
        assert client.recv(timeout=10) == "still there?"


def test_a_tunnel_finishes_during_a_drain(serve, echo):
    import signal

    fairway = serve({"all.yaml": [ingress(), service(), endpoints(echo)]})
    with connect(fairway) as client:
        client.send("one")
        client.recv(timeout=10)
        fairway.signal(signal.SIGTERM)
        client.send("two")
        assert client.recv(timeout=10) == "two"
    assert fairway.wait() == 0
