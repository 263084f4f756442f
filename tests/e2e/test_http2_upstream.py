"""HTTP/2 towards endpoints: backend-protocol GRPC and GRPCS, from clients of both versions."""

import concurrent.futures
import hashlib
import json
import os
import subprocess

import pytest

from support.http2_origin import Http2Origin
from support.manifests import HOST, endpoints, ingress, service, tls_secret


@pytest.fixture(params=["GRPC", "GRPCS"])
def protocol(request):
    return request.param


@pytest.fixture
def origin(protocol, authority, tmp_path):
    origin = Http2Origin(authority.issue("pod.example") if protocol == "GRPCS" else None, tmp_path)
    yield origin
    origin.close()


@pytest.fixture
def fairway(serve, origin, protocol, authority):
    annotations = {"nginx.ingress.kubernetes.io/backend-protocol": protocol,
                   "nginx.ingress.kubernetes.io/ssl-redirect": "false",
                   "nginx.ingress.kubernetes.io/proxy-body-size": "0"}
    return serve({"all.yaml": [ingress(tls="tls-secret", annotations=annotations), service(), endpoints(origin),
                               tls_secret(authority.issue(HOST))]})


def curl(fairway, path, *flags, tls=False, **options):
    scheme, port = ("https", fairway.https_port) if tls else ("http", fairway.http_port)
    command = ["curl", "-sSk", "--max-time", "30", "--resolve", f"{HOST}:{port}:127.0.0.1", *flags,
               f"{scheme}://{HOST}:{port}{path}"]
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


@pytest.mark.parametrize("client", [("--http1.1", False), ("--http1.1", True), ("--http2", True),
                                    ("--http2-prior-knowledge", False)])
def test_any_client_reaches_an_http2_endpoint(fairway, protocol, client):
    flag, tls = client
    facts = json.loads(curl(fairway, "/a/facts", flag, tls=tls))
    assert facts[":method"] == "GET"
    assert facts[":path"] == "/a/facts"
    assert facts[":scheme"] == ("https" if protocol == "GRPCS" else "http")
    assert facts[":authority"].startswith(HOST)
    assert facts["x-forwarded-proto"] == ("https" if tls else "http")


@pytest.mark.parametrize("flag", ["--http1.1", "--http2-prior-knowledge"])
def test_large_bodies_come_back_whole(fairway, flag):
    sent = os.urandom(5_000_000)
    got = curl(fairway, "/echo", flag, "--data-binary", "@-", "-H", "Content-Type: application/octet-stream", input=sent)
    assert hashlib.sha256(got).hexdigest() == hashlib.sha256(sent).hexdigest()


def test_trailers_reach_the_client(fairway):
    shown = curl(fairway, "/echo", "--http2-prior-knowledge", "-i", "--data", "x").decode()
    assert "x-origin: done" in shown


def test_requests_share_connections(fairway, origin):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda i: curl(fairway, "/echo", "--data", f"body {i}"), range(40)))
    assert sorted(bodies) == sorted(f"body {i}".encode() for i in range(40))
    assert origin.connections <= os.cpu_count()  # one for each worker
