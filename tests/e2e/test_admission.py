"""The validating admission webhook, asked as an API server asks it, and as nobody should."""

import http.client
import json
import socket
import ssl
import threading

import pytest
from support.cluster_objects import in_cluster
from support.manifests import ingress
from support.waiting import until

SOON_S = 10.0
HOST = "fairway-admission.ingress.svc"


def review(manifest, operation="CREATE"):
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "request": {"uid": "a-b-c", "operation": operation, "object": manifest,
                        "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"}}}


class Webhook:
    """A client that trusts `authority` and expects a certificate for HOST."""

    def __init__(self, port, authority):
        self.port = port
        self.context = ssl.create_default_context(cadata=authority.pem)

    def open(self, context=None):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        return (context or self.context).wrap_socket(plain, server_hostname=HOST)

    def connect(self):
        connection = http.client.HTTPSConnection(HOST, self.port, timeout=30)
        connection.sock = self.open()
        return connection

    def post(self, body, path="/networking/v1/ingresses", connection=None):
        connection = connection or self.connect()
        connection.request("POST", path, body if isinstance(body, (bytes, str)) else json.dumps(body),
                           {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()

    def ask(self, manifest, **options):
        status, body = self.post(review(manifest, **options))
        assert status == 200, (status, body)
        answer = json.loads(body)
        assert answer["kind"] == "AdmissionReview" and answer["response"]["uid"] == "a-b-c"
        return answer["response"]


@pytest.fixture
def certificate_files(tmp_path, authority):
    """write() replaces the files by those of a new certificate, and returns its serial number."""
    paths = tmp_path / "webhook.crt", tmp_path / "webhook.key"

    def write(*hosts):
        certificate = authority.issue(*(hosts or (HOST,)))
        for path, text in zip(paths, (certificate.chain_pem, certificate.key_pem)):
            new = path.with_suffix(path.suffix + ".new")
            new.write_text(text)
            new.rename(path)
        return certificate.serial

    write.certificate, write.key = paths
    write.flags = ("--validating-webhook=127.0.0.1:0", f"--validating-webhook-certificate={paths[0]}",
                   f"--validating-webhook-key={paths[1]}")
    write()
    return write


@pytest.fixture
def webhook(controller, authority, certificate_files):
    fairway = controller(*certificate_files.flags)
    (listening,) = fairway.events("webhook.listening")
    made = Webhook(listening["port"], authority)
    made.fairway = fairway
    return made


def test_denies_what_is_wrong_in_the_context_of_what_is_there(api, webhook):
    assert webhook.ask(in_cluster(ingress("late", "late.example.com"))) == {"uid": "a-b-c", "allowed": True}
    denied = webhook.ask(in_cluster(ingress("late")))
    assert not denied["allowed"]
    assert denied["status"] == {
        "status": "Failure", "code": 400, "reason": "BadRequest",
        "message": 'host "kubia.example.com" and path "/" is already defined in ingress default/kubia'}
    api.delete("Ingress", "kubia")
    until(lambda: webhook.ask(in_cluster(ingress("late")))["allowed"], SOON_S, "the path to be free")
    warned = webhook.ask(in_cluster(ingress("late", "late.example.com", {"/": "missing"})))
    assert warned["allowed"] and "Service default/missing does not exist" in warned["warnings"][0]
    (told,) = webhook.fairway.events("admission.denied")
    assert "already defined" in told["reason"]


def test_answers_any_path_and_keeps_connections(webhook):
    connection = webhook.connect()
    for path in ("/networking/v1/ingresses?timeout=10s", "/", "/else"):
        assert webhook.post(review(in_cluster(ingress("x", "x.example.com"))), path, connection)[0] == 200


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 100_000, 400), (b"null", 400),
    (json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}).encode(), 400),
    (json.dumps({**review({}), "request": {**review({})["request"],
                                           "kind": {"group": "", "version": "v1", "kind": "Pod"}}}).encode(), 500),
])
def test_refuses_what_it_cannot_judge(webhook, body, status):
    assert webhook.post(body)[0] == status


def test_takes_nine_megabytes_and_no_more(webhook):
    manifest = in_cluster(ingress("large", "large.example.com"))
    padding = 9 * 1024 * 1024 - len(json.dumps(review(manifest))) - 100
    manifest["metadata"]["annotations"]["example.com/padding"] = "x" * padding
    assert webhook.ask(manifest)["allowed"]
    manifest["metadata"]["annotations"]["example.com/padding"] += "x" * 200
    assert webhook.post(review(manifest))[0] == 413


def test_bodies_of_many_clients_share_a_limit(webhook):
    """Four of the largest fit; the next is told to come again, and there is room when the others have gone."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9437184\r\n\r\n"
    waiting = [webhook.open() for _ in range(4)]
    for connection in waiting:
        connection.sendall(head + b"{")

    def status_of_fifth():
        with webhook.open() as fifth:
            fifth.sendall(head)
            return int((fifth.recv(100) or b"x 0").split()[1])

    until(lambda: status_of_fifth() == 503, SOON_S, "the limit")
    for connection in waiting:
        connection.close()
    until(lambda: webhook.ask(in_cluster(ingress("x", "x.example.com")))["allowed"], SOON_S, "room")


def test_a_rotated_certificate_is_taken_up(webhook, certificate_files, authority):
    def serial():
        with webhook.open() as connection:
            return int(connection.getpeercert()["serialNumber"], 16)

    kept = webhook.connect()
    new = certificate_files()
    until(lambda: serial() == new, SOON_S, "the new certificate")
    assert webhook.post(review(in_cluster(ingress("x", "x.example.com"))), connection=kept)[0] == 200
    certificate_files.key.write_text("no key")
    until(lambda: (serial(), bool(webhook.fairway.events("certificate.kept"))) == (new, True), SOON_S, "a complaint")
    last = certificate_files()
    until(lambda: serial() == last, SOON_S, "the one after")
    assert all("BEGIN" not in entry.get("reason", "") for entry in webhook.fairway.log)


def test_speaks_tls_1_2_and_newer_only(webhook):
    for version, works in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            webhook.open(context).close()
            assert works
        except (ssl.SSLError, ConnectionResetError):
            assert not works


def test_slow_and_silent_clients_hold_nobody_up(webhook):
    silent = [socket.create_connection(("127.0.0.1", webhook.port)) for _ in range(10)]
    slow = webhook.open()
    slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    answers = []
    asking = [threading.Thread(target=lambda: answers.append(
        webhook.ask(in_cluster(ingress("x", "x.example.com")))["allowed"])) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(30)
    assert answers == [True] * 8
    assert webhook.fairway.get().status == 200
    for connection in (slow, *silent):
        connection.close()


def test_does_not_start_without_a_certificate(api, controller, certificate_files):
    certificate_files.key.unlink()
    with pytest.raises(AssertionError, match="--validating-webhook-certificate, --validating-webhook-key"):
        controller(*certificate_files.flags)
