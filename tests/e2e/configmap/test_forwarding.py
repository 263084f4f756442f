"""ConfigMap keys about who the client is, and the fields that endpoints and clients get (reference 2.3, 2.4, 4.1)."""

import re
import socket
import subprocess

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, site, tls_secret
from support.scripted_origin import response
from support.waiting import until


@pytest.fixture
def asked(serve, scripted_origin):
    """asked({"key": value}, **fields): the request that the endpoint sees, and the answer."""
    def ask(config, fields=None, answer=response(200, "ok"), path="/"):
        origin = scripted_origin(answer)
        fairway = serve(site(origin, config=config), "--configmap", "default/fairway")
        got = fairway.get(path, headers=fields or {})
        return (origin.requests[0] if origin.requests else None), got
    return ask


CLAIMS = {"X-Forwarded-For": "192.0.2.1, 192.0.2.2", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.example, b.example",
          "X-Forwarded-Port": "1234"}


@covers_key("use-forwarded-headers", "compute-full-forwarded-for")
def test_forwarded_fields_are_believed_only_when_told_so(asked):
    seen, _ = asked({}, CLAIMS)
    assert (seen.get("X-Forwarded-For"), seen.get("X-Forwarded-Proto"), seen.get("X-Forwarded-Host")) == ("127.0.0.1", "http", HOST)
    assert seen.get("X-Original-Forwarded-For") == CLAIMS["X-Forwarded-For"]
    seen, _ = asked({"use-forwarded-headers": "true"}, CLAIMS)
    assert seen.get("X-Real-IP") == seen.get("X-Forwarded-For") == "192.0.2.1"
    assert [seen.get(f"X-Forwarded-{name}") for name in ("Proto", "Host", "Port")] == ["https", "a.example", "1234"]
    assert seen.get("Host") == "a.example"
    seen, _ = asked({"use-forwarded-headers": "true", "compute-full-forwarded-for": "true"}, CLAIMS)
    assert seen.get("X-Forwarded-For") == "192.0.2.1, 192.0.2.2, 127.0.0.1"


@covers_key("enable-real-ip", "proxy-real-ip-cidr")
def test_the_address_alone_can_be_believed(asked):
    seen, _ = asked({"enable-real-ip": "true"}, CLAIMS)
    assert (seen.get("X-Real-IP"), seen.get("X-Forwarded-Proto"), seen.get("Host")) == ("192.0.2.1", "http", HOST)
    seen, _ = asked({"enable-real-ip": "true", "proxy-real-ip-cidr": "127.0.0.0/8,192.0.2.2/32"}, CLAIMS)
    assert seen.get("X-Real-IP") == "192.0.2.1"
    seen, _ = asked({"enable-real-ip": "true", "proxy-real-ip-cidr": "127.0.0.0/8"}, CLAIMS)
    assert seen.get("X-Real-IP") == "192.0.2.2"  # the first from the right that is not trusted
    seen, _ = asked({"enable-real-ip": "true", "proxy-real-ip-cidr": "10.0.0.0/8"}, CLAIMS)
    assert seen.get("X-Real-IP") == "127.0.0.1"


@covers_key("forwarded-for-header", "forwarded-host-header")
def test_the_names_of_the_fields_that_are_read(asked):
    seen, _ = asked({"use-forwarded-headers": "true", "forwarded-for-header": "CF-Connecting-IP", "forwarded-host-header": "X-Host"},
                    {**CLAIMS, "CF-Connecting-IP": "198.51.100.7", "X-Host": "c.example"})
    assert (seen.get("X-Real-IP"), seen.get("X-Original-Forwarded-Host")) == ("198.51.100.7", "c.example")


@covers_key("proxy-add-original-uri-header", "generate-request-id")
def test_fields_that_are_added(asked):
    seen, _ = asked({}, path="/a?b=c")
    assert seen.get("X-Original-URI") is None
    assert re.fullmatch("[0-9a-f]{32}", seen.get("X-Request-ID"))
    seen, _ = asked({"proxy-add-original-uri-header": "true", "generate-request-id": "false"}, path="/a?b=c")
    assert seen.get("X-Original-URI") == "/a?b=c"
    assert seen.get("X-Request-ID") is None
    seen, _ = asked({"generate-request-id": "false"}, {"X-Request-ID": "mine"})
    assert seen.get("X-Request-ID") == "mine"


@covers_key("hide-headers", "server-tokens")
def test_response_fields_that_clients_do_not_get(asked):
    answer = response(200, "ok", X_Powered_By="php", Server="apache", X_Other="1")
    _, got = asked({}, answer=answer)
    assert (got.headers["X-Powered-By"], got.headers["Server"], got.headers["X-Other"]) == ("php", None, "1")
    _, got = asked({"hide-headers": "x-powered-by,X-Other", "server-tokens": "true"}, answer=answer)
    assert (got.headers["X-Powered-By"], got.headers["X-Other"]) == (None, None)
    assert got.headers["Server"] not in (None, "apache")


@covers_key("hsts", "hsts-max-age", "hsts-include-subdomains", "hsts-preload")
def test_hsts_on_https_alone(serve, origins, authority, tmp_path):
    import httpx
    import ssl
    context = ssl.create_default_context(cadata=authority.pem)

    def over_tls(config):
        manifests = site(*origins(1), tls="tls-secret", config=config, ssl_redirect="false")
        manifests["all.yaml"].append(tls_secret(authority.issue(HOST)))
        fairway = serve(manifests, "--configmap", "default/fairway")
        assert fairway.get().headers["Strict-Transport-Security"] is None
        with httpx.Client(verify=context) as client:
            return client.get(f"https://127.0.0.1:{fairway.https_port}/", headers={"Host": HOST},
                              extensions={"sni_hostname": HOST}).headers.get("Strict-Transport-Security")
    assert over_tls({}) == "max-age=31536000; includeSubDomains"
    assert over_tls({"hsts": "false"}) is None
    assert over_tls({"hsts-max-age": "60", "hsts-include-subdomains": "false", "hsts-preload": "true"}) == "max-age=60; preload"


@covers("app-root", "from-to-www-redirect")
@covers_key("hsts")
@pytest.mark.parametrize("http2", [False, True])
def test_hsts_is_the_paths_and_not_the_hosts(serve, origins, authority, http2):
    import httpx
    import ssl
    context = ssl.create_default_context(cadata=authority.pem)
    manifests = site(*origins(1), tls="tls-secret", app_root="/login", from_to_www_redirect="true", config={"block-user-agents": "EvilBot"})
    manifests["all.yaml"].append(tls_secret(authority.issue(HOST, f"www.{HOST}")))
    fairway = serve(manifests, "--configmap", "default/fairway")

    def asked(host, path, headers={}):
        with httpx.Client(verify=context, http1=not http2, http2=http2) as client:
            answer = client.get(f"https://127.0.0.1:{fairway.https_port}{path}", extensions={"sni_hostname": host},
                                headers={"Host": host, **headers})
        return answer.status_code, answer.headers.get("Strict-Transport-Security")
    told = "max-age=31536000; includeSubDomains"
    assert asked(HOST, "/login") == (200, told)
    assert asked(HOST, "/") == (302, None)
    assert asked(f"www.{HOST}", "/") == (308, None)
    assert asked(HOST, "/login", {"User-Agent": "EvilBot"}) == (403, None)


@covers_key("proxy-real-ip-cidr")
@pytest.mark.parametrize("value, believed", [
    ("10.0.0.0/8,192.168.0.0.0/16", False), ("10.0.0.0/8 192.168.0.0/16", False), ("127.0.0.0/8,192.168.0.0.0/16", True)])
def test_a_slip_in_the_list_of_proxies_makes_nobody_believed(asked, value, believed):
    seen, _ = asked({"use-forwarded-headers": "true", "proxy-real-ip-cidr": value}, {"X-Forwarded-For": "192.0.2.1"})
    assert seen.get("X-Real-IP") == ("192.0.2.1" if believed else "127.0.0.1")


@covers_key("hide-headers")
def test_a_slip_in_a_list_of_fields_concerns_itself_alone(asked):
    _, got = asked({"hide-headers": "X-Powered-By, bad name"}, answer=response(200, "ok", X_Powered_By="PHP/8"))
    assert got.headers["X-Powered-By"] is None


def test_the_port_of_the_tls_listener_is_called_443(serve, scripted_origin, authority):
    origin = scripted_origin(response(200, "ok"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    manifests = site(origin, tls="tls-secret", use_port_in_redirects="true")
    manifests["all.yaml"].append(tls_secret(authority.issue(HOST)))
    fairway = serve(manifests, "--https-port", port)
    subprocess.run(["curl", "-sS", "-k", "--resolve", f"{HOST}:{port}:127.0.0.1", f"https://{HOST}:{port}/"], check=True,
                   timeout=20, stdout=subprocess.DEVNULL)
    assert origin.requests[0].get("X-Forwarded-Port") == "443"
    assert fairway.get("/").headers["Location"] == f"https://{HOST}:{port}"  # redirects name the port that answers


@covers_key("use-forwarded-headers")
def test_the_best_host_is_the_one_that_was_believed(serve, scripted_origin):
    origin = scripted_origin(response(200, "ok"))
    config = {"use-forwarded-headers": "true", "log-format-upstream": "$best_http_host $http_host"}
    fairway = serve(site(origin, config=config, upstream_vhost="$best_http_host"), "--configmap", "default/fairway")
    fairway.get("/", headers={"X-Forwarded-Host": "other.example.com, b"})
    assert origin.requests[0].get("Host") == "other.example.com"
    until(lambda: fairway.output, 20, "the line")
    assert fairway.output == [f"other.example.com {HOST}"]
