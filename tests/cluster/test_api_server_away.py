"""The API server may go and come back as it likes: what is known is served, and what changed meanwhile is live at once."""

import time

from kube.etcd import Etcd
from kube.many import Api
from kube.traffic import HOST
from support.waiting import until

AWAY_S = 60
# From the API server's first answer until we are up to date: a second, on a machine with nothing else to do.
BACK_S = 3
HOST_MOVED = "moved.example.com"
LISTS = "/apis/networking.k8s.io/v1/ingresses?limit=1"


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
    # One more first: pods go as nobody expects until Kubernetes' own controllers follow again. And then one by one: pods
    # that close before their endpoints have gone, and are as many as a request has tries (3), can fail it.
    for pods in (5, 4, 3, 2):
        kubia.kubectl("scale", "deployment/kubia", f"--replicas={pods}")
        kubia.wait_for_pods(pods, 120)
    clients.go_on()
    clients.assert_none_failed()


def test_what_changed_while_the_api_server_was_away_is_live_soon_after_its_return(fairway, kubia, node):
    api = Api(fairway.kubectl, fairway.token())
    assert api.answers(LISTS)
    node("daemon", "stop", "kube-apiserver")
    until(lambda: not api.answers(LISTS), 30, "the end of the API server")
    Etcd(node).replace(f"/registry/ingress/{kubia.kubectl.namespace}/kubia", HOST, HOST_MOVED)
    node("daemon", "start", "kube-apiserver")
    until(lambda: api.answers(LISTS), 120, "an answer to who has our rights")
    back = time.monotonic()
    until(lambda: fairway.http.curl(host=HOST_MOVED).status == 200, 60, "the new host")
    seconds = time.monotonic() - back
    print(f"live {seconds:.2f} s after the API server's first answer")
    assert seconds < BACK_S


def test_history_that_the_api_server_has_lost_is_read_anew(fairway, kubia, load, node):
    clients = load()
    etcd = Etcd(node)
    node("daemon", "stop", "kube-apiserver")
    etcd.forget_history()
    node("daemon", "stop", "etcd")
    node("daemon", "start", "etcd")
    until(etcd.answers, 60, "etcd")
    node("daemon", "start", "kube-apiserver")
    wait_for_api_server(kubia.kubectl)
    before = kubia.pods()
    # The cluster's own controllers come back one after the other: who replaces pods must not be ahead of who tells of it.
    kubia.kubectl("scale", "deployment/kubia", "--replicas=4")
    kubia.wait_for_pods(4, 120)
    kubia.kubectl("rollout", "restart", "deployment/kubia")
    kubia.kubectl.roll_out("kubia")
    kubia.wait_for_pods(4, 120)
    clients.go_on()
    clients.assert_none_failed()
    assert not before & kubia.pods()
    assert "api.relist" in fairway.log(), "410 Gone was told"
