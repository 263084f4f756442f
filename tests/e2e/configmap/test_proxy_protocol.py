"""ConfigMap keys about the PROXY protocol (reference 2.4): lines of curl, and headers written by hand."""

import re
import socket
import ssl
import struct
import subprocess

import pytest

from support.covers import covers_key
from support.manifests import HOST, site, tls_secret
from support.waiting import until

ON = {"use-proxy-protocol": "true"}
TO_1234 = b"PROXY TCP4 192.168.0.1 192.168.0.11 56324 1234\r\n"
TO_443 = b"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


@pytest.fixture
def behind(serve, scripted_origin, authority):
    """behind({"key": value}) -> (fairway, origin); HOST has a TLS section, but no redirect"""
    def start(config):
        origin = scripted_origin()
        manifests = site(origin, tls="tls-secret", ssl_redirect="false", config={**ON, **config})
        manifests["all.yaml"].append(tls_secret(authority.issue(HOST)))
        return serve(manifests, "--configmap", "default/fairway"), origin
    return start


def send(fairway, header, fields="", port=None, wrap=None):
    """The answer to a request behind these bytes; b"" when the connection is closed."""
    with socket.create_connection(("127.0.0.1", port or fairway.http_port), timeout=20) as plain:
        plain.sendall(header)
        connection = wrap(plain) if wrap else plain
        try:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n{fields}Connection: close\r\n\r\n".encode())
            answer = b""
            while part := connection.recv(4096):
                answer += part
        except (ConnectionResetError, BrokenPipeError):
            return b""
        return answer


def told(origin):
    seen = origin.requests[-1]
    return [seen.get(name) for name in ("X-Real-IP", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto")]


@covers_key("use-proxy-protocol")
def test_client_and_port_come_from_the_header(behind):
    fairway, origin = behind({})
    assert send(fairway, TO_1234).startswith(b"HTTP/1.1 200")
    assert told(origin) == ["192.168.0.1", "192.168.0.1", "1234", "http"]
    assert send(fairway, TO_443).startswith(b"HTTP/1.1 200")
    assert told(origin) == ["192.168.0.1", "192.168.0.1", "443", "https"]
    assert send(fairway, b"PROXY TCP6 2001:db8::7 2001:db8::1 4000 80\r\n").startswith(b"HTTP/1.1 200")
    assert told(origin)[0] == "2001:db8::7"
    assert send(fairway, b"PROXY UNKNOWN\r\n").startswith(b"HTTP/1.1 200")
    assert told(origin)[0] == "127.0.0.1"


@covers_key("use-proxy-protocol")
def test_version_2(behind):
    fairway, origin = behind({})
    addresses = socket.inet_aton("192.0.2.7") + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 4000, 443)
    extension = b"\x04\0\x03abc"  # PP2_TYPE_NOOP
    header = SIGNATURE + b"\x21\x11" + struct.pack("!H", len(addresses + extension)) + addresses + extension
    assert send(fairway, header).startswith(b"HTTP/1.1 200")
    assert told(origin) == ["192.0.2.7", "192.0.2.7", "443", "https"]
    assert send(fairway, SIGNATURE + b"\x20\0\0\0").startswith(b"HTTP/1.1 200")  # LOCAL: a health check
    assert told(origin)[0] == "127.0.0.1"


@covers_key("use-proxy-protocol")
def test_tls_behind_it(behind):
    fairway, origin = behind({})
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    wrap = lambda plain: context.wrap_socket(plain, server_hostname=HOST)
    assert send(fairway, TO_1234, port=fairway.https_port, wrap=wrap).startswith(b"HTTP/1.1 200")
    assert told(origin) == ["192.168.0.1", "192.168.0.1", "1234", "https"]


@covers_key("use-proxy-protocol")
def test_curl_speaks_it(behind):
    fairway, origin = behind({})
    for scheme, port in (("http", fairway.http_port), ("https", fairway.https_port)):
        done = subprocess.run(["curl", "-sk", "--haproxy-protocol", "--resolve", f"{HOST}:{port}:127.0.0.1", "-o", "/dev/null",
                               "-w", "%{http_code}", f"{scheme}://{HOST}:{port}/"], capture_output=True, text=True, timeout=30)
        assert done.stdout == "200"
        assert told(origin)[2] == str(port)


@covers_key("use-proxy-protocol")
@pytest.mark.parametrize("header", [b"", b"PROXY TCP4 192.0.2.7\r\n", b"PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3\r\n",
                                    b"PROXY TCP4 192.0.2.7 192.0.2.1 01 2\r\n", b"PROXY " + b"x" * 200 + b"\r\n",
                                    SIGNATURE + b"\x31\x11\0\x0c" + b"\0" * 12, SIGNATURE + b"\x21\x11\0\x04\0\0\0\0"])
def test_a_connection_without_a_good_header_is_closed(behind, header):
    fairway, origin = behind({})
    assert send(fairway, header) == b""
    assert origin.requests == []
    until(lambda: fairway.metric("fairway_bad_proxy_headers_total") == 1, what="the metric")


@covers_key("proxy-protocol-header-timeout")
def test_a_header_that_does_not_come(behind):
    fairway, _ = behind({"proxy-protocol-header-timeout": "1s"})
    with socket.create_connection(("127.0.0.1", fairway.http_port), timeout=20) as plain:
        plain.sendall(b"PROXY TCP4 192.")
        try:
            assert plain.recv(100) == b""
        except ConnectionResetError:
            pass
    until(lambda: fairway.metric("fairway_bad_proxy_headers_total") == 1, what="the metric")


@covers_key("use-proxy-protocol", "forwarded-for-proxy-protocol-header")
def test_forwarding_fields_behind_it(behind):
    """Both together: the field counts when the source of the header is a trusted proxy."""
    claims = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Port: 8443\r\n"
    fairway, origin = behind({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "192.168.0.0/16"})
    send(fairway, TO_1234, claims)
    assert told(origin)[0] == "203.0.113.9" and told(origin)[2] == "8443"
    send(fairway, b"PROXY TCP4 198.51.100.1 192.168.0.11 1 80\r\n", claims)
    assert told(origin)[0] == "198.51.100.1"
    fairway, origin = behind({"use-forwarded-headers": "true", "compute-full-forwarded-for": "true"})
    send(fairway, TO_1234, claims)
    assert told(origin)[1] == "203.0.113.9, 192.168.0.1"
    # Without use-forwarded-headers the field is anybody's claim, also with enable-real-ip.
    fairway, origin = behind({"enable-real-ip": "true"})
    send(fairway, TO_1234, claims)
    assert told(origin)[0] == "192.168.0.1"


@covers_key("use-proxy-protocol", "proxy-real-ip-cidr")
def test_a_header_of_somebody_who_is_not_trusted(behind):
    fairway, origin = behind({"proxy-real-ip-cidr": "10.0.0.0/8", "log-format-upstream":
                              "$remote_addr $realip_remote_addr $proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_port"})
    send(fairway, TO_1234)
    assert told(origin)[0] == "127.0.0.1"
    until(lambda: fairway.output, what="a line")
    assert fairway.output == ["127.0.0.1 127.0.0.1 192.168.0.1 56324 1234"]


@covers_key("use-proxy-protocol")
def test_it_can_be_switched_while_running(behind):
    fairway, _ = behind({})
    assert send(fairway, b"") == b""
    fairway.write("all.yaml", (fairway.folder / "all.yaml").read_text().replace("use-proxy-protocol: 'true'", "use-proxy-protocol: 'false'"))
    until(lambda: send(fairway, b"").startswith(b"HTTP/1.1 200"), what="the change")
    assert re.match(rb"HTTP/1.1 400|$", send(fairway, TO_1234))
