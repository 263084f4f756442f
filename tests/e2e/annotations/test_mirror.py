"""mirror-target, mirror-host, mirror-request-body (reference 3.14)."""

import threading

import pytest

from support.covers import covers
from support.manifests import annotated, endpoints, service, site
from support.scripted_origin import response
from support.waiting import until


@pytest.fixture
def mirrored(serve, scripted_origin):
    """mirrored(target with {port}, **annotations) -> (fairway, origin, origin of the copies)"""
    def start(target, copies=response(200, "nobody sees this"), **annotations):
        origin, copy = scripted_origin(response(200, "ok")), scripted_origin(copies)
        return serve(site(origin, mirror_target=target.format(port=copy.port), **annotations)), origin, copy
    return start


@covers("mirror-target")
def test_a_copy_of_each_request_goes_to_the_target(mirrored):
    fairway, origin, copy = mirrored("http://127.0.0.1:{port}$request_uri")
    answer = fairway.get("/a/b?c=d", method="PUT", body=b"hello", headers={"X-Own": "client's", "X-Forwarded-Proto": "mine"})
    assert (answer.status, answer.text) == (200, "ok")
    until(lambda: copy.requests, 20, "the copy")
    seen = copy.requests[0]
    assert (seen.method, seen.target, seen.version, seen.body) == ("PUT", "/a/b?c=d", "HTTP/1.0", b"hello")
    assert seen.get("Host") == f"127.0.0.1:{copy.port}" and seen.get("Connection") == "close"
    assert seen.get("X-Own") == "client's" and seen.get("X-Real-IP") is None and seen.get("X-Forwarded-Proto") == "mine"


@covers("mirror-target", "mirror-host")
def test_without_a_path_the_copy_has_that_of_the_request(mirrored):
    fairway, _, copy = mirrored("http://127.0.0.1:{port}", mirror_host="copy.example.com")
    fairway.get("/a?b")
    until(lambda: copy.requests, 20, "the copy")
    assert (copy.requests[0].target, copy.requests[0].get("Host")) == ("/a?b", "copy.example.com")


@covers("mirror-target")
def test_a_path_and_variables_in_the_target(mirrored):
    fairway, _, copy = mirrored("http://127.0.0.1:{port}/copies/$request_method")
    fairway.get("/a?b")
    until(lambda: copy.requests, 20, "the copy")
    assert copy.requests[0].target == "/copies/GET"


@covers("mirror-request-body")
def test_the_body_can_be_left_out(mirrored):
    fairway, origin, copy = mirrored("http://127.0.0.1:{port}", mirror_request_body="off")
    fairway.get("/", method="POST", body=b"hello")
    until(lambda: copy.requests, 20, "the copy")
    assert (copy.requests[0].get("Content-Length"), copy.requests[0].body) == ("0", b"")
    assert origin.requests[0].body == b"hello"


@covers("mirror-target", "mirror-request-body")
@pytest.mark.parametrize("buffering", ["on", "off"])
def test_large_and_chunked_bodies_are_copied(mirrored, buffering):
    fairway, origin, copy = mirrored("http://127.0.0.1:{port}", proxy_body_size="0", proxy_request_buffering=buffering)
    body = bytes(range(256)) * 10_000
    answer = fairway.get("/", method="POST", body=iter([body[:1_000_000], body[1_000_000:]]))
    assert answer.status == 200
    until(lambda: copy.requests, 20, "the copy")
    assert copy.requests[0].body == origin.requests[0].body == body


@covers("mirror-target")
def test_a_mirror_that_hangs_or_is_gone_slows_nothing(mirrored):
    release = threading.Event()

    def hang(_request):
        release.wait(60)
        return response(200, "")
    fairway, origin, copy = mirrored("http://127.0.0.1:{port}", hang)
    for _ in range(300):  # more than may be on their way at once
        assert fairway.get("/").text == "ok"
    release.set()
    copy.close()
    for _ in range(5):
        assert fairway.get("/").text == "ok"
    assert len(origin.requests) == 305


@covers("mirror-target")
def test_names_of_services_mean_their_endpoints(serve, scripted_origin):
    origin, copy = scripted_origin(), scripted_origin()
    fairway = serve({"all.yaml": [annotated(mirror_target="http://copies.default.svc$request_uri"), service(), endpoints(origin),
                                  service("copies"), endpoints(copy, name="copies")]})
    assert fairway.get("/x").status == 200
    until(lambda: copy.requests, 20, "the copy")
    assert (copy.requests[0].target, copy.requests[0].get("Host")) == ("/x", "copies.default.svc")


@covers("mirror-target")
def test_what_is_refused_has_no_copy(serve, scripted_origin):
    origin, copy = scripted_origin(), scripted_origin()
    fairway = serve(site(origin, mirror_target=f"http://127.0.0.1:{copy.port}", permanent_redirect="https://example.com/"))
    assert fairway.get("/").status == 301
    fairway = serve(site(origin, mirror_target="ftp://copy.example.com"))
    assert fairway.get("/").status == 200
    assert any("mirror-target" in str(entry) for entry in fairway.log)
    assert not copy.requests


@covers("mirror-target")
@pytest.mark.parametrize("path", ["/a HTTP/1.1\r\nHost: admin.internal\r\n\r\nDELETE /x", "/a b", "/#part", '/"', "/caf\u00e9"])
def test_what_no_url_can_have_mirrors_nothing(mirrored, path):
    fairway, _, copy = mirrored("http://127.0.0.1:{port}" + path)
    assert fairway.get("/").status == 200
    assert any("mirror-target" in entry["field"] for entry in fairway.events("diagnostic"))
    assert not copy.requests


@covers("mirror-target")
@pytest.mark.parametrize("target, expected", [
    ("$uri", "/a%20b/%E2%82%AC%"), ("?to=copy", "/?to=copy"), ("/x?of=$uri", "/x?of=/a%20b/%E2%82%AC%")])
def test_request_lines_of_copies_are_whole(mirrored, target, expected):
    fairway, _, copy = mirrored("http://127.0.0.1:{port}" + target)
    fairway.get("/a%20b/%e2%82%ac%25")
    until(lambda: copy.requests, 20, "the copy")
    assert copy.requests[0].target == expected
