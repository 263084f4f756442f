"""What `fairway controller` does by knowing its own pod, its nodes, and the namespaces of the cluster."""

import signal
import time

import pytest
from support.cluster_objects import SERVICE, in_cluster, slice_of
from support.fairway import run_command
from support.manifests import HOST, ingress
from support.waiting import until

SOON_S = 30
POD = {"POD_NAME": "fairway-1", "POD_NAMESPACE": "default"}


def pod(name, node, ready=True, **labels):
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "default", "labels": {"app": "fairway", "pod-template-hash": name, **labels}},
            "spec": {"nodeName": node, "containers": [{"name": "controller"}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]}}


def node(name, zone="a", **addresses):
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"topology.kubernetes.io/zone": zone}},
            "status": {"addresses": [{"type": kind, "address": address} for kind, address in addresses.items()]}}


def test_status_gives_the_nodes_of_ready_replicas(api, controller):
    api.put(pod("fairway-1", "n1"), pod("fairway-2", "n2", ready=False), pod("stranger", "n3", app="other"),
            node("n1", InternalIP="10.0.0.1", ExternalIP="192.0.2.1"), node("n2", InternalIP="10.0.0.2"),
            node("n3", InternalIP="10.0.0.3"))
    controller(environment=POD)
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.1"}], SOON_S, "the external address")
    api.put(pod("fairway-2", "n2"))
    both = [{"ip": "10.0.0.2"}, {"ip": "192.0.2.1"}]
    until(lambda: api.status_of("kubia") == both, SOON_S, "the node of the second replica")
    assert not api.watched("nodes", "n3") and len(api.watched("nodes")) == 2, "nodes by name only"
    api.delete("Pod", "fairway-2")
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.1"}], SOON_S, "the end of the second replica")
    until(lambda: len(api.watched("nodes")) == 1, SOON_S, "the end of its node's watch")


def test_status_gives_internal_addresses_when_asked(api, controller):
    api.put(pod("fairway-1", "n1"), node("n1", InternalIP="10.0.0.1", ExternalIP="192.0.2.1"))
    controller("--report-node-internal-ip-address", environment=POD)
    until(lambda: api.status_of("kubia") == [{"ip": "10.0.0.1"}], SOON_S, "the internal address")


def leading(fairway):
    until(lambda: fairway.events("election.leading"), SOON_S, "a leader")
    return fairway


def test_the_last_replica_empties_the_status(api, controller):
    api.put(pod("fairway-1", "n1"))
    fairway = leading(controller("--publish-status-address=192.0.2.1", environment=POD))
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.1"}], SOON_S)
    fairway.signal(signal.SIGTERM)
    assert fairway.wait() == 0
    assert api.status_of("kubia") == []
    (lease,) = api.leases.values()
    assert "holderIdentity" not in lease["spec"]


@pytest.mark.parametrize("flags, others, why", [
    (["--update-status-on-shutdown=false"], [], "nobody wants it"),
    ([], [pod("fairway-2", "n1")], "another replica serves"),
    (["--publish-status-address=192.0.2.1,192.0.2.2"], [], "several addresses may be others', too"),
])
def test_the_status_stays_at_the_end(api, controller, flags, others, why):
    api.put(pod("fairway-1", "n1"), *others)
    where = [] if flags and "address" in flags[0] else ["--publish-status-address=192.0.2.1"]
    fairway = leading(controller(*where, *flags, environment=POD))
    until(lambda: api.status_of("kubia"), SOON_S)
    fairway.signal(signal.SIGTERM)
    assert fairway.wait() == 0
    assert api.status_of("kubia"), why


def test_a_conflict_is_settled_by_looking_again(api, controller):
    """The status that is written names the version it is about: somebody else's later word is read first."""
    api.failures["PATCH"] = [(409, {}), (503, {}), (429, {"Retry-After": "1"})]
    fairway = controller("--publish-status-address=192.0.2.1")
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.1"}], SOON_S, "the status after all")
    assert api.status_writes == ["kubia"]
    assert len(fairway.events("status.failed")) == 1


def test_the_status_is_replaced_where_the_role_allows_no_patch(api, controller):
    """As ingress-nginx's own role does, which whoever switches keeps."""
    api.failures["PATCH"] = [(403, {})]
    fairway = controller("--publish-status-address=192.0.2.1")
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.1"}], SOON_S, "the status")
    api.put(in_cluster(ingress("late", "late.example.com")))
    until(lambda: api.status_of("late") == [{"ip": "192.0.2.1"}], SOON_S, "the next one")
    assert not fairway.events("status.failed")


def test_our_own_status_writes_change_nothing(api, controller):
    def counted(name, host):
        """An Ingress whose changes of the spec are counted, as a real API server does."""
        given = in_cluster(ingress(name, host))
        return {**given, "metadata": {**given["metadata"], "generation": 7, "uid": name}}

    def serves(host):
        until(lambda: fairway.get(host=host).status == 200, SOON_S)
    fairway = controller("--publish-status-address=192.0.2.1")
    until(lambda: api.status_of("kubia"), SOON_S)
    kubia = counted("kubia", "kubia.example.com")
    api.put(kubia, counted("early", "early.example.com"))
    serves("early.example.com")  # so whatever came before it has been read
    before = fairway.metric("nginx_ingress_controller_success")
    for number in range(5):
        api.put({**kubia, "status": {"loadBalancer": {"ingress": [{"ip": f"192.0.2.{number}"}]}}})
    api.put(counted("late", "late.example.com"))
    serves("late.example.com")
    assert fairway.metric("nginx_ingress_controller_success") == before + 1, "for the new Ingress"


@pytest.mark.parametrize("flag", ["--publish-service", "--default-backend-service"])
def test_a_service_that_a_flag_names_and_that_is_not_there_ends_the_start(api, flag):
    result = run_command("controller", "--apiserver-host", api.url, f"{flag}=default/missing", "--healthz-port=0",
                         "--http-port=0", "--https-port=0")
    assert result.returncode == 1
    assert "there is no Service default/missing" in result.stderr and flag in result.stderr


def test_a_namespace_that_is_not_there_ends_the_start(api):
    result = run_command("controller", "--apiserver-host", api.url, "--watch-namespace=mistyped", "--healthz-port=0",
                         "--http-port=0", "--https-port=0")
    assert result.returncode == 1
    assert "there is no namespace mistyped" in result.stderr and "--watch-namespace" in result.stderr


@pytest.mark.parametrize("trouble", ["none", "may not be asked for", "an answer that fails"])
def test_one_namespace_alone_is_served(api, controller, trouble):
    api.put(namespace("default"))
    other = in_cluster(ingress("other", "other.example.com"))
    other["metadata"]["namespace"] = "other"
    api.put(other)
    if trouble == "may not be asked for":
        api.denied.add("default")
    elif trouble != "none":
        api.failures["default"] = [(503, {})]
    fairway = controller("--watch-namespace=default")
    assert fairway.get().status == 200
    assert fairway.get(host="other.example.com").status == 404
    assert not fairway.events("api.failed")


def test_nothing_is_said_about_objects_before_they_are_known(api, controller):
    api.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default"}})
    assert not controller("--configmap=default/settings").events("diagnostic")


def namespace(name, **labels):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def test_only_namespaces_with_the_labels_are_served(api, controller):
    api.put(namespace("default", team="a"), namespace("other", team="b"))
    other = in_cluster(ingress("other", "other.example.com"))
    other["metadata"]["namespace"] = "other"
    api.put(other, {**SERVICE, "metadata": {"name": "kubia", "namespace": "other"}})
    fairway = controller("--watch-namespace-selector=team=a")
    assert fairway.get().status == 200
    assert fairway.get(host="other.example.com").status == 404
    api.put(namespace("more", team="a"))
    more = in_cluster(ingress("more", "more.example.com"))
    more["metadata"]["namespace"] = "more"
    api.put(more)
    until(lambda: fairway.get(host="more.example.com").status == 503, SOON_S, "a namespace that comes")
    api.delete("Namespace", "default", namespace="")
    until(lambda: fairway.get().status == 404, SOON_S, "a namespace that goes")


@pytest.mark.parametrize("arguments, words", [
    (["--watch-namespace=a", "--watch-namespace-selector=b=c"], "both say which namespaces"),
    (["--watch-namespace-selector=b=c d"], "is not a label selector"),
])
def test_selections_that_make_no_sense_are_refused(arguments, words):
    result = run_command("controller", *arguments)
    assert result.returncode == 2 and words in result.stderr


def test_endpoints_of_our_zone_are_preferred_where_a_service_asks(api, controller, origins):
    here, there = origins(2)
    api.put(pod("fairway-1", "n1"), node("n1", zone="a"), node("n2", zone="b"))

    def hinted(origin, name, zone):
        made = slice_of("near", origin)
        made["metadata"]["name"] = name
        made["endpoints"][0]["hints"] = {"forZones": [{"name": zone}]}
        return made

    near = {**SERVICE, "metadata": {"name": "near", "namespace": "default",
                                    "annotations": {"service.kubernetes.io/topology-mode": "Auto"}}}
    api.put(near, hinted(here, "near-a", "a"), hinted(there, "near-b", "b"), in_cluster(ingress("near", "near.example.com", {"/": "near"})))
    fairway = controller("--enable-topology-aware-routing", environment=POD)
    assert set(fairway.hits(10, host="near.example.com")) == {here.name}
    api.put(node("n1", zone="b"))
    until(lambda: set(fairway.hits(4, host="near.example.com")) == {there.name}, SOON_S, "the other zone")
    api.put({**near, "metadata": {**near["metadata"], "annotations": {}}})
    until(lambda: set(fairway.hits(10, host="near.example.com")) == {here.name, there.name}, SOON_S, "no preference")


# One leader

def test_a_leader_that_was_paused_does_not_write_when_it_wakes(api, controller):
    first = leading(controller("--publish-status-address=192.0.2.1", "--election-ttl=2s"))
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.1"}], SOON_S)
    second = controller.replica("--publish-status-address=192.0.2.2", "--election-ttl=2s")
    first.signal(signal.SIGSTOP)
    leading(second)
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.2"}], SOON_S, "the status of the new leader")
    first.signal(signal.SIGCONT)
    until(lambda: first.events("election.following"), SOON_S, "the end of its lead")
    api.put(in_cluster(ingress("late", "late.example.com")))
    until(lambda: api.status_of("late") == [{"ip": "192.0.2.2"}], SOON_S)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        assert api.status_of("kubia") == [{"ip": "192.0.2.2"}], "no flapping"
        time.sleep(0.05)


def test_a_renewal_costs_the_leader_one_request(api, controller):
    fairway = leading(controller("--election-ttl=2s"))
    reads = len([1 for plural, _ in api.requests if plural == "ingress-controller-leader"])
    (lease,) = api.leases.values()
    until(lambda: next(iter(api.leases.values()))["spec"]["renewTime"] != lease["spec"]["renewTime"], SOON_S, "a renewal")
    assert len([1 for plural, _ in api.requests if plural == "ingress-controller-leader"]) == reads
    assert len(fairway.events("election.leading")) == 1
