"""What an API server does when it is ill: `fairway controller` goes on serving, says what is wrong, and finds back."""

import socket
import ssl
import threading
import time

import pytest
from support.cluster_objects import in_cluster
from support.fake_api_server import FakeApiServer
from support.fairway import run_command
from support.manifests import HOST, config_map, ingress, tls_secret
from support.waiting import until

SOON_S = 30


def status_of(fairway, host):
    return fairway.get(host=host).status


@pytest.fixture
def streaming_api(api):
    api.streams_lists = True
    return api


def test_lists_come_as_watches_where_the_server_can(streaming_api, controller):
    streaming_api.put(in_cluster(ingress("more", "more.example.com")))
    fairway = controller()
    assert fairway.get().status == 200 and status_of(fairway, "more.example.com") == 200
    assert not any("limit" in query for _, query in streaming_api.requests)
    streaming_api.delete("Ingress", "more")
    until(lambda: status_of(fairway, "more.example.com") == 404, SOON_S, "the end of the Ingress")


def test_a_streamed_list_that_breaks_off_is_read_again(streaming_api, controller):
    streaming_api.initial_events_break = 2
    fairway = controller()
    assert fairway.get().status == 200
    assert len(streaming_api.asked("ingresses", sendInitialEvents="true")) == 3


def test_a_streamed_list_tells_what_has_gone(streaming_api, controller):
    fairway = controller()
    until(lambda: streaming_api.watched("ingresses"), SOON_S)
    streaming_api.delete("Ingress", "kubia", silently=True)
    streaming_api.send_line("ingresses", '{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}')
    until(lambda: status_of(fairway, HOST) == 404, SOON_S, "what the watch did not tell")
    assert fairway.events("api.relist")


@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_goes_on_after_answers_without_an_answer(api, controller, status):
    api.failures["ingresses"] = [(status, {})] * 3
    api.failures["services"] = [(status, {})] * 2
    fairway = controller()
    assert fairway.get().status == 200
    api.put(in_cluster(ingress("late", "late.example.com")))
    until(lambda: status_of(fairway, "late.example.com") == 200, SOON_S, "the new Ingress")
    assert {event["resource"] for event in fairway.events("api.failed")} == {"ingresses", "services"}
    until(lambda: len(fairway.events("api.recovered")) == 2, SOON_S)


def test_waits_as_long_as_the_server_asks_for(api, controller):
    times = []
    answer = api.answer

    def note(handler):
        if "/services" in handler.path:
            times.append(time.monotonic())
        answer(handler)

    api.answer = note
    api.failures["services"] = [(429, {"Retry-After": "2"})]
    controller()
    assert times[1] - times[0] >= 2


def test_a_500_in_the_middle_of_a_watch_is_no_reason_to_list(api, controller):
    fairway = controller()
    until(lambda: api.watched("ingresses"), SOON_S)
    lists = len(api.asked("ingresses", limit="500"))
    api.send_line("ingresses", '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcdserver: no leader"}}')
    until(lambda: fairway.events("api.recovered"), SOON_S)
    assert len(api.asked("ingresses", limit="500")) == lists
    assert "no leader" in fairway.events("api.failed")[0]["reason"]


def kubeconfig(folder, api):
    (folder / "token").write_text("old\n")
    (folder / "kubeconfig").write_text(f"""{{apiVersion: v1, kind: Config, current-context: c,
        contexts: [{{name: c, context: {{cluster: c, user: u}}}}], clusters: [{{name: c, cluster: {{server: "{api.url}"}}}}],
        users: [{{name: u, user: {{tokenFile: token}}}}]}}""")
    return ["--kubeconfig", folder / "kubeconfig"]


def test_a_token_that_has_been_replaced_is_read_again_at_once(api, controller, tmp_path):
    api.token = "old"
    fairway = controller(server=kubeconfig(tmp_path, api))
    (tmp_path / "token").write_text("new\n")
    api.token = "new"
    api.end_watches()
    api.put(in_cluster(ingress("late", "late.example.com")))
    api.end_watches()
    until(lambda: len(api.watches) == 5, SOON_S, "new watches")
    assert not fairway.events("api.failed")


def test_an_expired_token_is_told_of_until_there_is_a_new_one(api, controller, tmp_path):
    api.token = "old"
    fairway = controller(server=kubeconfig(tmp_path, api))
    api.token = "new"
    api.end_watches()
    told = until(lambda: fairway.events("api.failed"), SOON_S, "a word about it")
    assert "token" in told[0]["reason"] and "401" in told[0]["reason"]
    assert "old" not in str(fairway.log), "tokens are no matter for logs"
    assert fairway.get().status == 200 and fairway.health().status == 200
    (tmp_path / "token").write_text("new\n")
    named = lambda event: {entry["resource"] for entry in fairway.events(event)}
    until(lambda: named("api.recovered") == named("api.failed"), 60, "the new token")


def test_a_server_that_says_nothing_in_the_handshake_keeps_nobody_from_stopping(tmp_path):
    from support import fairway as support
    import subprocess
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = subprocess.Popen([support.BINARY, "controller", "--apiserver-host", f"https://127.0.0.1:{silent.getsockname()[1]}",
                                    "--http-port=0", "--https-port=0", "--healthz-port=0", "--healthz-host=127.0.0.1", "--log-format=json"],
                                   stderr=subprocess.PIPE, text=True)
        silent.accept()
        process.terminate()
        assert process.wait(10) == 0
        process.stderr.close()


def test_a_slow_handshake_is_waited_for(api, controller, authority, tmp_path):
    """TLS in front of the API server that takes a second for each handshake, as one does that has just started."""
    certificate = authority.issue("localhost")
    (tmp_path / "tls.crt").write_text(certificate.chain_pem)
    (tmp_path / "tls.key").write_text(certificate.key_pem)
    (tmp_path / "ca.crt").write_text(authority.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.crt", tmp_path / "tls.key")
    front = socket.create_server(("127.0.0.1", 0))

    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        finally:
            target.close()

    def serve(connection):
        time.sleep(1)  # that is the fault
        try:
            client = context.wrap_socket(connection, server_side=True)
        except OSError:
            return connection.close()
        server = socket.create_connection(("127.0.0.1", api.port))
        threading.Thread(target=pump, args=(client, server), daemon=True).start()
        pump(server, client)

    def accept():
        try:
            while True:
                threading.Thread(target=serve, args=(front.accept()[0],), daemon=True).start()
        except OSError:
            pass

    threading.Thread(target=accept, daemon=True).start()
    (tmp_path / "kubeconfig").write_text(f"""{{apiVersion: v1, kind: Config, current-context: c,
        contexts: [{{name: c, context: {{cluster: c}}}}], clusters: [{{name: c, cluster: {{server: "https://127.0.0.1:{front.getsockname()[1]}",
        certificate-authority: ca.crt, tls-server-name: localhost}}}}]}}""")
    fairway = controller(server=["--kubeconfig", tmp_path / "kubeconfig"])
    assert fairway.get().status == 200
    assert not fairway.events("api.failed")
    front.close()


def test_half_an_object_is_none(api, controller):
    fairway = controller()
    until(lambda: api.watched("ingresses"), SOON_S)
    api.put(in_cluster(ingress("late", "late.example.com")))
    until(lambda: status_of(fairway, "late.example.com") == 200, SOON_S)
    with api.lock:
        for plural, lines, _ in api.watches:
            if plural == "ingresses":
                lines.put('{"type":"DELETED","object":{"kind":"Ingress","metadata":{"namespace":"default","name":"la')
                lines.put(None)
    until(lambda: fairway.events("api.relist") and api.watched("ingresses"), SOON_S)
    assert status_of(fairway, "late.example.com") == 200


# Objects that are asked for by name

def test_configmaps_that_the_settings_name_are_followed(api, controller):
    api.put(in_cluster(config_map("settings", add_headers="default/headers")), in_cluster(config_map("headers", X_One="1")))
    api.put(in_cluster(config_map("others", a="b")))
    controller("--configmap=default/settings")
    assert all(query["fieldSelector"] in ("metadata.name=settings", "metadata.name=headers")
               for plural, query in api.requests if plural == "configmaps")
    until(lambda: api.watched("configmaps", "settings") and api.watched("configmaps", "headers"), SOON_S, "both watches")
    api.put(in_cluster(config_map("settings")))
    until(lambda: not api.watched("configmaps", "headers"), SOON_S, "the end of the watch")
    assert api.watched("configmaps", "settings")


def certificate_of(fairway, host):
    context = ssl._create_unverified_context()
    with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=host) as secure:
            return secure.getpeercert(True)


def test_a_secret_is_read_when_something_needs_it(api, controller, authority):
    encoded = tls_secret(authority.issue("late.example.com"), "late")
    import base64
    encoded["data"] = {key: base64.b64encode(text.encode()).decode() for key, text in encoded.pop("stringData").items()}
    api.put(in_cluster(encoded))
    fairway = controller()
    by_default = certificate_of(fairway, "late.example.com")
    late = in_cluster(ingress("late", "late.example.com", tls="late"))
    api.put(late)
    until(lambda: status_of(fairway, "late.example.com") == 308, SOON_S, "the redirect to HTTPS")
    assert certificate_of(fairway, "late.example.com") != by_default, "host and certificate become live together"
    assert not [entry for entry in fairway.events("diagnostic") if "late" in str(entry) and "does not exist" in str(entry)]
    api.delete("Ingress", "late")
    until(lambda: status_of(fairway, "late.example.com") == 404, SOON_S)
    api.put(late)
    until(lambda: status_of(fairway, "late.example.com") == 308, SOON_S)
    assert certificate_of(fairway, "late.example.com") != by_default


def test_users_that_need_a_program_are_refused_before_anything_starts(tmp_path):
    (tmp_path / "kubeconfig").write_text("""{apiVersion: v1, kind: Config, current-context: c,
        contexts: [{name: c, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: "https://198.51.100.1"}}],
        users: [{name: u, user: {exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}}}]}""")
    result = run_command("controller", "--kubeconfig", tmp_path / "kubeconfig")
    assert result.returncode == 2 and "exec is not supported" in result.stderr
