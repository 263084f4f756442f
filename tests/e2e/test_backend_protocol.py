"""TLS to endpoints, which protocol they are spoken to in, and who may share a connection."""

import http.client
import json
import os
import ssl

import pytest

from support.certificates import Authority
from support.covers import covers
from support.fairway import run_command
from support.manifests import HOST, config_map, endpoints, ingress, service, to_yaml
from support.tls_origin import TlsOrigin
from support.waiting import until

PREFIX = "nginx.ingress.kubernetes.io/"
NAME = "web.shop.svc"


def annotated(name="kubia", paths=None, **annotations):
    """Names of annotations are written with '_' for '-'."""
    return ingress(name, paths=paths, annotations={PREFIX + key.replace("_", "-"): value for key, value in annotations.items()})


def secret(authority, certificate=None, name="backend"):
    data = {"ca.crt": authority.pem}
    if certificate:
        data |= {"tls.crt": certificate.chain_pem, "tls.key": certificate.key_pem}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


@pytest.fixture
def tls_origin(authority):
    running = []

    def start(*names, **options):
        running.append(TlsOrigin(authority.issue(*(names or (NAME,))), **options))
        return running[-1]

    yield start
    for origin in running:
        origin.close()


def manifests(origin, *ingresses, **more):
    return {"ingress.yaml": list(ingresses), "service.yaml": [service(), endpoints(origin)],
            **{f"{name}.yaml": content for name, content in more.items()}}


def seen(fairway, path="/"):
    response = fairway.get(path)
    assert response.status == 200, (response.status, response.text, fairway.events("upstream.tls_failed"))
    return json.loads(response.text)


@covers("backend-protocol")
def test_https_takes_any_certificate_and_keeps_the_connection(serve, tls_origin):
    fairway = serve(manifests(tls_origin(), annotated(backend_protocol="https")))
    first = seen(fairway)
    assert first == {"connection": first["connection"], "client": None, "sni": None, "alpn": "http/1.1"}
    workers = len(os.sched_getaffinity(0))  # each may have a connection of its own
    assert len({seen(fairway)["connection"] for _ in range(10 * workers)}) <= workers


def test_app_protocol_of_the_service_port_decides_without_annotation(serve, tls_origin):
    origin = tls_origin()
    secure = service()
    secure["spec"]["ports"][0]["appProtocol"] = "https"
    fairway = serve({"ingress.yaml": ingress(), "service.yaml": [secure, endpoints(origin)]})
    assert seen(fairway)["alpn"] == "http/1.1"
    fairway.write("ingress.yaml", annotated(backend_protocol="HTTP"))
    until(lambda: fairway.get().status == 502, what="plain HTTP to an HTTPS server")


@covers("proxy-ssl-secret", "proxy-ssl-verify", "proxy-ssl-name")
def test_verification_needs_the_right_name_and_says_what_is_wrong(serve, tls_origin, authority):
    names = {"backend_protocol": "HTTPS", "proxy_ssl_secret": "default/backend", "proxy_ssl_verify": "on"}
    fairway = serve(manifests(tls_origin(), annotated(**names, proxy_ssl_name=NAME), secret=secret(authority)))
    assert seen(fairway)["sni"] is None

    fairway.write("ingress.yaml", annotated(**names, proxy_ssl_name="other.svc"))
    until(lambda: fairway.get().status == 502, what="the wrong name to be refused")
    reason = fairway.events("upstream.tls_failed")[0]["reason"]
    assert "certificate verify failed" in reason and 'wanted "other.svc"' in reason and NAME in reason

    fairway.write("ingress.yaml", annotated(**names, proxy_ssl_name=NAME))
    fairway.write("secret.yaml", secret(Authority()))
    until(lambda: fairway.get().status == 502, what="an authority that issued nothing here")


@covers("proxy-ssl-verify")
def test_a_word_that_is_neither_on_nor_off_closes_the_paths(serve, tls_origin, authority):
    for word, status in (("true", 503), ("ON", 503), ("off", 200)):
        names = {"backend_protocol": "HTTPS", "proxy_ssl_secret": "default/backend", "proxy_ssl_verify": word}
        assert serve(manifests(tls_origin(), annotated(**names), secret=secret(authority))).get().status == status
    assert serve(manifests(tls_origin(), annotated(backend_protocol="HTTPS", proxy_ssl_verify="true"))).get().status == 200


@covers("proxy-ssl-name")
def test_without_a_name_nothing_is_valid(serve, tls_origin, authority):
    fairway = serve(manifests(tls_origin(), annotated(backend_protocol="HTTPS", proxy_ssl_secret="default/backend", proxy_ssl_verify="on"),
                              secret=secret(authority)))
    assert fairway.get().status == 502


@covers("proxy-ssl-server-name")
def test_server_name_is_sent_when_asked(serve, tls_origin, authority):
    fairway = serve(manifests(tls_origin(), annotated(backend_protocol="HTTPS", proxy_ssl_secret="default/backend", proxy_ssl_name=NAME,
                                                      proxy_ssl_server_name="on"), secret=secret(authority)))
    assert seen(fairway)["sni"] == NAME


@covers("proxy-ssl-verify-depth")
def test_longer_chains_than_allowed_are_refused(serve, authority):
    origin = TlsOrigin(Authority(parent=authority).issue(NAME))
    names = {"backend_protocol": "HTTPS", "proxy_ssl_secret": "default/backend", "proxy_ssl_verify": "on", "proxy_ssl_name": NAME}
    statuses = {depth: serve(manifests(origin, annotated(**names, proxy_ssl_verify_depth=depth), secret=secret(authority))).get().status
                for depth in ("0", "1", "2")}
    origin.close()
    assert statuses == {"0": 502, "1": 200, "2": 200}


@covers("proxy-ssl-protocols", "proxy-ssl-ciphers")
def test_protocols_and_ciphers_towards_endpoints(serve, tls_origin, authority):
    origin = tls_origin()
    def status(**more):
        names = {"backend_protocol": "HTTPS", "proxy_ssl_secret": "default/backend", **more}
        return serve(manifests(origin, annotated(**names), secret=secret(authority))).get().status
    origin._context.minimum_version = ssl.TLSVersion.TLSv1_3
    assert (status(), status(proxy_ssl_protocols="TLSv1.3")) == (502, 200)  # TLSv1.2 alone by default, as in ingress-nginx
    origin._context.minimum_version, origin._context.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
    origin._context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    assert (status(), status(proxy_ssl_ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")) == (200, 502)


@covers("proxy-ssl-secret")
def test_paths_with_and_without_client_certificate_never_share_a_connection(serve, tls_origin, authority):
    origin = tls_origin(client_authority=authority.pem)
    both = (annotated("with", {"/with": "kubia"}, backend_protocol="HTTPS", proxy_ssl_secret="default/backend"),
            annotated("without", {"/without": "kubia"}, backend_protocol="HTTPS"))
    fairway = serve(manifests(origin, *both, secret=secret(authority, authority.issue("fairway")),
                              settings=config_map(proxy_ssl_location_only="true")), "--configmap", "default/fairway")
    for _ in range(10):
        assert seen(fairway, "/with")["client"] == "fairway"
        assert fairway.get("/without").status == 502
    assert any("certificate required" in event["reason"] for event in fairway.events("upstream.tls_failed"))

    fairway.write("settings.yaml", config_map(proxy_ssl_location_only="false"))
    until(lambda: fairway.get("/without").status == 200, what="the settings of the host to hold for every path")


@covers("proxy-ssl-secret")
def test_a_new_secret_is_used_at_once(serve, tls_origin, authority):
    origin = tls_origin(client_authority=authority.pem)
    fairway = serve(manifests(origin, annotated(backend_protocol="HTTPS", proxy_ssl_secret="default/backend"),
                              secret=secret(authority, authority.issue("first"))))
    assert seen(fairway)["client"] == "first"
    fairway.write("secret.yaml", secret(authority, authority.issue("second")))
    until(lambda: seen(fairway)["client"] == "second", what="the new certificate")
    assert all(seen(fairway)["client"] == "second" for _ in range(10))

    (fairway.folder / "secret.yaml").unlink()
    until(lambda: fairway.get().status == 503, what="the paths to close without their Secret")


@covers("backend-protocol")
def test_auto_http_goes_as_the_client_came(serve, tls_origin):
    origin = tls_origin()
    fairway = serve(manifests(origin, annotated(backend_protocol="AUTO_HTTP")))
    assert fairway.get().status == 502  # plain HTTP to an HTTPS server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", fairway.https_port, timeout=10, context=context)
    connection.request("GET", "/", headers={"Host": HOST})
    assert json.loads(connection.getresponse().read())["alpn"] == "http/1.1"
    connection.close()


def test_explain_tells(tmp_path, authority):
    (tmp_path / "all.yaml").write_text(to_yaml([
        annotated("kubia", backend_protocol="HTTPS", proxy_ssl_secret="default/backend", proxy_ssl_verify="on", proxy_ssl_name=NAME),
        service(), secret(authority)]))
    explained = run_command("explain", "-f", tmp_path, f"http://{HOST}/")
    assert "speaks HTTP/1.1 over TLS (annotation backend-protocol)" in explained.stdout, explained
    assert f'the endpoint\'s certificate must be valid for "{NAME}"' in explained.stdout
