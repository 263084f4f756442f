"""Ciphers of single hosts, and TLS that is passed through (reference 3.16), seen by openssl s_client and Python's ssl."""

import json
import re
import socket
import ssl
import struct
import subprocess
import time

import pytest

from support.covers import covers
from support.manifests import HOST, annotated, endpoints, service, site, tls_secret
from support.tls_origin import TlsOrigin
from support.waiting import until

AES128, AES256 = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
OTHER = "other.example.com"


def cipher(fairway, *arguments, name=HOST):
    command = ["openssl", "s_client", "-tls1_2", "-connect", f"127.0.0.1:{fairway.https_port}", "-servername", name, *arguments]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=20)
    found = re.search(r"^New, \S+, Cipher is (\S+)$", done.stdout, re.M)
    return found.group(1) if found and found.group(1) != "(NONE)" else None


@covers("ssl-ciphers", "ssl-prefer-server-ciphers")
def test_ciphers_of_a_host(serve, origins, authority):
    manifests = site(*origins(1), tls="tls-secret", ssl_ciphers=f"{AES256}:{AES128}", ssl_prefer_server_ciphers="false")
    manifests["all.yaml"] += [annotated("other", host=OTHER), tls_secret(authority.issue(HOST))]
    fairway = serve(manifests)
    assert cipher(fairway, "-cipher", f"{AES128}:{AES256}") == AES128  # as the client likes it
    assert cipher(fairway, "-cipher", f"{AES256}:{AES128}") == AES256
    assert cipher(fairway, "-cipher", f"{AES256}:{AES128}", name=OTHER) == AES128  # as the server likes it
    assert cipher(fairway, "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305") is None
    assert cipher(fairway, "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305", name=OTHER) is not None


@covers("ssl-ciphers", "ssl-prefer-server-ciphers", "server-alias")
def test_ciphers_of_a_host_by_its_other_names(serve, origins, authority):
    aliases = ("plain.example.org", "x.y.deep.example.org", "re7.example.net")
    manifests = site(*origins(1), tls="tls-secret", ssl_ciphers=f"{AES256}:{AES128}", ssl_prefer_server_ciphers="false",
                     from_to_www_redirect="true", server_alias=r"plain.example.org, *.deep.example.org, ~^re[0-9]\.example\.net$")
    manifests["all.yaml"].append(tls_secret(authority.issue(HOST)))
    fairway = serve(manifests)
    for name in aliases:
        assert cipher(fairway, "-cipher", f"{AES256}:{AES128}", name=name) == AES256, name
        assert cipher(fairway, "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305", name=name) is None, name
    # A server of its own in ingress-nginx, which has the ciphers of all.
    assert cipher(fairway, "-cipher", f"{AES256}:{AES128}", name=f"www.{HOST}") == AES128


@covers("ssl-ciphers")
def test_ciphers_that_do_not_exist_close_the_paths(serve, origins):
    fairway = serve(site(*origins(1), ssl_ciphers="BEST-CIPHER"))
    assert fairway.get().status == 503
    assert any("BEST-CIPHER" in entry["message"] for entry in fairway.events("diagnostic"))


PASSED = "passed.example.com"


@pytest.fixture
def passing(serve, origins, authority):
    """passing(*flags, config=…, **annotations) -> (fairway, TLS origin of PASSED); HOST is an ordinary host beside it"""
    started = []

    def start(*flags, config=None, **annotations):
        origin = TlsOrigin(authority.issue(PASSED))
        started.append(origin)
        manifests = site(*origins(1), tls="tls-secret", config=config)
        manifests["all.yaml"] += [
            annotated("passed", host=PASSED, paths={"/": ("passed", 443)}, ssl_passthrough="true", **annotations),
            service("passed", 443), endpoints(origin, name="passed"), tls_secret(authority.issue(HOST))]
        return serve(manifests, *flags, *(("--configmap", "default/fairway") if config is not None else ())), origin

    yield start
    for origin in started:
        origin.close()


def context_of(authority):
    context = ssl.create_default_context(cadata=authority.pem)
    context.set_alpn_protocols(["http/1.1"])
    return context


def ask(fairway, context, name, before=b""):
    with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=20) as plain:
        if before:
            plain.sendall(before)
        with context.wrap_socket(plain, server_hostname=name) as tls:
            tls.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while part := tls.recv(4096):
                answer += part
    return answer.partition(b"\r\n\r\n")[2].decode()


@covers("ssl-passthrough")
def test_tls_goes_to_the_service_as_it_is(passing, authority):
    fairway, _ = passing("--enable-ssl-passthrough")
    context = context_of(authority)  # trusts the certificate of the endpoint, for its name
    assert json.loads(ask(fairway, context, PASSED))["sni"] == PASSED
    assert ask(fairway, context, HOST).startswith("You've hit")
    with pytest.raises(ssl.SSLCertVerificationError):  # no passthrough by wildcard, nor for unknown names
        ask(fairway, context, "deeper." + PASSED)
    until(lambda: any(re.fullmatch(r"\[127\.0\.0\.1\] \[.*\] TCP 200 [1-9]\d* [1-9]\d* \d+\.\d{3}", line)
                      for line in fairway.output), what="a line of the stream log")
    assert fairway.metric("fairway_stream_sessions_total", protocol="TLS", address=PASSED, name="passed") == 1
    # Plain HTTP goes on as ever: to the endpoint, in what that takes for HTTP.
    assert fairway.get(host=PASSED).status in (400, 502)


@covers("ssl-passthrough")
def test_a_client_hello_in_pieces(passing, authority):
    """Fragments of TCP and of TLS records: each byte of the message in a record of its own."""
    fairway, _ = passing("--enable-ssl-passthrough")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context_of(authority).wrap_bio(incoming, outgoing, server_hostname=PASSED)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    hello = outgoing.read()
    message = hello[5:]
    with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=20) as plain:
        for at in range(0, len(message), 100):
            piece = message[at:at + 100]
            plain.sendall(hello[:3] + struct.pack("!H", len(piece)))
            time.sleep(0.01)  # not a wait: lets the pieces be pieces
            plain.sendall(piece)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                received = plain.recv(4096)
                assert received
                incoming.write(received)
        assert tls.getpeercert()["subjectAltName"] == (("DNS", PASSED),)


@covers("ssl-passthrough")
def test_what_is_not_tls_is_told_so(passing):
    fairway, _ = passing("--enable-ssl-passthrough")
    with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=20) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert plain.recv(4096).startswith(b"HTTP/1.1 400")


@covers("ssl-passthrough")
def test_a_service_without_endpoints_ends_the_connection(passing, authority):
    fairway, origin = passing("--enable-ssl-passthrough")
    fairway.write("all.yaml", (fairway.folder / "all.yaml").read_text().replace(f"port: {origin.port}", "port: 1"))
    context = context_of(authority)

    def fails():
        try:
            ask(fairway, context, PASSED)
        except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLSyscallError):
            return True
        return False
    until(fails, what="no endpoint that can be reached")
    assert fairway.metric("fairway_stream_failed_total", protocol="TLS", address=PASSED) >= 1


@covers("ssl-passthrough")
def test_without_the_flag_tls_is_terminated(passing, authority):
    fairway, _ = passing()
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(fairway, context_of(authority), PASSED)
    assert any("--enable-ssl-passthrough" in entry["message"] for entry in fairway.events("diagnostic"))


@covers("ssl-passthrough")
def test_behind_the_proxy_protocol(passing, authority):
    fairway, _ = passing("--enable-ssl-passthrough", config={
        "use-proxy-protocol": "true", "log-format-stream": "$remote_addr $proxy_protocol_addr $proxy_upstream_name $upstream_addr"})
    header = b"PROXY TCP4 192.0.2.7 192.0.2.1 4000 443\r\n"
    assert json.loads(ask(fairway, context_of(authority), PASSED, header))["sni"] == PASSED
    until(lambda: fairway.output, what="a line")
    assert re.fullmatch(r"192\.0\.2\.7 192\.0\.2\.7 default-passed-443 127\.0\.0\.1:\d+", fairway.output[0])


@covers("ssl-passthrough")
def test_the_settings_of_tls_do_not_reach_it(passing, authority):
    """Client certificates are the endpoint's business; an invalid switch closes the paths."""
    fairway, _ = passing("--enable-ssl-passthrough", ssl_redirect="false")
    assert json.loads(ask(fairway, context_of(authority), PASSED))["client"] is None
    fairway.write("all.yaml", (fairway.folder / "all.yaml").read_text().replace("ssl-passthrough: 'true'", "ssl-passthrough: maybe"))
    until(lambda: fairway.get(host=PASSED).status == 503, what="the change")
