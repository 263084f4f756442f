"""A rolling update as a Deployment does it: Pods are replaced one by one under load, and nobody notices."""

import json

import pytest

from support.fairway import run_command
from support.load import SteadyLoad
from support.manifests import ingress
from support.waiting import until

SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubia"},
           "spec": {"selector": {"app": "kubia"}, "ports": [{"port": 80, "targetPort": "web"}]}}


def pod(origin):
    probe = {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1, "failureThreshold": 1}
    container = {"name": "kubia", "image": "kubia", "ports": [{"name": "web", "containerPort": origin.port}],
                 "readinessProbe": probe}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": origin.name, "labels": {"app": "kubia"}},
            "spec": {"containers": [container]}, "status": {"podIP": "127.0.0.1"}}


def ready_ports(fairway):
    """Ports of the live endpoints of the Service."""
    result = run_command("get", "endpoints", "kubia", "-o", "json", "--admin", fairway.admin_url)
    assert result.returncode == 0, result.stderr
    return {port["port"] for subset in json.loads(result.stdout)["subsets"] if subset.get("addresses")
            for port in subset["ports"]}


@pytest.fixture
def load():
    running = []

    def start(*arguments, **options):
        running.append(SteadyLoad(*arguments, **options))
        return running[-1]

    yield start
    for each in running:
        each.stop()


def test_pods_are_replaced_one_by_one_without_a_failed_request(serve, origins, load):
    old = origins(3)
    fairway = serve({"ingress.yaml": ingress(), "service.yaml": SERVICE,
                     **{f"{origin.name}.yaml": pod(origin) for origin in old}})
    until(lambda: ready_ports(fairway) == {origin.port for origin in old}, 20, "three ready Pods")
    clients = load(fairway.http_port, clients=2)
    until(lambda: clients.answers > 100, what="load")

    for leaving in old:
        [coming] = origins(1)
        fairway.write(f"{coming.name}.yaml", pod(coming))
        until(lambda: coming.port in ready_ports(fairway), 20, f"{coming.name} ready by its probe")
        (fairway.folder / f"{leaving.name}.yaml").unlink()
        until(lambda: leaving.port not in ready_ports(fairway), 20, f"{leaving.name} gone from the endpoints")
        # What a preStop hook waits for: requests that were on their way to the old Pod. Each client asks one at a time,
        # so after so many more answers none of those is open.
        answers = clients.answers
        until(lambda: clients.answers > answers + 200, 20, "requests in flight to end")
        leaving.kill()

    answers = clients.answers
    until(lambda: clients.answers > answers + 200, 20, "load after the update")
    clients.stop()
    assert not clients.failures, (len(clients.failures), clients.failures[:5])
    assert fairway.hits(12).keys() == {f"pod-{number}" for number in (3, 4, 5)}


def test_a_new_pod_gets_no_traffic_before_its_probe_succeeds(serve, origins, load):
    first, second = origins(2)
    fairway = serve({"ingress.yaml": ingress(), "service.yaml": SERVICE, "first.yaml": pod(first)})
    until(lambda: ready_ports(fairway) == {first.port}, 20, "the first Pod")
    clients = load(fairway.http_port, clients=2)
    second.kill()
    fairway.write("second.yaml", pod(second))
    answers = clients.answers
    until(lambda: clients.answers > answers + 200, 20, "load with a Pod that does not answer")
    assert ready_ports(fairway) == {first.port}
    second.start()
    until(lambda: ready_ports(fairway) == {first.port, second.port}, 20, "the second Pod")
    clients.stop()
    assert not clients.failures, clients.failures[:5]
    assert fairway.hits(8).keys() == {"pod-0", "pod-1"}
