"""Client certificates (reference 1.3, 3.7), shown by curl and Python's ssl."""

import re
import socket
import ssl
import subprocess
import types
import urllib.parse

import pytest

from support.certificates import Authority
from support.covers import covers
from support.manifests import HOST, annotated, endpoints, service, site, tls_secret
from support.waiting import until

CLIENT = "client.example.com"


def authorities(pem, name="clients", **more):
    """A Secret with ca.crt."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
            "stringData": {"ca.crt": pem, **{key.replace("_", "."): value for key, value in more.items()}}}


@pytest.fixture
def show(tmp_path):
    """show(certificate) -> arguments with which curl shows it"""
    def arguments(certificate):
        folder = tmp_path / f"certificate-{certificate.serial}"
        folder.mkdir(exist_ok=True)
        (folder / "crt").write_text(certificate.chain_pem)
        (folder / "key").write_text(certificate.key_pem)
        return ["--cert", str(folder / "crt"), "--key", str(folder / "key")]
    return arguments


def curl(fairway, *arguments, host=HOST, path="/", scheme="https"):
    port = fairway.https_port if scheme == "https" else fairway.http_port
    command = ["curl", "-sk", "--max-time", "20", "-w", "\n%{http_code} %{redirect_url}", "--resolve",
               f"{host}:{port}:127.0.0.1", f"{scheme}://{host}:{port}{path}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    body, _, last = done.stdout.rpartition("\n")
    status, _, location = last.partition(" ")
    return types.SimpleNamespace(status=int(status), location=location, text=body)


@pytest.fixture
def secure(serve, scripted_origin, authority):
    """secure(authority of clients, objects…, **annotations) -> (fairway, origin) with TLS for HOST"""
    def start(clients, *more, **annotations):
        origin = scripted_origin()
        manifests = site(origin, tls="tls-secret", auth_tls_secret="default/clients", **annotations)
        manifests["all.yaml"] += [tls_secret(authority.issue(HOST)), *more]
        if clients is not None:
            manifests["all.yaml"].append(authorities(clients.pem))
        return serve(manifests), origin
    return start


@pytest.fixture(scope="module")
def clients():
    return Authority()


@covers("auth-tls-secret", "auth-tls-verify-client")
def test_a_certificate_is_needed(secure, clients, show):
    fairway, origin = secure(clients, auth_tls_verify_client="on")
    missing = curl(fairway)
    assert missing.status == 400 and "No required SSL certificate was sent" in missing.text
    for bad in (Authority().issue(CLIENT), clients.issue(CLIENT, expired=True)):
        refused = curl(fairway, *show(bad))
        assert refused.status == 400 and "The SSL certificate error" in refused.text
    assert origin.requests == []
    good = show(clients.issue(CLIENT))
    spoofed = ["-H", "ssl-client-verify: FAILED", "-H", "ssl-client-subject-dn: CN=root", "-H", "ssl-client-cert: mine"]
    assert curl(fairway, *good, *spoofed).status == 200
    seen = origin.requests[-1]
    assert [seen.get(f"ssl-client-{name}") for name in ("verify", "subject-dn", "issuer-dn", "cert")] == \
        ["SUCCESS", f"CN={CLIENT}", "CN=End-to-end test CA", None]
    assert curl(fairway, "--http2", *good).status == 200
    assert curl(fairway, "--http2").status == 400


@covers("auth-tls-verify-client")
def test_a_certificate_is_optional(secure, clients, show):
    fairway, origin = secure(clients, auth_tls_verify_client="optional")
    assert curl(fairway, "-H", "ssl-client-subject-dn: CN=root").status == 200
    assert origin.requests[-1].get("ssl-client-verify") == "NONE"
    assert origin.requests[-1].get("ssl-client-subject-dn") is None
    assert curl(fairway, *show(clients.issue(CLIENT))).status == 200
    assert origin.requests[-1].get("ssl-client-verify") == "SUCCESS"
    assert curl(fairway, *show(Authority().issue(CLIENT))).status == 400


@covers("auth-tls-verify-client")
def test_a_certificate_of_any_issuer_passes(secure, clients, show):
    fairway, origin = secure(clients, auth_tls_verify_client="optional_no_ca")
    assert curl(fairway, *show(Authority(name="Another CA").issue(CLIENT))).status == 200
    assert re.match("FAILED:.+", origin.requests[-1].get("ssl-client-verify"))
    assert origin.requests[-1].get("ssl-client-subject-dn") == f"CN={CLIENT}"
    assert curl(fairway).status == 200
    assert origin.requests[-1].get("ssl-client-verify") == "NONE"


@covers("auth-tls-verify-client")
def test_no_certificate_is_asked_for_when_off(secure, clients, show):
    fairway, origin = secure(clients, auth_tls_verify_client="off")
    assert curl(fairway, *show(Authority().issue(CLIENT))).status == 200
    assert origin.requests[-1].get("ssl-client-verify") == "NONE"
    claims = ["-H", "ssl-client-verify: SUCCESS", "-H", "ssl-client-subject-dn: CN=admin", "-H", "ssl-client-cert: mine"]
    assert curl(fairway, *claims).status == 200
    seen = origin.requests[-1]
    assert [seen.get(f"ssl-client-{name}") for name in ("verify", "subject-dn", "issuer-dn", "cert")] == ["NONE", None, None, None]
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{fairway.https_port}", "-servername", HOST],
                          input="", capture_output=True, text=True, timeout=20)
    assert "No client certificate CA names sent" in done.stdout


@covers("auth-tls-verify-depth")
def test_long_chains(secure, clients, show):
    through_another = show(Authority(parent=clients).issue(CLIENT))
    fairway, _ = secure(clients, auth_tls_verify_depth="0")
    assert curl(fairway, *through_another).status == 400
    assert curl(fairway, *show(clients.issue(CLIENT))).status == 200
    fairway, _ = secure(clients)  # 1
    assert curl(fairway, *through_another).status == 200


@covers("auth-tls-error-page")
def test_clients_without_a_good_certificate_are_sent_elsewhere(secure, clients, show):
    page = "https://www.example.com/no-certificate"
    fairway, origin = secure(clients, auth_tls_error_page=page)
    for arguments in ([], show(Authority().issue(CLIENT))):
        sent = curl(fairway, *arguments)
        assert (sent.status, sent.location) == (302, page)
    assert origin.requests == []
    assert curl(fairway, *show(clients.issue(CLIENT))).status == 200


@covers("auth-tls-error-page")
def test_the_page_for_them_may_be_one_of_the_host(secure, clients):
    fairway, origin = secure(clients, auth_tls_error_page="/no-certificate?why=missing")
    assert curl(fairway, path="/secret").status == 200
    assert (origin.requests[-1].method, origin.requests[-1].target) == ("GET", "/no-certificate?why=missing")
    assert origin.requests[-1].get("ssl-client-verify") == "NONE"
    assert curl(fairway, "-d", "body", path="/secret").status == 400
    assert len(origin.requests) == 1


@covers("auth-tls-pass-certificate-to-upstream")
def test_the_endpoint_gets_the_certificate(secure, clients, show):
    fairway, origin = secure(clients, auth_tls_pass_certificate_to_upstream="true")
    certificate = clients.issue(CLIENT)
    assert curl(fairway, *show(certificate)).status == 200
    sent = origin.requests[-1].get("ssl-client-cert")
    assert urllib.parse.unquote(sent) == certificate.chain_pem
    assert " " not in sent and "+" not in sent


@covers("auth-tls-match-cn")
def test_the_name_must_match(secure, clients, show):
    fairway, origin = secure(clients, auth_tls_match_cn="CN=(client|other)\\.example", auth_tls_verify_client="optional")
    assert curl(fairway, *show(clients.issue(CLIENT))).status == 200
    refused = curl(fairway, *show(clients.issue("stranger.example.com")))
    assert refused.status == 403 and "client certificate unauthorized" in refused.text
    assert curl(fairway).status == 403
    assert curl(fairway, scheme="http").status == 403  # before the redirect to HTTPS, as nothing has a name there
    assert len(origin.requests) == 1


@covers("auth-tls-secret")
def test_a_connection_for_another_name_is_misdirected(serve, scripted_origin, authority, clients, show):
    origin = scripted_origin()
    good = show(clients.issue(CLIENT))
    fairway = serve({"all.yaml": [
        annotated("guarded", tls="tls-secret", auth_tls_secret="default/clients"), annotated("open", host="open.example.com"),
        service(), endpoints(origin), tls_secret(authority.issue(HOST)), authorities(clients.pem)]})
    assert curl(fairway, "-H", f"Host: {HOST}", *good, host="open.example.com").status == 421
    assert curl(fairway, "-H", f"Host: {HOST}", *good, host="nobody.example.com").status == 421
    # The other way nothing is guarded.
    assert curl(fairway, "-H", "Host: open.example.com", *good).status == 200
    without_name = ["-H", f"Host: {HOST}", *good]
    assert curl(fairway, *without_name, host="127.0.0.1").status == 400


@covers("auth-tls-secret", "server-alias")
def test_a_host_asks_by_all_its_names(serve, scripted_origin, authority, clients, show):
    """But the name that only redirects asks nobody, nor does an alias that is a host of its own."""
    origin, own = scripted_origin(), "own.example.org"
    aliases = ["plain.example.org", "x.y.deep.example.org", "re7.example.net"]
    good, apex = show(clients.issue(CLIENT)), f"www.{HOST}"
    guarded = annotated("guarded", tls="tls-secret", auth_tls_secret="default/clients", from_to_www_redirect="true",
                        server_alias=rf"plain.example.org, *.deep.example.org, ~^re[0-9]\.example\.net$, {own}")
    objects = [service(), endpoints(origin), tls_secret(authority.issue(HOST, aliases[0], apex)), authorities(clients.pem)]
    fairway = serve({"all.yaml": [guarded, annotated("own", host=own), *objects]})
    for name in aliases:
        assert curl(fairway, host=name).status == 400, name
        assert curl(fairway, *show(Authority().issue(CLIENT)), host=name).status == 400, name
        assert curl(fairway, *good, host=name).status == 200, name
        assert origin.requests[-1].get("ssl-client-verify") == "SUCCESS"
        assert curl(fairway, "-H", f"Host: {HOST}", *good, host=name).status == 421  # nginx compares names
    assert curl(fairway, host=own).status == 200
    assert curl(fairway, host=apex, path="/x").status == 308
    for name, asks in ((aliases[0], True), (apex, False), (own, False)):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{fairway.https_port}", "-servername", name],
                              input="", capture_output=True, text=True, timeout=20)
        assert ("Acceptable client certificate CA names" in done.stdout) == asks, name
    # The alias goes with the annotation, and the host of its own comes under the alias when its Ingress is gone.
    fairway.write("all.yaml", [guarded, *objects])
    until(lambda: curl(fairway, *good, host=own).status == 200, what="the alias")
    assert curl(fairway, host=own).status == 400
    del guarded["metadata"]["annotations"]["nginx.ingress.kubernetes.io/server-alias"]
    fairway.write("all.yaml", [guarded, *objects])
    until(lambda: curl(fairway, host=aliases[0]).status == 404, what="the end of the aliases")


@covers("auth-tls-secret")
def test_the_oldest_ingress_decides_for_all_paths_of_the_host(serve, scripted_origin, authority, clients, show):
    origin, others = scripted_origin(), Authority()
    first = annotated("first", tls="tls-secret", auth_tls_secret="default/clients")
    second = annotated("second", paths={"/more": "kubia"}, auth_tls_secret="default/others")
    third = annotated("third", paths={"/most": "kubia"})
    for age, one in enumerate((first, second, third)):
        one["metadata"]["creationTimestamp"] = f"2024-01-0{age + 1}T00:00:00Z"
    fairway = serve({"all.yaml": [first, second, third, service(), endpoints(origin), tls_secret(authority.issue(HOST)),
                                  authorities(clients.pem), authorities(others.pem, "others")]})
    for path in ("/", "/more", "/most"):
        assert curl(fairway, path=path).status == 400
        assert curl(fairway, *show(others.issue(CLIENT)), path=path).status == 400
        assert curl(fairway, *show(clients.issue(CLIENT)), path=path).status == 200


@covers("auth-tls-secret", "auth-tls-match-cn", "auth-tls-error-page", "auth-tls-pass-certificate-to-upstream")
@pytest.mark.parametrize("annotations", [
    {"auth_tls_secret": "default/nothing"}, {"auth_tls_secret": "clients"}, {"auth_tls_secret": "other/clients"},
    {"auth_tls_secret": "default/empty"}, {"auth_tls_match_cn": "O=Example"}, {"auth_tls_match_cn": "CN=(("},
    {"auth_tls_error_page": "@named"}, {"auth_tls_pass_certificate_to_upstream": "perhaps"}])
def test_what_cannot_be_honoured_closes_the_host(serve, scripted_origin, authority, clients, show, annotations):
    origin = scripted_origin()
    wanted = {"auth_tls_secret": "default/clients", **annotations}
    empty = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "empty"}, "stringData": {"tls.crt": "x"}}
    fairway = serve({"all.yaml": [
        annotated("guarded", tls="tls-secret", paths={"/guarded": "kubia"}, **wanted), annotated("other"),
        service(), endpoints(origin), tls_secret(authority.issue(HOST)), authorities(clients.pem), empty]})
    for path in ("/guarded", "/"):
        assert curl(fairway, *show(clients.issue(CLIENT)), path=path).status == 403
        assert curl(fairway, path=path, scheme="http").status == 403
    assert origin.requests == []
    assert any(entry["level"] == "error" and "answers 403" in entry["message"] for entry in fairway.events("diagnostic"))


@covers("auth-tls-secret", "auth-tls-verify-client")
def test_a_secret_that_comes_later_opens_the_host_again(secure, clients, show):
    fairway, _ = secure(None)
    good = show(clients.issue(CLIENT))
    assert curl(fairway, *good).status == 403
    fairway.write("clients.yaml", authorities(clients.pem))
    until(lambda: curl(fairway, *good).status == 200, what="the Secret")
    others = Authority()
    fairway.write("clients.yaml", authorities(others.pem))
    until(lambda: curl(fairway, *good).status == 400, what="the new authorities")
    assert curl(fairway, *show(others.issue(CLIENT))).status == 200


@covers("auth-tls-verify-client", "auth-tls-match-cn")
def test_demands_without_a_secret_close_the_paths(serve, origins):
    for name, value in (("auth-tls-verify-client", "on"), ("auth-tls-match-cn", "CN=x")):
        fairway = serve(site(*origins(1), annotations={name: value}))
        assert fairway.get().status == 503
    assert serve(site(*origins(1), annotations={"auth-tls-verify-client": "off"})).get().status == 200


@covers("auth-tls-secret")
def test_revoked_certificates(secure, clients, show, scripted_origin):
    fairway, _ = secure(None)
    revoked, good = clients.issue(CLIENT), clients.issue(CLIENT)
    fairway.write("clients.yaml", authorities(clients.pem, ca_crl=clients.revocation_list(revoked)))
    until(lambda: curl(fairway, *show(good)).status == 200, what="the Secret")
    assert curl(fairway, *show(revoked)).status == 400


def request_over(context, fairway, host, session=None):
    """(status, session, whether it was resumed) of a request with its own handshake"""
    with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname=host, session=session) as tls:
            tls.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            status = tls.recv(4096).split()[1]
            return int(status), tls.session, tls.session_reused


@covers("auth-tls-secret", "auth-tls-verify-client")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("tickets", ["false", "true"])
def test_no_session_opens_a_host_with_other_settings(serve, scripted_origin, authority, clients, show, version, tickets):
    """A client that hosts with lax settings let in must not come in elsewhere by resuming its session (CVE-2025-23419)."""
    others, lax = Authority(), "lax.example.com"
    same, other_name = "same.example.com", "other.example.com"
    manifests = site(scripted_origin(), tls="tls-secret", auth_tls_secret="default/clients",
                     config={"ssl-session-tickets": tickets})
    manifests["all.yaml"] += [
        tls_secret(authority.issue(HOST)), authorities(clients.pem), authorities(others.pem, "others"),
        annotated("lax", host=lax, auth_tls_secret="default/others", auth_tls_verify_client="optional_no_ca"),
        annotated("same", host=same, auth_tls_secret="default/clients")]
    fairway = serve(manifests, "--configmap", "default/fairway", "--workers", "1")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode, context.maximum_version = False, ssl.CERT_NONE, version
    stranger = show(others.issue(CLIENT))
    context.load_cert_chain(stranger[1], stranger[3])
    status, session, _ = request_over(context, fairway, lax)
    assert status == 200
    status, _, reused = request_over(context, fairway, HOST, session)
    assert (status, reused) == (400, False)
    status, _, reused = request_over(context, fairway, other_name, session)
    assert (status, reused) == (404, False)
    status, _, reused = request_over(context, fairway, lax, session)
    assert (status, reused) == (200, True)
    # A session of a host without settings opens none that has some.
    _, session, _ = request_over(context, fairway, other_name)
    assert request_over(context, fairway, HOST, session)[::2] == (400, False)


@covers("auth-tls-secret")
def test_variables_of_the_log(serve, scripted_origin, authority, clients, show):
    form = "$ssl_client_verify|$ssl_client_s_dn|$ssl_client_i_dn|$ssl_client_serial|$ssl_client_fingerprint|$ssl_client_v_remain"
    manifests = site(scripted_origin(), tls="tls-secret", auth_tls_secret="default/clients", auth_tls_verify_client="optional",
                     config={"log-format-upstream": form})
    manifests["all.yaml"] += [tls_secret(authority.issue(HOST)), authorities(clients.pem)]
    fairway = serve(manifests, "--configmap", "default/fairway")
    certificate = clients.issue(CLIENT)
    for lines, arguments in enumerate((show(certificate), [], None), 1):  # workers write their lines by themselves
        curl(fairway, *(arguments or []), scheme="http" if arguments is None else "https")
        until(lambda: len(fairway.output) == lines, what="its line")
    shown = fairway.output[0].split("|")
    assert shown[:3] == ["SUCCESS", f"CN={CLIENT}", "CN=End-to-end test CA"]
    assert int(shown[3], 16) == certificate.serial and re.fullmatch("[0-9a-f]{40}", shown[4]) and shown[5] in ("29", "30")
    assert fairway.output[1:] == ["NONE|-|-|-|-|-", "-|-|-|-|-|-"]


@covers("auth-tls-secret")
def test_the_authentication_server_is_told_too(secure, clients, show, scripted_origin):
    server = scripted_origin()
    fairway, _ = secure(clients, auth_url=f"http://127.0.0.1:{server.port}/auth", auth_tls_verify_client="optional")
    assert curl(fairway, *show(clients.issue(CLIENT))).status == 200
    assert server.requests[-1].get("ssl-client-verify") == "SUCCESS"
    assert server.requests[-1].get("ssl-client-subject-dn") == f"CN={CLIENT}"
    assert curl(fairway, "-H", "ssl-client-subject-dn: CN=root").status == 200
    assert server.requests[-1].get("ssl-client-verify") == "NONE"
    assert server.requests[-1].get("ssl-client-subject-dn") is None


@covers("auth-tls-error-page", "rewrite-target")
@pytest.mark.parametrize("path, target, page, seen", [
    ("/app(/|$)(.*)", "/$2", "/app/no-cert.html?why=cert", "/no-cert.html?why=cert"), ("/(.*)", "/$1", "/no-cert", "/no-cert"),
    ("/(.*)", "/$1", "/", "/")])
def test_the_page_is_rewritten_and_not_the_path_that_was_asked_for(serve, scripted_origin, authority, clients, show, path, target,
                                                                  page, seen):
    origin = scripted_origin()
    objects = [annotated(tls="tls-secret", paths={(path, "ImplementationSpecific"): "kubia"}, auth_tls_secret="default/clients",
                         auth_tls_error_page=page, rewrite_target=target), service(), endpoints(origin),
               tls_secret(authority.issue(HOST)), authorities(clients.pem)]
    fairway = serve({"all.yaml": objects})
    for arguments in ([], ["--http2"], show(Authority().issue(CLIENT))):
        assert curl(fairway, *arguments, path="/app/admin/users?id=1").status == 200
        assert origin.requests[-1].target == seen
    assert curl(fairway, *show(clients.issue(CLIENT)), path="/app/admin/users?id=1").status == 200
    assert origin.requests[-1].target.endswith("admin/users?id=1")


@covers("auth-tls-error-page", "mirror-target")
def test_the_page_is_no_way_to_a_tunnel_or_a_mirror(secure, scripted_origin, clients):
    copies = scripted_origin()
    fairway, origin = secure(clients, auth_tls_error_page="/no-cert", mirror_target=f"http://127.0.0.1:{copies.port}$request_uri")
    upgrade = ["-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
               "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    assert curl(fairway, *upgrade, path="/admin/ws?token=1").status == 200
    assert (origin.requests[0].target, origin.requests[0].get("Upgrade")) == ("/no-cert", None)
    until(lambda: copies.requests, 20, "the copy")
    assert copies.requests[0].target == "/no-cert"
