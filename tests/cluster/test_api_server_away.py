"""The API server may go and come back as it likes: what is known is served, and what changed meanwhile is live at once."""

import time

from kube.etcd import Etcd
from support.waiting import until

AWAY_S = 60
# Between /readyz of the API server and our being up to date, on a machine that restarts everything else at that moment.
BACK_S = 15


def wait_for_api_server(kubectl):
    until(lambda: kubectl.try_to("get", "--raw", "/readyz") == "ok", 120, "the return of the API server")


def test_traffic_goes_on_while_the_api_server_is_killed(fairway, kubia, load, node):
    clients = load()
    kubia.kubectl("scale", "deployment/kubia", "--replicas=4")
    kubia.wait_for_pods(4)
    node("daemon", "stop", "kube-apiserver")
    gone = time.monotonic()
    while time.monotonic() - gone < AWAY_S:
        clients.go_on(20)
    assert not clients.failures()
    node("daemon", "start", "kube-apiserver")
    wait_for_api_server(kubia.kubectl)
    back = time.monotonic()
    kubia.kubectl("label", "ingress/kubia", f"seen=after-{int(back)}")
    kubia.kubectl("annotate", "ingress/kubia", "nginx.ingress.kubernetes.io/upstream-vhost=after.example")
    kubia.kubectl("scale", "deployment/kubia", "--replicas=2")
    kubia.wait_for_pods(2, 120)
    clients.go_on()
    clients.assert_none_failed()
    print(f"two pods again {time.monotonic() - back:.1f} s after the API server's return")


def test_a_change_made_right_after_the_return_is_live_soon(fairway, kubia, node):
    node("daemon", "stop", "kube-apiserver")
    until(lambda: not kubia.kubectl.try_to("get", "--raw", "/readyz"), 30, "the end of the API server")
    node("daemon", "start", "kube-apiserver")
    wait_for_api_server(kubia.kubectl)
    kubia.kubectl("patch", "ingress/kubia", "--type=json",
                  '--patch=[{"op":"replace","path":"/spec/rules/0/host","value":"moved.example.com"}]')
    changed = time.monotonic()
    until(lambda: fairway.http.curl(host="moved.example.com").status in (200, 308), BACK_S, "the new host")
    print(f"live {time.monotonic() - changed:.2f} s after the change was accepted")


def test_history_that_the_api_server_has_lost_is_read_anew(fairway, kubia, load, node):
    clients = load()
    etcd = Etcd(node)
    node("daemon", "stop", "kube-apiserver")
    etcd.forget_history()
    node("daemon", "stop", "etcd")
    node("daemon", "start", "etcd")
    until(lambda: "true" in node("exec", "curl", "--silent", "http://127.0.0.1:2379/health"), 60, "etcd")
    node("daemon", "start", "kube-apiserver")
    wait_for_api_server(kubia.kubectl)
    before = kubia.pods()
    kubia.kubectl("rollout", "restart", "deployment/kubia")
    kubia.kubectl.roll_out("kubia")
    kubia.wait_for_pods(3, 120)
    clients.go_on()
    clients.assert_none_failed()
    assert not before & kubia.pods()
    assert "api.relist" in fairway.log(), "410 Gone was told"
