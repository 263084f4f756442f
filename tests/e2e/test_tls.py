"""TLS as clients see it: curl and openssl."""

import socket
import ssl
import subprocess

import pytest

from support.manifests import HOST, endpoints, ingress, service, tls_secret
from support.waiting import until


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.crt"
    path.write_text(authority.pem)
    return path


@pytest.fixture
def secure(serve, origins, authority):
    certificate = authority.issue(HOST)
    fairway = serve({"ingress.yaml": ingress(tls="tls-secret"), "service.yaml": [service(), endpoints(*origins(1))],
                     "secret.yaml": tls_secret(certificate)})
    fairway.certificate = certificate
    return fairway


def curl(fairway, path="/", host=HOST, *options):
    command = ["curl", "-sS", "-i", "--max-time", "10", "--resolve", f"{host}:{fairway.https_port}:127.0.0.1", *map(str, options),
               f"https://{host}:{fairway.https_port}{path}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def served_serial(fairway, server_name=HOST, **context_options):
    """Serial number of the certificate that a client gets for a name (None: no SNI)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for name, value in context_options.items():
        if name == "ciphers":
            context.set_ciphers(value)
        else:
            setattr(context, name, value)
    from cryptography import x509

    with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=server_name) as secure_socket:
            return x509.load_der_x509_certificate(secure_socket.getpeercert(binary_form=True)).serial_number


def test_curl_trusts_the_certificate_of_the_secret(secure, ca_file):
    result = curl(secure, "/", HOST, "--cacert", ca_file)
    assert result.returncode == 0, result.stderr
    assert "You've hit pod-0" in result.stdout
    assert "strict-transport-security: max-age=31536000; includesubdomains" in result.stdout.lower()


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_openssl_agrees_on_version_and_name(secure, ca_file, version):
    result = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{secure.https_port}", "-servername", HOST, f"-{version}",
                             "-CAfile", ca_file, "-verify_return_error", "-verify_hostname", HOST, "-brief"],
                            input="", capture_output=True, text=True, timeout=20)
    assert result.returncode == 0, result.stderr
    assert "Verification: OK" in result.stderr


def test_old_versions_are_refused(secure):
    result = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{secure.https_port}", "-tls1_1", "-cipher", "ALL@SECLEVEL=0"],
                            input="", capture_output=True, text=True, timeout=20)
    assert result.returncode != 0


def test_plain_http_is_sent_to_https(secure):
    response = secure.get("/a?b=c")
    assert response.status == 308
    assert response.headers["Location"] == f"https://{HOST}/a?b=c"


def test_ssl_redirect_false_answers_plain_http(serve, origins, authority):
    fairway = serve({"all.yaml": [ingress(tls="tls-secret", annotations={"nginx.ingress.kubernetes.io/ssl-redirect": "false"}),
                                  service(), endpoints(*origins(1)), tls_secret(authority.issue(HOST))]})
    assert fairway.get().status == 200


def test_each_name_gets_its_certificate(serve, origins, authority):
    exact, wildcard, default = authority.issue("a.example.com"), authority.issue("*.example.com"), authority.issue("default.test")
    fairway = serve({"all.yaml": [
        ingress("a", "a.example.com", tls="a"), tls_secret(exact, "a"),
        ingress("wild", "*.example.com", tls="wild"), tls_secret(wildcard, "wild"),
        tls_secret(default, "default"), service(), endpoints(*origins(1))]}, "--default-ssl-certificate", "default/default")
    assert served_serial(fairway, "a.example.com") == exact.serial
    assert served_serial(fairway, "A.Example.COM") == exact.serial
    assert served_serial(fairway, "b.example.com") == wildcard.serial
    assert served_serial(fairway, "other.test") == default.serial
    assert served_serial(fairway, None) == default.serial


def test_rsa_and_ecdsa_for_one_host(serve, origins, authority):
    ecdsa, rsa = authority.issue(HOST), authority.issue(HOST, key_type="rsa")
    second = ingress("second", paths={"/second": "kubia"}, tls="rsa")
    fairway = serve({"all.yaml": [ingress("first", tls="ecdsa"), second, tls_secret(ecdsa, "ecdsa"), tls_secret(rsa, "rsa"),
                                  service(), endpoints(*origins(1))]})
    only_12 = {"maximum_version": ssl.TLSVersion.TLSv1_2}
    assert served_serial(fairway, ciphers="ECDHE-ECDSA-AES128-GCM-SHA256", **only_12) == ecdsa.serial
    assert served_serial(fairway, ciphers="ECDHE-RSA-AES128-GCM-SHA256", **only_12) == rsa.serial


def test_a_missing_secret_serves_the_fake_certificate_and_says_so(serve, origins):
    fairway = serve({"all.yaml": [ingress(tls="nowhere"), service(), endpoints(*origins(1))]})
    result = curl(fairway, "/", HOST, "-k", "-v")
    assert "You've hit pod-0" in result.stdout
    assert "Fairway Fake Certificate" in result.stderr
    assert any("nowhere" in entry["message"] for entry in fairway.events("diagnostic"))


def test_a_new_certificate_is_live_for_the_next_handshake_and_cuts_nobody(secure, authority):
    context = ssl.create_default_context(cadata=authority.pem)
    with socket.create_connection(("127.0.0.1", secure.https_port), timeout=10) as plain, \
            context.wrap_socket(plain, server_hostname=HOST) as connection:
        renewed = authority.issue(HOST)
        secure.write("secret.yaml", tls_secret(renewed))
        until(lambda: served_serial(secure) == renewed.serial, 5, "the new certificate")
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200"), "a connection of before the change goes on"


def test_a_broken_certificate_keeps_the_last_good_one(secure):
    secure.write("secret.yaml", tls_secret(secure.certificate) | {"stringData": {"tls.crt": "nonsense", "tls.key": "nonsense"}})
    until(lambda: any("tls-secret" in entry["message"] for entry in secure.events("diagnostic")), what="a diagnostic")
    assert served_serial(secure) == secure.certificate.serial


def test_plain_http_on_the_tls_port_gets_an_answer_not_a_hang(secure):
    with socket.create_connection(("127.0.0.1", secure.https_port), timeout=10) as plain:
        plain.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        plain.settimeout(10)
        plain.recv(4096)  # an answer, an alert or the end; the time-out would raise


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_sessions_are_resumed_also_after_a_rude_end(secure, authority, version):
    """The client closes without close_notify, as many do; it resumes on whichever worker takes its next connection."""
    context = ssl.create_default_context(cadata=authority.pem)
    context.minimum_version = context.maximum_version = version
    session = None
    for expected in (False, True, True, True):
        with socket.create_connection(("127.0.0.1", secure.https_port), timeout=10) as plain, \
                context.wrap_socket(plain, server_hostname=HOST, session=session) as connection:
            assert connection.session_reused is expected
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
            session = connection.session  # with TLS 1.3 it comes after the handshake
    assert secure.metric("fairway_tls_resumed_total") == 3
