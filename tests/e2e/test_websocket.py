"""WebSockets over HTTP/1.1 (Upgrade) and HTTP/2 (extended CONNECT, RFC 8441), with and without TLS: clients and servers
that know nothing of a proxy."""

import functools
import signal
import ssl

import h2.errors
import pytest

from support.http2 import Http2Client
from support.manifests import HOST, config_map, endpoints, ingress, service, tls_secret
from support.waiting import until
from support.websocket import Http1WebSocket, Http2WebSocket, Refused, WebSocketServer, WsprotoServer

NO_REDIRECT = {"nginx.ingress.kubernetes.io/ssl-redirect": "false"}


@pytest.fixture
def server():
    server = WebSocketServer()
    yield server
    server.close()


@pytest.fixture
def fairway(serve, server, authority):
    return serve({"ingress.yaml": ingress(tls="tls-secret", annotations=NO_REDIRECT),
                  "rest.yaml": [service(), endpoints(server), tls_secret(authority.issue(HOST))]})


@pytest.fixture(params=["http1", "http1-tls", "http2", "http2-tls"])
def connect(request, fairway):
    """connect(path, …) opens a WebSocket over this protocol."""
    kind = Http2WebSocket if request.param.startswith("http2") else Http1WebSocket
    return functools.partial(kind, fairway, tls=request.param.endswith("tls"))


MESSAGES = {"text": "hello", "text beyond ASCII": "grüße, 世界", "empty": "", "binary": b"\x00\xff" * 1000,
            "larger than every window": "x" * 3_000_000, "large and incompressible": bytes(range(256)) * 8192}


def test_messages_go_both_ways(connect, server):
    client = connect()
    for name, message in MESSAGES.items():
        client.send(message)
        assert client.receive() == message, name
    client.close()
    assert server.handshakes[0]["Host"].split(":")[0] == HOST
    assert server.handshakes[0]["X-Forwarded-For"] == "127.0.0.1"
    assert len(server.handshakes[0].get_all("Sec-WebSocket-Key")) == 1


def test_pings_go_both_ways(connect):
    client = connect("/ping")
    assert client.receive() == "answered", "the server's ping"
    client.ping()
    client.close()


def test_the_client_closes_with_a_code(connect, server):
    client = connect()
    client.send("one")
    assert client.receive() == "one"
    client.close(4000, "enough")
    until(lambda: server.closed == [(4000, "enough")], 5)


def test_the_server_closes_with_a_code(connect):
    client = connect("/bye")
    assert client.receive() is None
    assert client.closed_by_server_with() == (4001, "served enough")
    client.close()


def test_subprotocols_are_agreed_on(connect):
    client = connect(subprotocols=["other", "chat"])
    assert client.subprotocol == "chat"
    client.close()


def test_refusals_of_the_server_pass(connect):
    with pytest.raises(Refused) as refusal:
        connect("/deny")
    assert (refusal.value.status, refusal.value.body) == (403, b"not you\n")


def test_the_log_shows_the_tunnel_as_a_request(connect, fairway):
    client = connect("/logged")
    version = "2.0" if isinstance(client, Http2WebSocket) else "1.1"
    client.close()
    until(lambda: any(f'"GET /logged HTTP/{version}" 101' in line for line in fairway.output), 5)


def test_a_tunnel_outlives_a_change_of_rules(connect, fairway):
    client = connect()
    fairway.write("ingress.yaml", ingress(tls="tls-secret", annotations=NO_REDIRECT, paths={"/only": "kubia"}))
    until(lambda: fairway.get("/chat").status == 404, 5)
    client.send("still there?")
    assert client.receive() == "still there?"
    client.close()


def test_a_tunnel_finishes_during_a_drain(connect, fairway):
    client = connect()
    client.send("one")
    assert client.receive() == "one"
    fairway.signal(signal.SIGTERM)
    until(lambda: fairway.events("drain.started"), 5)
    client.send("two")
    assert client.receive() == "two"
    client.close()
    assert fairway.wait() == 0


@pytest.mark.parametrize("kind", [Http1WebSocket, Http2WebSocket])
def test_a_tunnel_is_cut_when_the_time_for_a_drain_is_over(serve, server, kind):
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(server), config_map(worker_shutdown_timeout="1s")]},
                    "--configmap", "default/fairway")
    client = kind(fairway)
    fairway.signal(signal.SIGTERM)
    assert fairway.wait() == 0
    until(lambda: server.closed, 5)
    assert server.closed[0][0] == 1006, "no close frame was made up"
    if kind is Http1WebSocket:
        assert client.receive() is None
        assert client.closed_by_server_with()[0] == 1006
    else:
        client.http2.read_to_end()
        assert client.http2.goaway == h2.errors.ErrorCodes.NO_ERROR
        assert client.stream not in client.http2.ended, "a cut must not look like an end"


def test_a_silent_tunnel_ends_at_proxy_read_timeout(serve, server):
    annotations = {"nginx.ingress.kubernetes.io/proxy-read-timeout": "1"}
    fairway = serve({"all.yaml": [ingress(annotations=annotations), service(), endpoints(server)]})
    first, second = Http1WebSocket(fairway), Http2WebSocket(fairway)
    assert first.receive() is None
    second.http2.until(lambda: second.stream in second.http2.resets)
    assert second.http2.response(second.http2.request("/deny"))["status"] == 403, "the connection goes on"


def test_websockets_and_requests_share_a_connection(fairway):
    http2 = Http2Client(fairway.http_port)
    clients = [Http2WebSocket(fairway, f"/{i}", http2=http2) for i in range(20)]
    for i, client in enumerate(clients):
        client.send(f"message {i}" * 1000)
    assert http2.response(http2.request("/deny"))["status"] == 403
    for i, client in reversed(list(enumerate(clients))):
        assert client.receive() == f"message {i}" * 1000
        assert client.close(), "END_STREAM stands for the end of the server's connection"
    http2.close()


@pytest.mark.parametrize("kind", [Http1WebSocket, Http2WebSocket])
def test_a_server_that_speaks_tls(serve, authority, tmp_path, kind):
    certificate = authority.issue(HOST)
    (tmp_path / "both.pem").write_text(certificate.chain_pem + certificate.key_pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    server = WebSocketServer(context)
    try:
        fairway = serve({"all.yaml": [ingress(annotations={"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"}),
                                      service(), endpoints(server)]})
        client = kind(fairway)
        for message in ("hello", "x" * 1_000_000):
            client.send(message)
            assert client.receive() == message
        client.close(4000, "enough")
        until(lambda: server.closed == [(4000, "enough")], 5)
    finally:
        server.close()


@pytest.mark.parametrize("kind", [Http1WebSocket, Http2WebSocket])
def test_another_server(serve, kind):
    server = WsprotoServer()
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(server)]})
    client = kind(fairway)
    client.send("hello")
    assert client.receive() == "hello"
    client.close()
    server.close()
