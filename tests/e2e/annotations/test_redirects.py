"""Redirects that annotations ask for, and the redirect to HTTPS (reference 2.2 and 3.2)."""

import socket
import subprocess

import pytest

from support.cluster_objects import in_cluster
from support.covers import covers, covers_key
from support.manifests import HOST, annotated, site, tls_secret
from support.waiting import until

FLAG = ("--configmap", "default/fairway")


@pytest.fixture
def secure(serve, origins, authority):
    """secure(config=…, **annotations): a site whose host has a TLS section."""
    def start(**options):
        manifests = site(*origins(1), tls="tls-secret", **options)
        manifests["all.yaml"].append(tls_secret(authority.issue(HOST)))
        return serve(manifests, *(FLAG if "config" in options else ()))
    return start


@pytest.fixture
def plain(serve, origins):
    def start(**options):
        return serve(site(*origins(1), **options), *(FLAG if "config" in options else ()))
    return start


def location(fairway, path="/", **options):
    response = fairway.get(path, **options)
    return response.status, response.headers["Location"]


@covers("ssl-redirect")
@covers_key("ssl-redirect")
def test_hosts_with_tls_redirect_until_told_otherwise(secure):
    assert location(secure()) == (308, f"https://{HOST}")
    assert secure(ssl_redirect="false").get().status == 200
    assert secure(ssl_redirect="off").get().status == 308  # no word of ParseBool: the default holds
    assert secure(config={"ssl-redirect": "false"}).get().status == 200
    assert secure(config={"ssl-redirect": "false"}, ssl_redirect="true").get().status == 308


@covers("force-ssl-redirect")
@covers_key("force-ssl-redirect", "use-forwarded-headers")
def test_force_redirects_without_tls_and_believes_the_proxy_in_front(plain):
    fairway = plain(force_ssl_redirect="true", config={"use-forwarded-headers": "true"})
    assert location(fairway, "/a?b=c") == (308, f"https://{HOST}/a?b=c")
    assert fairway.get(headers={"X-Forwarded-Proto": "https"}).status == 200
    assert location(plain(config={"force-ssl-redirect": "true"}))[0] == 308
    assert plain().get().status == 200


@covers("preserve-trailing-slash")
@covers_key("preserve-trailing-slash")
def test_one_final_slash_is_cut_unless_preserved(secure):
    assert location(secure(), "/a/")[1] == f"https://{HOST}/a"
    assert location(secure(), "/a//")[1] == f"https://{HOST}/a/"
    assert location(secure(preserve_trailing_slash="true"), "/a/")[1] == f"https://{HOST}/a/"
    assert location(secure(config={"preserve-trailing-slash": "true"}), "/a/")[1] == f"https://{HOST}/a/"


@covers("use-port-in-redirects")
@covers_key("use-port-in-redirects")
def test_the_port_is_named_when_asked(secure):
    assert location(secure(use_port_in_redirects="true"), "/a")[1] == f"https://{HOST}:443/a"
    assert location(secure(config={"use-port-in-redirects": "true"}), "/a")[1] == f"https://{HOST}:443/a"


@covers_key("http-redirect-code")
@pytest.mark.parametrize("code, status", [("301", 301), ("302", 302), ("307", 307), ("308", 308), ("303", 308), ("x", 308)])
def test_the_status_of_the_redirect(secure, code, status):
    assert secure(config={"http-redirect-code": code}).get().status == status


@covers_key("no-tls-redirect-locations")
def test_the_ingress_path_exempts_from_the_redirect(secure):
    challenge = "/.well-known/acme-challenge/token"
    assert secure(paths={challenge: "kubia"}).get(challenge).status == 200
    assert secure().get(challenge).status == 308  # the path of the request does not count
    fairway = secure(paths={"/open": "kubia", challenge: "kubia"}, config={"no-tls-redirect-locations": "/open"})
    assert (fairway.get("/open/x").status, fairway.get(challenge).status) == (200, 308)


@covers("permanent-redirect", "permanent-redirect-code")
def test_permanent_redirect_takes_every_request_and_nothing_of_it(plain):
    fairway = plain(permanent_redirect="https://new.example.com/home")
    assert location(fairway, "/any?x=1", method="POST") == (301, "https://new.example.com/home")
    assert location(plain(permanent_redirect="https://new.example.com", permanent_redirect_code="308"))[0] == 308
    assert location(plain(permanent_redirect="https://new.example.com", permanent_redirect_code="404"))[0] == 301


@covers("temporal-redirect", "temporal-redirect-code")
def test_temporal_redirect_wins_over_the_permanent_one_and_over_https(secure):
    fairway = secure(permanent_redirect="https://a.example.com", temporal_redirect="https://b.example.com")
    assert location(fairway) == (302, "https://b.example.com")
    assert location(secure(temporal_redirect="https://b.example.com", temporal_redirect_code="307"))[0] == 307
    assert location(secure(temporal_redirect="https://b.example.com", temporal_redirect_code="308"))[0] == 302


@covers("relative-redirects")
@covers_key("relative-redirects")
def test_redirects_on_the_same_host_are_absolute_until_told_otherwise(plain, secure):
    here = {"permanent_redirect": "/new"}
    fairway = plain(**here)
    assert location(fairway, host=f"{HOST}:{fairway.http_port}")[1] == f"http://{HOST}:{fairway.http_port}/new"
    assert location(plain(**here, relative_redirects="true"))[1] == "/new"
    assert location(plain(**here, config={"relative-redirects": "true"}))[1] == "/new"
    assert location(plain(paths={"/a/": "kubia"}, relative_redirects="true"), "/a?x")[1] == "/a/?x"
    assert location(secure(relative_redirects="true"))[1] == f"https://{HOST}"  # the redirect to HTTPS leaves the scheme


@covers("permanent-redirect")
def test_a_location_cannot_be_forged(plain):
    fairway = plain(permanent_redirect="https://a.example.com/$host\r\nX-Evil: 1")
    assert fairway.get().status == 200
    assert fairway.get().headers["X-Evil"] is None


@covers("permanent-redirect-code", "temporal-redirect-code")
@pytest.mark.parametrize("annotations", [{"permanent_redirect": "/new", "permanent_redirect_code": "304"},
                                         {"temporal_redirect": "https://new.example", "temporal_redirect_code": "304"}])
def test_a_304_has_no_body(plain, annotations):
    fairway = plain(**annotations)
    with socket.create_connection(("127.0.0.1", fairway.http_port), timeout=10) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        head, _, body = b"".join(iter(lambda: client.recv(65536), b"")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 304 ") and body == b""
    got = subprocess.run(["curl", "-sS", "-i", "--http2-prior-knowledge", "-H", f"Host: {HOST}",
                          f"http://127.0.0.1:{fairway.http_port}/"], capture_output=True, text=True, timeout=20, check=True)
    assert got.stdout.startswith("HTTP/2 304") and "html" not in got.stdout


@covers("use-port-in-redirects")
@covers_key("use-port-in-redirects")
def test_the_port_is_in_the_redirect_to_a_final_slash(plain):
    fairway = plain(paths={"/foo/": "kubia"}, use_port_in_redirects="true")
    assert location(fairway, "/foo?x") == (301, f"http://{HOST}:{fairway.http_port}/foo/?x")
    assert location(plain(paths={"/foo/": "kubia"}), "/foo?x") == (301, f"http://{HOST}/foo/?x")


@covers("permanent-redirect", "temporal-redirect")
def test_variables_where_annotations_are_not_validated(controller, api):
    fairway = controller("--enable-annotation-validation=false")
    api.put(in_cluster(annotated(permanent_redirect="https://new.example.com$request_uri", permanent_redirect_code="308")))
    until(lambda: fairway.get("/").status == 308, what="the redirect")
    assert location(fairway, "/a%20b?c=d") == (308, "https://new.example.com/a%20b?c=d")
    api.put(in_cluster(annotated(temporal_redirect="https://$host.example.com/")))
    until(lambda: fairway.get("/").status == 302, what="the other redirect")
    assert location(fairway) == (302, f"https://{HOST}.example.com/")
