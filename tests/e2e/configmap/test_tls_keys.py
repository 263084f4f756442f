"""ConfigMap keys about TLS towards clients (reference 6), seen by `openssl s_client` and Python's ssl."""

import base64
import re
import socket
import ssl
import subprocess

import pytest

from support.cluster_objects import in_cluster
from support.covers import covers_key
from support.manifests import HOST, config_map, ingress, site, tls_secret
from support.waiting import until


@pytest.fixture
def secure(serve, origins, authority):
    """secure({"key": value}, *flags): a site with TLS and this ConfigMap."""
    def start(config, *flags):
        manifests = site(*origins(1), tls="tls-secret", config=config)
        manifests["all.yaml"].append(tls_secret(authority.issue(HOST)))
        return serve(manifests, "--configmap", "default/fairway", *flags)
    return start


def handshake(fairway, *arguments, name=HOST):
    """What s_client says, or "" when there is no handshake."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{fairway.https_port}", "-servername", name, *arguments]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


def api_secret(certificate):
    """A TLS Secret as an API server has it."""
    secret = tls_secret(certificate)
    texts = secret.pop("stringData")
    return {**secret, "data": {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}}


def cipher(text):
    found = re.search(r"^New, (\S+), Cipher is (\S+)$", text, re.M)
    return found.groups() if found and found.group(2) != "(NONE)" else None


@covers_key("ssl-protocols")
def test_protocol_versions(secure):
    fairway = secure({"ssl-protocols": "TLSv1.3"})
    assert cipher(handshake(fairway, "-tls1_2")) is None
    assert cipher(handshake(fairway, "-tls1_3"))[0] == "TLSv1.3"


@covers_key("ssl-ciphers")
def test_ciphers_of_tls_1_2(secure):
    fairway = secure({"ssl-ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"})
    assert cipher(handshake(fairway, "-tls1_2")) == ("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384")
    assert cipher(handshake(fairway, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")) is None


@covers_key("ssl-ecdh-curve")
def test_curves(secure):
    fairway = secure({"ssl-ecdh-curve": "secp384r1"})
    assert cipher(handshake(fairway, "-groups", "X25519")) is None
    assert "secp384r1" in handshake(fairway, "-groups", "secp384r1")


def resumed(fairway, maximum):
    """Whether a second connection goes on with the session of the first, as Python's ssl sees it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode, context.maximum_version = False, ssl.CERT_NONE, maximum
    session = None
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname=HOST, session=session) as tls:
                tls.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
                assert tls.recv(100).startswith(b"HTTP/1.1 200")
                session = tls.session
                reused = tls.session_reused
    return reused


@covers_key("ssl-session-cache", "ssl-session-cache-size", "ssl-session-tickets")
def test_sessions_are_kept_or_not(secure):
    tls12 = ssl.TLSVersion.TLSv1_2
    assert resumed(secure({}, "--workers", "1"), tls12)
    assert not resumed(secure({"ssl-session-cache": "false"}), tls12)
    assert resumed(secure({"ssl-session-cache": "false", "ssl-session-tickets": "true"}), tls12)
    assert resumed(secure({"ssl-session-cache-size": "1m"}, "--workers", "1"), tls12)


@covers_key("ssl-session-timeout")
def test_lifetime_of_sessions(secure):
    text = handshake(secure({"ssl-session-timeout": "2m", "ssl-session-tickets": "true"}), "-tls1_2")
    assert re.search(r"lifetime hint: (\d+)", text).group(1) == "120"


@covers_key("ssl-session-ticket-key", "ssl-session-tickets")
def test_instances_with_the_same_ticket_key_resume_each_others_sessions(secure, tmp_path):
    key = base64.b64encode(bytes(range(80))).decode()
    session = tmp_path / "session"
    config = {"ssl-session-tickets": "true", "ssl-session-ticket-key": key}
    handshake(secure(config), "-tls1_2", "-sess_out", str(session))
    assert "Reused, TLSv1.2" in handshake(secure(config), "-tls1_2", "-sess_in", str(session))
    other = base64.b64encode(bytes(80)).decode()
    assert "Reused" not in handshake(secure(config | {"ssl-session-ticket-key": other}), "-tls1_2", "-sess_in", str(session))


@covers_key("ssl-reject-handshake")
def test_unknown_names_are_refused(secure):
    fairway = secure({"ssl-reject-handshake": "true"})
    assert cipher(handshake(fairway)) is not None
    refused = handshake(fairway, name="unknown.example.com")
    assert cipher(refused) is None and "unrecognized name" in refused
    assert cipher(handshake(secure({}), name="unknown.example.com")) is not None  # the default certificate


DHE = "DHE-RSA-AES128-GCM-SHA256"


def dh_parameters():
    """RFC 7919's group, as `openssl dhparam` takes minutes to find one."""
    return subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"],
                          capture_output=True, text=True, timeout=20).stdout


@covers_key("ssl-dh-param")
def test_parameters_of_finite_field_key_exchange(serve, origins, authority):
    manifests = site(*origins(1), tls="tls-secret", config={"ssl-dh-param": "default/dh"})
    manifests["all.yaml"].append(tls_secret(authority.issue(HOST, key_type="rsa")))
    fairway = serve(manifests, "--configmap", "default/fairway")
    assert cipher(handshake(fairway, "-tls1_2", "-cipher", DHE)) is None
    assert any("default/dh does not exist" in entry["message"] for entry in fairway.events("diagnostic"))
    fairway.write("dh.yaml", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "dh"},
                              "stringData": {"dhparam.pem": dh_parameters()}})
    until(lambda: cipher(handshake(fairway, "-tls1_2", "-cipher", DHE)) == ("TLSv1.2", DHE), what="the Secret")


@covers_key("ssl-dh-param")
def test_in_a_cluster_the_content_of_its_secret_is_kept(api, controller, authority):
    """Of Secrets that nothing refers to only the name is."""
    parameters = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "dh"}, "data": {
        "dhparam.pem": base64.b64encode(dh_parameters().encode()).decode()}}
    api.put(in_cluster(config_map(ssl_dh_param="default/dh")), in_cluster(parameters),
            in_cluster(api_secret(authority.issue(HOST, key_type="rsa"))))
    fairway = controller("--configmap", "default/fairway", "--default-ssl-certificate", "default/tls-secret")
    assert cipher(handshake(fairway, "-tls1_2", "-cipher", DHE)) == ("TLSv1.2", DHE)
    api.put(in_cluster(ingress("more", "more.example.com")))
    until(lambda: fairway.get(host="more.example.com").status == 200, what="the new Ingress")
    assert cipher(handshake(fairway, "-tls1_2", "-cipher", DHE)) == ("TLSv1.2", DHE)


@covers_key("ssl-early-data")
def test_early_data_is_refused(secure):
    fairway = secure({"ssl-early-data": "true"})
    assert any("ssl-early-data" in entry["field"] for entry in fairway.events("diagnostic"))
    tickets = [line for line in handshake(fairway, "-tls1_3").splitlines() if "Max Early Data" in line]
    assert all(line.strip().endswith("Max Early Data: 0") for line in tickets)


@pytest.fixture
def responder(authority):
    from support.ocsp import Responder
    server = Responder()
    server.authority = authority
    yield server
    server.close()


@covers_key("enable-ocsp")
@pytest.mark.parametrize("status, stapled", [("GOOD", True), ("REVOKED", False)])
def test_ocsp_responses_are_stapled(serve, origins, authority, responder, status, stapled):
    from cryptography.x509.ocsp import OCSPCertStatus
    responder.status = OCSPCertStatus[status]
    certificate = authority.issue(HOST, responder=responder.url)
    responder.certificate = certificate.chain_pem
    manifests = site(*origins(1), tls="tls-secret", config={"enable-ocsp": "true"})
    manifests["all.yaml"].append(tls_secret(certificate))
    fairway = serve(manifests, "--configmap", "default/fairway")
    if stapled:
        until(lambda: "OCSP Response Status: successful" in handshake(fairway, "-status"), what="a stapled response")
        assert "Cert Status: good" in handshake(fairway, "-status")
        assert responder.asked == 1
    else:
        until(lambda: any("revoked" in entry["problem"] for entry in fairway.events("ocsp.failed")), what="the answer")
        assert "OCSP response: no response sent" in handshake(fairway, "-status")


@covers_key("enable-ocsp")
def test_nobody_is_asked_without_enable_ocsp(serve, origins, authority, responder):
    certificate = authority.issue(HOST, responder=responder.url)
    responder.certificate = certificate.chain_pem
    manifests = site(*origins(1), tls="tls-secret")
    manifests["all.yaml"].append(tls_secret(certificate))
    fairway = serve(manifests)
    assert "no response sent" in handshake(fairway, "-status")
    assert responder.asked == 0
