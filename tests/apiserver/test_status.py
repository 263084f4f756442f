"""What the status of Ingresses says, and who writes it."""

from conftest import SOON_S, made

from kube.kubectl import Watch
from support.waiting import until

OURS = "k8s.io/ingress-nginx"


def addresses(kubectl, name):
    return kubectl.get("ingress", name)["status"]["loadBalancer"].get("ingress")


def test_says_where_clients_reach_those_that_are_served(controller, namespace, classes):
    classes(ours=OURS, foreign="example.com/other")
    namespace.apply(made("ours"), made("foreign", "foreign"))
    controller("--publish-status-address=lb.example.com,192.0.2.7")
    expected = [{"ip": "192.0.2.7"}, {"hostname": "lb.example.com"}]
    until(lambda: addresses(namespace, "ours") == expected, SOON_S, "the status")
    namespace.apply(made("late"))
    until(lambda: addresses(namespace, "late") == expected, SOON_S, "the status of one that came later")
    assert addresses(namespace, "foreign") is None


def test_follows_the_published_service(controller, namespace, classes):
    classes(ours=OURS)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "edge"},
               "spec": {"type": "NodePort", "externalIPs": ["192.0.2.9"], "ports": [{"port": 80}]}}
    namespace.apply(service, made("web"))
    controller(f"--publish-service={namespace.namespace}/edge")
    until(lambda: addresses(namespace, "web") == [{"ip": "192.0.2.9"}], SOON_S, "its external IP")
    namespace("patch", "service", "edge", "--type=merge", "--patch", '{"spec":{"externalIPs":["192.0.2.10"]}}')
    until(lambda: addresses(namespace, "web") == [{"ip": "192.0.2.10"}], SOON_S, "its new external IP")


def test_is_written_by_the_leader_once_and_handed_over_without_flapping(controller, namespace, classes):
    classes(ours=OURS)
    namespace.apply(made("web"))
    watch = Watch(namespace, "ingress", "web")
    flags = ("--publish-status-address=192.0.2.1", "--election-ttl=3s")
    first = controller(*flags, lease="shared")
    until(lambda: addresses(namespace, "web") == [{"ip": "192.0.2.1"}], SOON_S, "the status")
    second = controller(*flags, lease="shared")
    first.process.kill()
    until(lambda: second.events("election.leading"), SOON_S, "the second to lead")
    namespace.apply(made("late"))
    until(lambda: addresses(namespace, "late") == [{"ip": "192.0.2.1"}], SOON_S, "the second to write")
    versions = [version["status"]["loadBalancer"].get("ingress") for version in watch.close()]
    assert [version for version in versions if version] == [[{"ip": "192.0.2.1"}]], "it is written once"
    assert None not in versions[1:], "and never taken away"
