"""HTTP/2 towards clients: curl, h2load and the h2 package, on the TLS port and by prior knowledge on the plain one."""

import hashlib
import json
import re
import signal
import subprocess
import threading

import h2.errors
import pytest

from support.fairway import request
from support.http2 import Http2Client
from support.manifests import HOST, config_map, endpoints, ingress, service, tls_secret
from support.waiting import until


@pytest.fixture
def fairway(serve, origins, authority):
    pods = origins(2)
    return serve({"all.yaml": [ingress(tls="tls-secret", annotations={"nginx.ingress.kubernetes.io/ssl-redirect": "false",
                                                                      "nginx.ingress.kubernetes.io/proxy-body-size": "0"}),
                               service(), endpoints(*pods), tls_secret(authority.issue(HOST)),
                               config_map(keep_alive_requests=1000000)]}, "--configmap", "default/fairway")


@pytest.fixture
def client(fairway):
    client = Http2Client(fairway.http_port)
    yield client
    client.close()


def curl(fairway, *arguments, tls=True):
    scheme, port = ("https", fairway.https_port) if tls else ("http", fairway.http_port)
    path = arguments[-1] if arguments and arguments[-1].startswith("/") else "/"
    flags = arguments[:-1] if arguments and arguments[-1].startswith("/") else arguments
    command = ["curl", "-sk", "--max-time", "20", "--resolve", f"{HOST}:{port}:127.0.0.1",
               *flags, f"{scheme}://{HOST}:{port}{path}"]
    return subprocess.run(command, capture_output=True, timeout=30)


@pytest.mark.parametrize("tls, flag", [(True, "--http2"), (False, "--http2-prior-knowledge")])
def test_curl_speaks_http2(fairway, tls, flag):
    result = curl(fairway, flag, "-w", "\n%{http_version} %{http_code}", tls=tls)
    assert result.stdout.decode().splitlines()[-1] == "2 200", result
    until(lambda: any('"GET / HTTP/2.0" 200' in line for line in fairway.output), 5)


def test_http2_can_be_switched_off(serve, origins, authority):
    fairway = serve({"all.yaml": [ingress(tls="tls-secret"), service(), endpoints(*origins(1)),
                                  tls_secret(authority.issue(HOST)), config_map(use_http2="false")]},
                    "--configmap", "default/fairway")
    assert curl(fairway, "--http2", "-o", "/dev/null", "-w", "%{http_version}").stdout == b"1.1"
    assert curl(fairway, "--http2-prior-knowledge", tls=False).returncode != 0


def test_many_streams_on_many_connections(fairway):
    result = subprocess.run(["h2load", "-n", "6000", "-c", "10", "-m", "32", f"--connect-to=127.0.0.1:{fairway.https_port}",
                             f"https://{HOST}/"], capture_output=True, text=True, timeout=60)
    assert re.search(r"6000 succeeded, 0 failed, 0 errored, 0 timeout", result.stdout), result.stdout


def test_large_bodies_arrive_whole(fairway, tmp_path):
    blob = tmp_path / "blob"
    blob.write_bytes(b"0123456789abcdef" * 400_000)
    upload = json.loads(curl(fairway, "--data-binary", f"@{blob}", "/echo").stdout)
    assert upload["body_bytes"] == blob.stat().st_size
    chunked = json.loads(curl(fairway, "-T", "-", "-X", "POST", "/echo").stdout)
    assert chunked["body_bytes"] == 0
    download = curl(fairway, "/bytes?6400000").stdout
    assert hashlib.sha256(download).digest() == hashlib.sha256(bytes(6_400_000)).digest()


def test_the_endpoint_sees_an_http1_request(client):
    stream = client.request("/echo?q=1", headers=[("cookie", "a=1"), ("cookie", "b=2"), ("x-one", "1"), ("te", "trailers")])
    seen = json.loads(client.response(stream)["body"])
    headers = {name.lower(): value for name, value in seen["headers"]}
    assert (seen["method"], seen["target"]) == ("GET", "/echo?q=1")
    assert headers["host"] == HOST
    assert headers["cookie"] == "a=1; b=2"
    assert headers["x-one"] == "1"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert not [name for name in headers if name.startswith(":")]


def test_a_stalled_stream_stalls_no_other(fairway):
    client = Http2Client(fairway.http_port)
    client.consume = False
    stalled = client.request("/bytes?1000000")
    client.until(lambda: len(client.responses.get(stalled, {}).get("body", b"")) >= 65535)  # its whole window
    client.h2.increment_flow_control_window(1_000_000)  # of the connection only
    client.flush()
    client.consume = True
    for _ in range(20):
        assert client.response(client.request("/"))["status"] == 200
    assert stalled not in client.ended
    client.h2.increment_flow_control_window(1_000_000, stalled)
    client.flush()
    assert len(client.response(stalled)["body"]) == 1_000_000
    client.close()


def test_streams_run_side_by_side(client):
    slow = client.request("/wait?1.5")
    fast = [client.request("/") for _ in range(10)]
    for stream in fast:
        assert client.response(stream)["status"] == 200
    assert slow not in client.ended
    assert client.response(slow)["status"] == 200


BAD_HEADS = {
    "line break in a value": dict(headers=[("x", "a\r\nevil: 1")]),
    "NUL in a value": dict(headers=[("x", "a\0b")]),
    "blank before a value": dict(headers=[("x", " a")]),
    "upper case in a name": dict(headers=[("X-A", "b")]),
    "colon in a name": dict(headers=[("x:y", "b")]),
    "Transfer-Encoding": dict(headers=[("transfer-encoding", "chunked")]),
    "Connection": dict(headers=[("connection", "x-a")]),
    "Upgrade": dict(headers=[("upgrade", "websocket")]),
    "Host that disagrees": dict(headers=[("host", "other.example.com")]),
    "two lengths": dict(headers=[("content-length", "0"), ("content-length", "5")]),
    "length without body": dict(headers=[("content-length", "5")]),
    "second path": dict(headers=[(":path", "/other")]),
    "blank in the path": dict(path="/a b"),
    "line break in the path": dict(path="/ HTTP/1.1\r\nevil: 1\r\n\r\n"),
    "line break in the method": dict(method="GET / HTTP/1.1\r\nevil: 1\r\n\r\nGET"),
    "user in the authority": dict(authority=f"user@{HOST}"),
    "CONNECT": dict(method="CONNECT"),
}


@pytest.mark.parametrize("name", BAD_HEADS)
def test_ambiguous_heads_are_a_stream_error_and_go_nowhere(client, fairway, name):
    bad = client.request(**BAD_HEADS[name])
    client.until(lambda: bad in client.resets)
    assert client.resets[bad] == h2.errors.ErrorCodes.PROTOCOL_ERROR
    good = client.request("/echo")
    assert client.response(good)["status"] == 200, "the connection goes on"
    until(lambda: fairway.output, 5)
    assert len(fairway.output) == 1 and "/echo" in fairway.output[0], "only one request was ever forwarded"


def test_a_body_that_disagrees_with_its_length_is_reset(client):
    bad = client.request("/echo", "POST", headers=[("content-length", "3")], end_stream=False)
    client.h2.send_data(bad, b"four", end_stream=True)
    client.flush()
    client.until(lambda: bad in client.resets)
    assert client.resets[bad] == h2.errors.ErrorCodes.PROTOCOL_ERROR
    assert client.response(client.request("/"))["status"] == 200


def test_a_body_over_the_limit_is_413(serve, origins):
    fairway = serve({"all.yaml": [ingress(annotations={"nginx.ingress.kubernetes.io/proxy-body-size": "10"}), service(),
                                  endpoints(*origins(1))]})
    client = Http2Client(fairway.http_port)
    stream = client.request("/echo", "POST", end_stream=False)
    client.h2.send_data(stream, b"x" * 11, end_stream=False)
    client.flush()
    client.until(lambda: stream in client.responses)
    assert client.responses[stream]["status"] == 413
    client.close()


def test_a_head_over_the_limit_is_431(client):
    stream = client.request(headers=[(f"x-{i}", "v" * 4000) for i in range(10)])
    assert client.response(stream)["status"] == 431
    assert client.response(client.request("/"))["status"] == 200


def test_rapid_reset_is_calmed_and_harms_nobody_else(fairway):
    attacker, bystander = Http2Client(fairway.http_port), Http2Client(fairway.http_port)
    try:
        for _ in range(500):
            stream = attacker.request("/wait?5")
            attacker.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
            attacker.flush()
    except (BrokenPipeError, ConnectionResetError):
        pass
    attacker.read_to_end()
    assert attacker.goaway == h2.errors.ErrorCodes.ENHANCE_YOUR_CALM
    assert bystander.response(bystander.request("/"))["status"] == 200
    assert fairway.metric("fairway_http2_calmed_connections_total") == 1
    attacker.close()
    bystander.close()


@pytest.mark.parametrize("flood", ["ping", "settings", "empty data", "unknown frames"])
def test_floods_of_control_frames_are_calmed(fairway, flood):
    client = Http2Client(fairway.http_port)
    stream = client.request("/echo", "POST", end_stream=False)
    try:
        for i in range(2000):
            if flood == "ping":
                client.h2.ping(i.to_bytes(8, "big"))
            elif flood == "settings":
                client.h2.update_settings({h2.settings.SettingCodes.ENABLE_PUSH: 0})
            elif flood == "unknown frames":
                client.socket.sendall(b"\0\0\1\xbb\0\0\0\0\0?")
            else:
                client.h2.send_data(stream, b"")
            client.flush()
    except (BrokenPipeError, ConnectionResetError):
        pass
    client.read_to_end()
    assert client.goaway == h2.errors.ErrorCodes.ENHANCE_YOUR_CALM
    client.close()


def test_a_client_that_leaves_is_499(fairway):
    client = Http2Client(fairway.http_port)
    stream = client.request("/wait?3")
    client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
    second = client.request("/wait?3")
    until(lambda: fairway.metric("nginx_ingress_controller_nginx_process_connections", state="writing") >= 1, 5)
    client.close()
    until(lambda: any(f'"GET /wait?3 HTTP/2.0" 499' in line for line in fairway.output), 5)
    assert second > stream


def test_drain_finishes_streams_and_says_goaway(fairway):
    idle = Http2Client(fairway.http_port)
    with subprocess.Popen(["curl", "-s", "--http2-prior-knowledge", "-w", "%{http_code}", "-o", "/dev/null", "-H",
                           f"Host: {HOST}", f"http://127.0.0.1:{fairway.http_port}/wait?2"], stdout=subprocess.PIPE) as busy:
        until(lambda: fairway.metric("nginx_ingress_controller_nginx_process_connections", state="writing") >= 1, 5)
        fairway.signal(signal.SIGTERM)
        idle.read_to_end()
        assert idle.goaway == h2.errors.ErrorCodes.NO_ERROR
        assert busy.communicate(timeout=10)[0] == b"200"
    assert fairway.wait() == 0


class TrailerOrigin:
    """Reads one chunked request with its trailers; answers with chunks and trailers."""

    def __init__(self):
        import socket

        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.seen = b""
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        connection, _ = self.listener.accept()
        with connection:
            while not re.search(rb"\r\n0\r\n(.+\r\n)*\r\n$", self.seen):
                self.seen += connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
                               b"4\r\nbody\r\n0\r\nX-Sum: 42\r\nContent-Length: 7\r\n\r\n")

    def close(self):
        self.listener.close()
        self.thread.join(10)


def test_trailers_go_both_ways(serve):
    origin = TrailerOrigin()
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(origin)]})
    client = Http2Client(fairway.http_port)
    stream = client.request("/", "POST", headers=[("te", "trailers")], end_stream=False)
    client.h2.send_data(stream, b"hello")
    client.h2.send_headers(stream, [("x-check", "7"), ("transfer-encoding-not", "x")], end_stream=True)
    client.flush()
    response = client.response(stream)
    assert response["body"] == b"body"
    assert response["trailers"] == {"x-sum": "42"}, "without what must not be a trailer"
    assert b"\r\n0\r\nx-check: 7\r\n" in origin.seen
    client.close()
    origin.close()


def test_trailers_do_not_say_what_the_head_may_not(serve):
    origin = TrailerOrigin()
    lists = [config_map(proxy_set_headers="default/extra"), config_map("extra", X_Tenant="ours")]
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(origin), *lists]}, "--configmap", "default/fairway")
    client = Http2Client(fairway.http_port)
    stream = client.request("/", "POST", headers=[("te", "trailers"), ("x-tenant", "theirs")], end_stream=False)
    client.h2.send_data(stream, b"hello")
    client.h2.send_headers(stream, [("x-check", "7"), ("x-tenant", "theirs"), ("x_forwarded_for", "1.2.3.4")], end_stream=True)
    client.flush()
    assert client.response(stream)["body"] == b"body"
    assert b"\r\n0\r\nx-check: 7\r\n\r\n" in origin.seen
    assert b"X-Tenant: ours" in origin.seen and b"theirs" not in origin.seen
    client.close()
    origin.close()


def test_http1_clients_are_served_on_the_same_ports(fairway):
    assert request(fairway.http_port).status == 200
    assert curl(fairway, "--http1.1", "-o", "/dev/null", "-w", "%{http_version} %{http_code}").stdout == b"1.1 200"
