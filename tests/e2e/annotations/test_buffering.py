"""proxy-request-buffering, client-body-buffer-size, proxy-buffering and their sizes (reference 3.11)."""

import os
import socket
import threading

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, annotated, endpoints, service, site
from support.scripted_origin import response
from support.waiting import until

FLAGS = ("--configmap", "default/fairway")


def connect(fairway, **options):
    connection = socket.socket()
    if "receive_buffer" in options:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receive_buffer"])
    connection.settimeout(30)
    connection.connect(("127.0.0.1", fairway.http_port))
    return connection


def read_all(connection):
    data = b""
    while part := connection.recv(1 << 20):
        data += part
    return data


def begin_upload(fairway, size, first=b"begin"):
    connection = connect(fairway)
    connection.sendall(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode() + first)
    return connection


@covers("proxy-request-buffering")
@covers_key("proxy-request-buffering")
def test_a_slow_client_holds_no_endpoint(serve, scripted_origin):
    origin = scripted_origin()
    fairway = serve(site(origin, config={}), *FLAGS)
    with begin_upload(fairway, 10) as client:
        with begin_upload(fairway, 5) as other:  # another request goes all the way meanwhile
            assert read_all(other).endswith(b"ok")
        assert [request.connection for request in origin.requests] == [1], "the first upload has opened no connection"
        client.sendall(b"12345")
        assert read_all(client).endswith(b"ok")
    assert origin.requests[-1].body == b"begin12345"


@covers("proxy-request-buffering")
@covers_key("proxy-request-buffering")
@pytest.mark.parametrize("config, annotations", [({"proxy-request-buffering": "off"}, {}), ({}, {"proxy_request_buffering": "off"})])
def test_without_buffering_the_endpoint_sees_the_beginning_at_once(serve, config, annotations):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = type("Origin", (), {"port": listener.getsockname()[1]})
        fairway = serve(site(origin, config=config, **annotations), *FLAGS)
        with begin_upload(fairway, 10) as client:
            listener.settimeout(20)
            endpoint, _ = listener.accept()
            with endpoint:
                endpoint.settimeout(20)
                seen = b""
                while b"begin" not in seen:
                    seen += endpoint.recv(65536)
                client.sendall(b"12345")
                while not seen.endswith(b"begin12345"):
                    seen += endpoint.recv(65536)
                endpoint.sendall(response(200, "ok"))
                assert read_all(client).endswith(b"ok")


def open_files(fairway):
    folder = f"/proc/{fairway.process.pid}/fd"
    targets = []
    for number in os.listdir(folder):
        try:
            targets.append(os.readlink(f"{folder}/{number}"))
        except OSError:
            pass
    return [target for target in targets if "(deleted)" in target]


@covers("client-body-buffer-size", "proxy-request-buffering")
@covers_key("client-body-buffer-size")
def test_large_bodies_go_to_a_file_without_a_name(serve, scripted_origin, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    origin = scripted_origin()
    fairway = serve(site(origin, config={"client-body-buffer-size": "16k"}, proxy_body_size="0",
                         client_body_buffer_size="8k"), *FLAGS)
    body = os.urandom(5_000_000)
    with begin_upload(fairway, len(body), body[:4_000_000]) as client:
        until(lambda: open_files(fairway), 20, "the file")
        assert [entry for entry in tmp_path.iterdir() if entry.name.startswith("fairway-body")] == []
        assert not origin.requests
        client.sendall(body[4_000_000:])
        assert read_all(client).endswith(b"ok")
    assert origin.requests[0].body == body
    until(lambda: not open_files(fairway), 20, "the end of the file")


@covers("client-body-buffer-size")
@covers_key("client-body-buffer-size")
def test_what_can_be_kept_in_memory_makes_no_file(serve, scripted_origin):
    origin = scripted_origin()
    fairway = serve(site(origin, config={"client-body-buffer-size": "8m"}, proxy_body_size="0"), *FLAGS)
    body = os.urandom(5_000_000)
    with begin_upload(fairway, len(body), body[:4_000_000]) as client:
        assert not open_files(fairway)
        client.sendall(body[4_000_000:])
        assert read_all(client).endswith(b"ok")
    assert origin.requests[0].body == body


@covers("proxy-request-buffering")
def test_a_disk_that_takes_nothing_leaves_the_body_to_be_passed_on(serve, scripted_origin, monkeypatch):
    monkeypatch.setenv("TMPDIR", "/proc/no-such-folder")
    origin = scripted_origin()
    fairway = serve(site(origin, proxy_body_size="0"))
    body = os.urandom(5_000_000)
    assert fairway.get("/", method="POST", body=body).status == 200
    assert origin.requests[0].body == body
    assert fairway.events("body.not_buffered")


@covers("proxy-request-buffering")
def test_a_body_is_sent_again_to_the_next_endpoint(serve, scripted_origin):
    """PUT may be repeated; the first endpoint closes after it has read everything."""
    origins = [scripted_origin(lambda request: None), scripted_origin(response(200, "second"))]
    fairway = serve({"all.yaml": [annotated(), service(), endpoints(*origins)]})
    body = os.urandom(700_000)
    for _ in range(4):
        answer = fairway.get("/", method="PUT", body=body)
        assert (answer.status, answer.text) == (200, "second")
    assert all(request.body == body for origin in origins for request in origin.requests)
    assert origins[0].requests, "one of the tries went to the endpoint that fails"


@covers("proxy-request-buffering")
def test_limits_hold_while_a_body_is_taken_in(serve, scripted_origin):
    origin = scripted_origin()
    fairway = serve(site(origin, proxy_body_size="100k"))
    assert fairway.get("/", method="POST", body=iter([b"x" * 60_000] * 2)).status == 413
    with connect(fairway) as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".encode())
        assert read_all(client).startswith(b"HTTP/1.1 400")
    assert not origin.requests


BIG = 20_000_000


@pytest.fixture
def big_answer(serve, scripted_origin):
    """big_answer(config, **annotations) -> (fairway, origin, event: the endpoint has given everything away)"""
    def start(config, fields=b"", **annotations):
        done = threading.Event()

        def answer(_request):
            yield b"HTTP/1.1 200 OK\r\n" + fields + f"Content-Length: {BIG}\r\n\r\n".encode()
            for _ in range(BIG // 1_000_000):
                yield b"x" * 1_000_000
            done.set()
        origin = scripted_origin(answer)
        return serve(site(origin, config=config, **annotations), *FLAGS), done
    return start


def get_slowly(fairway):
    client = connect(fairway, receive_buffer=4096)
    client.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


@covers("proxy-buffering", "proxy-max-temp-file-size", "proxy-buffers-number")
@covers_key("proxy-buffering", "proxy-max-temp-file-size", "proxy-buffers-number")
@pytest.mark.parametrize("config, annotations", [
    ({"proxy-buffering": "on"}, {}), ({}, {"proxy_buffering": "on"}),
    ({"proxy-buffering": "on", "proxy-max-temp-file-size": "0", "proxy-buffers-number": "10000"}, {}),
    ({}, {"proxy_buffering": "on", "proxy_max_temp_file_size": "0", "proxy_buffers_number": "10000"})])
def test_a_slow_client_holds_no_endpoint_for_its_response(big_answer, config, annotations):
    fairway, done = big_answer(config, **annotations)
    with get_slowly(fairway) as client:
        assert done.wait(20), "the endpoint could give everything away"
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        body = read_all(client)
        assert body.endswith(b"x" * 1_000_000) and body.count(b"x") == BIG


@covers("proxy-buffering", "proxy-max-temp-file-size", "proxy-buffers-number")
@covers_key("proxy-buffering", "proxy-max-temp-file-size")
@pytest.mark.parametrize("config, fields", [
    ({}, b""), ({"proxy-buffering": "on", "proxy-max-temp-file-size": "0"}, b""),
    ({"proxy-buffering": "on"}, b"X-Accel-Buffering: no\r\n")])
def test_within_its_limits_a_response_waits_for_the_client(big_answer, config, fields):
    fairway, done = big_answer(config, fields)
    with get_slowly(fairway) as client:
        assert not done.wait(1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        body = read_all(client)
        assert body.count(b"x") == BIG and done.wait(20)


@covers("proxy-buffering")
def test_what_is_read_ahead_streams_all_the_same(serve, scripted_origin):
    gates = [threading.Event() for _ in range(3)]

    def events(_request):
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for number, gate in enumerate(gates):
            yield f"1\r\n{number}\r\n".encode()
            gate.wait(20)
        yield b"0\r\n\r\n"
    fairway = serve(site(scripted_origin(events), proxy_buffering="on"))
    with connect(fairway) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        seen = b""
        for number, gate in enumerate(gates):
            while f"1\r\n{number}\r\n".encode() not in seen:
                seen += client.recv(65536)
            gate.set()
        assert (seen + read_all(client)).endswith(b"0\r\n\r\n")


@covers("proxy-buffering")
def test_a_cut_response_looks_cut(serve, scripted_origin):
    origin = scripted_origin(lambda _request: (part for part in (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"\r\nconnection: close")))
    fairway = serve(site(origin, proxy_buffering="on", proxy_read_timeout="1"))
    with connect(fairway) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        data = read_all(client)
    assert b"half" in data and len(data.partition(b"\r\n\r\n")[2]) < 100
