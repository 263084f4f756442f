"""A token that is refused, and rights that are missing: a clear log, and the rest works."""

import pytest

from kube.installation import manifest
from kube.kubectl import Kubectl
from kube.outside import Outside, needs_binary, own_address, slice_of
from support.origin import Origin
from support.waiting import until

HOST = "outside.example.com"


@pytest.fixture
def account(namespace):
    """Service account, roles and class of manifests/fairway.yaml in a namespace of the test, with one Ingress to an origin here."""
    needs_binary()
    name = namespace.namespace
    namespace.apply(manifest("fairway.yaml", name=name))
    origin = Origin("outside", address="0.0.0.0")
    namespace.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"clusterIP": "None", "ports": [{"port": 80}]}},
                    slice_of("web", own_address(), origin.port, name),
                    {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"},
                     "spec": {"ingressClassName": name, "rules": [{"host": HOST, "http": {"paths": [
                         {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}})
    yield namespace
    origin.kill()
    Kubectl()("delete", "--ignore-not-found", f"ingressclass/{name}", f"clusterrole/{name}", f"clusterrolebinding/{name}")


@pytest.fixture
def outside(account, tmp_path):
    running = []

    def start(*flags):
        name = account.namespace
        running.append(Outside(tmp_path, account, name, f"--controller-class=fairway.test/{name}", f"--ingress-class={name}",
                               f"--election-id={name}", *flags, environment={"POD_NAMESPACE": name, "POD_NAME": ""}))
        return running[-1]

    yield start
    for each in running:
        each.close()


def test_a_token_that_is_refused_is_read_again(account, outside, node):
    fairway = outside()
    assert fairway.get(host=HOST).status == 200
    name = account.namespace
    account("delete", "serviceaccount", name)
    account("create", "serviceaccount", name)
    node("daemon", "stop", "kube-apiserver")  # ends the watches, which the old token had opened
    node("daemon", "start", "kube-apiserver")
    told = until(lambda: [event for event in fairway.events("api.failed") + fairway.events("election.failed") if "401" in event["reason"]], 90,
                 "a word about it")
    assert told
    assert fairway.get(host=HOST).status == 200 and fairway.health().status == 200
    fairway.renew_token()
    account("patch", "ingress/web", "--type=json", '--patch=[{"op":"replace","path":"/spec/rules/0/host","value":"new.example.com"}]')
    until(lambda: fairway.get(host="new.example.com").status == 200, 60, "the change that the new token lets us see")


@pytest.mark.parametrize("group, resource", [("", "secrets"), ("networking.k8s.io", "ingressclasses"), ("coordination.k8s.io", "leases")])
def test_what_may_not_be_read_keeps_nothing_else_from_working(account, outside, group, resource):
    name = account.namespace
    kind = "role" if resource == "leases" else "clusterrole"
    role = account.get(kind, name)
    for rule in role["rules"]:
        rule["resources"] = [each for each in rule["resources"] if each != resource]
    role["rules"] = [rule for rule in role["rules"] if rule["resources"]]
    account.apply(role)
    fairway = outside()
    expected = 404 if resource == "ingressclasses" else 200  # the class is known by its object alone
    assert fairway.get(host=HOST).status == expected and fairway.health().status == 200
    event = "election.failed" if resource == "leases" else "api.failed"
    told = until(lambda: fairway.events(event), 30, "a word about it")
    assert "403" in told[0]["reason"] and "Role" in told[0]["reason"]
