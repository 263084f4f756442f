"""use-gzip, gzip-*, enable-brotli, brotli-* (reference 4.1), enable-zstd, zstd-*: what is compressed, for
whom, and that streams still stream."""

import gzip
import http.client
import socket
import subprocess
import threading
import zlib

import pytest

from support.covers import covers_key
from support.manifests import HOST, site
from support.scripted_origin import response

FLAGS = ("--configmap", "default/fairway")
TEXT = "compressible text, over and over. " * 100


@pytest.fixture
def asked(serve, scripted_origin):
    """asked(config, answer of the endpoint, **fields of the request): the answer that a client gets."""
    def ask(config, answer, method="GET", **fields):
        fairway = serve(site(scripted_origin(answer), config=config), *FLAGS)
        headers = {"Accept-Encoding": "gzip", **{key.replace("_", "-"): value for key, value in fields.items()}}
        connection = http.client.HTTPConnection("127.0.0.1", fairway.http_port, timeout=20)
        connection.request(method, "/", headers={"Host": HOST, **headers})
        got = connection.getresponse()
        got.bytes = got.read()
        connection.close()
        return got
    return ask


@pytest.fixture
def curled(serve, scripted_origin):
    """curled(config, answer of the endpoint, Accept-Encoding): (Content-Encoding or None, what curl makes of the body)"""
    def ask(config, answer, accepted):
        fairway = serve(site(scripted_origin(answer), config=config), *FLAGS)
        got = subprocess.run(["curl", "-sS", "-i", "--compressed", "-H", f"Accept-Encoding: {accepted}", "--resolve",
                              f"{HOST}:{fairway.http_port}:127.0.0.1", f"http://{HOST}:{fairway.http_port}/"],
                             capture_output=True, text=True, timeout=20, check=True)
        head, _, body = got.stdout.partition("\n\n")
        coding = [line.split(": ")[1] for line in head.splitlines() if line.lower().startswith("content-encoding")]
        return (coding or [None])[0], body
    return ask


def answer(body=TEXT, status=200, **fields):
    return response(status, body, **{"Content_Type": "text/plain; charset=utf-8", **fields})


GZIP = {"use-gzip": "true"}


@covers_key("use-gzip", "gzip-level")
@pytest.mark.parametrize("level", ["1", "9"])
def test_gzip(asked, level):
    got = asked({**GZIP, "gzip-level": level}, answer(ETag='"abc"', Accept_Ranges="bytes"))
    assert got.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(got.bytes).decode() == TEXT
    assert got.headers["Vary"] == "Accept-Encoding"
    assert got.headers["ETag"] == 'W/"abc"'
    assert got.headers["Accept-Ranges"] is None and got.headers["Content-Length"] is None
    assert got.headers.get_all("Content-Type") == ["text/plain; charset=utf-8"]


@covers_key("use-gzip", "enable-brotli")
def test_neither_is_on_by_default(asked):
    got = asked({}, answer(), Accept_Encoding="gzip, br")
    assert got.headers["Content-Encoding"] is None and got.headers["Vary"] is None
    assert got.bytes.decode() == TEXT


@covers_key("use-gzip")
@pytest.mark.parametrize("sent, fields", [
    (answer(), {"Accept_Encoding": "identity"}), (answer(), {"Accept_Encoding": "gzip;q=0"}),
    (answer(), {"Accept_Encoding": "*"}),
    (answer(status=201), {}), (answer(status=206, Content_Range="bytes 0-1/5"), {}), (answer(status=500), {}),
    (answer(Content_Encoding="br"), {}), (answer(Cache_Control="public, no-transform"), {}),
    (response(200, TEXT), {}), (response(200, TEXT, Content_Type="image/png"), {})])
def test_what_is_left_alone(asked, sent, fields):
    got = asked(GZIP, sent, **fields)
    assert got.headers["Content-Encoding"] != "gzip"
    assert got.bytes.decode() == TEXT and got.headers["Content-Length"] == str(len(TEXT))


@covers_key("use-gzip")
def test_vary_also_for_clients_that_take_none(asked):
    got = asked(GZIP, answer(), Accept_Encoding="identity")
    assert got.headers["Content-Encoding"] is None and got.headers["Vary"] == "Accept-Encoding"


@covers_key("use-gzip")
def test_responses_without_body(asked):
    got = asked(GZIP, answer(), method="HEAD")
    assert got.headers["Content-Encoding"] is None and got.bytes == b""
    got = asked(GZIP, b"HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\n\r\n")
    assert got.status == 204 and got.headers["Content-Encoding"] is None
    got = asked(GZIP, b'HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain\r\nETag: "abc"\r\n\r\n')
    assert got.status == 304 and got.headers["ETag"] == '"abc"'


@covers_key("use-gzip")
def test_errors_of_endpoints_that_are_pages(asked):
    for status in (403, 404):
        assert asked(GZIP, answer(status=status)).headers["Content-Encoding"] == "gzip"


@covers_key("gzip-min-length")
def test_gzip_min_length(asked):
    assert asked(GZIP, answer("x" * 255)).headers["Content-Encoding"] is None
    assert asked(GZIP, answer("x" * 256)).headers["Content-Encoding"] == "gzip"
    assert asked({**GZIP, "gzip-min-length": "1000"}, answer("x" * 999)).headers["Content-Encoding"] is None
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    got = asked(GZIP, chunked)
    assert got.headers["Content-Encoding"] == "gzip" and gzip.decompress(got.bytes) == b"ab"


@covers_key("gzip-types", "brotli-types")
def test_types(asked):
    config = {**GZIP, "gzip-types": "application/wasm image/png"}
    for media_type, expected in [("application/wasm", "gzip"), ("IMAGE/PNG", "gzip"), ("text/html", "gzip"), ("text/plain", None)]:
        assert asked(config, answer(Content_Type=media_type)).headers["Content-Encoding"] == expected, media_type
    assert asked({**GZIP, "gzip-types": "*"}, answer(Content_Type="x/y")).headers["Content-Encoding"] == "gzip"
    config = {"enable-brotli": "true", "brotli-types": "application/wasm"}
    for media_type, expected in [("application/wasm", "br"), ("text/plain", None)]:
        got = asked(config, answer(Content_Type=media_type), Accept_Encoding="br")
        assert got.headers["Content-Encoding"] == expected, media_type


@covers_key("gzip-disable")
def test_clients_can_be_left_out(asked):
    config = {**GZIP, "gzip-disable": "old.*browser"}
    assert asked(config, answer(), User_Agent="An Old Browser/1").headers["Content-Encoding"] is None
    assert asked(config, answer(), User_Agent="Firefox").headers["Content-Encoding"] == "gzip"


@covers_key("enable-brotli", "brotli-level", "brotli-min-length")
def test_brotli_goes_before_gzip(curled):
    config = {**GZIP, "enable-brotli": "true", "brotli-level": "5", "brotli-min-length": "40"}
    assert curled(config, answer(), "gzip, br") == ("br", TEXT)
    assert curled({**config, "use-gzip": "false"}, answer("x" * 39), "br") == (None, "x" * 39)


@covers_key("enable-zstd", "zstd-level", "zstd-min-length", "zstd-types")
@pytest.mark.parametrize("level", ["1", "9"])
def test_zstd_goes_before_brotli_and_gzip(curled, level):
    config = {**GZIP, "enable-brotli": "true", "enable-zstd": "true", "zstd-level": level, "zstd-min-length": "40",
              "zstd-types": "text/plain text/csv"}
    long = TEXT * 300  # more than a window
    assert curled(config, answer(long), "gzip, br, zstd") == ("zstd", long)
    assert curled(config, answer(Content_Type="text/csv"), "zstd") == ("zstd", TEXT)
    assert curled(config, answer(), "gzip, br") == ("br", TEXT)
    assert curled(config, answer("x" * 39), "zstd") == (None, "x" * 39)
    assert curled(config, answer(Content_Type="text/css"), "zstd") == (None, TEXT)


@covers_key("use-gzip")
def test_a_pause_of_the_endpoint_lets_everything_out(serve, scripted_origin):
    """Server-sent events: each must arrive before the next is made."""
    def events(_request):
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        for number in range(3):
            event = f"data: {number}\n\n".encode()
            yield f"{len(event):x}\r\n".encode() + event + b"\r\n"
            if not gates[number].wait(20):
                return
        yield b"0\r\n\r\n"
    gates = [threading.Event() for _ in range(3)]
    fairway = serve(site(scripted_origin(events), config=GZIP), *FLAGS)
    connection = http.client.HTTPConnection("127.0.0.1", fairway.http_port, timeout=20)
    connection.request("GET", "/", headers={"Host": HOST, "Accept-Encoding": "gzip"})
    got = connection.getresponse()
    assert got.headers["Content-Encoding"] == "gzip"
    decoder = zlib.decompressobj(wbits=31)
    text = b""
    for number in range(3):
        while f"data: {number}\n\n".encode() not in text:
            text += decoder.decompress(got.read1(65536))
        gates[number].set()
    while part := got.read1(65536):
        text += decoder.decompress(part)
    assert decoder.eof and text == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    connection.close()


@covers_key("use-gzip")
def test_large_bodies_and_http2(serve, scripted_origin, authority, tmp_path):
    body = "".join(f"line {number}\n" for number in range(300_000))
    origin = scripted_origin(answer(body))
    fairway = serve(site(origin, config={**GZIP, "ssl-redirect": "false"}), *FLAGS)
    for protocol, url in (("--http1.1", f"https://{HOST}:{fairway.https_port}/"), ("--http2", f"https://{HOST}:{fairway.https_port}/")):
        got = subprocess.run(["curl", "-sSk", protocol, "--compressed", "-w", "%{http_version} %{size_download}", "-o",
                              tmp_path / "body", "--resolve", f"{HOST}:{fairway.https_port}:127.0.0.1", url],
                             capture_output=True, text=True, timeout=60)
        version, size = got.stdout.split()
        assert version == ("2" if protocol == "--http2" else "1.1"), got
        assert (tmp_path / "body").read_text() == body and int(size) < len(body) / 3


@covers_key("use-gzip")
def test_http_1_0_clients_get_plain_bodies(serve, scripted_origin):
    fairway = serve(site(scripted_origin(answer()), config=GZIP), *FLAGS)
    with socket.create_connection(("127.0.0.1", fairway.http_port), timeout=20) as connection:
        connection.sendall(f"GET / HTTP/1.0\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        data = b""
        while part := connection.recv(65536):
            data += part
    assert data.endswith(TEXT.encode()) and b"Content-Encoding" not in data
