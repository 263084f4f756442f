"""`fairway controller` against an API server that misbehaves on demand."""

import time

import pytest
from support.cluster_objects import in_cluster
from support.manifests import HOST, ingress
from support.waiting import until

SOON_S = 30


def status_of(fairway, host):
    return fairway.get(host=host).status


def test_serves_what_the_api_server_has_and_follows_it(api, controller):
    for number in range(5):  # three pages of two
        api.put(in_cluster(ingress(f"more-{number}", f"more-{number}.example.com")))
    fairway = controller()
    assert fairway.get().status == 200
    assert all(status_of(fairway, f"more-{number}.example.com") == 200 for number in range(5))
    assert api.asked("ingresses", limit="500") and api.asked("ingresses", **{"continue": "2"})
    api.put(in_cluster(ingress("late", "late.example.com")))
    until(lambda: status_of(fairway, "late.example.com") == 200, SOON_S, "the new Ingress")
    api.delete("Ingress", "late")
    until(lambda: status_of(fairway, "late.example.com") == 404, SOON_S, "the end of the Ingress")


def test_goes_on_while_the_api_server_is_away(api, controller):
    fairway = controller()
    api.stop()
    until(lambda: fairway.events("api.failed"), SOON_S, "a word about it")
    assert fairway.get().status == 200 and fairway.health().status == 200
    api.put(in_cluster(ingress("meanwhile", "meanwhile.example.com")))
    api.delete("Ingress", "kubia")
    api.start()
    api.send_line("ingresses", "")  # an empty line is no event
    api.end_watches()
    # It had missed what came between; this server keeps no history, and says so.
    until(lambda: any(watch[0] == "ingresses" for watch in api.watches), SOON_S, "a new watch")
    api.send_line("ingresses", '{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}')
    until(lambda: status_of(fairway, "meanwhile.example.com") == 200, SOON_S, "what came meanwhile")
    until(lambda: status_of(fairway, HOST) == 404, SOON_S, "what went meanwhile")


@pytest.mark.parametrize("line", ['{"type":"ADDED","object":{"kind":"Ingr', "no JSON at all", "{}", "[1]",
                                  '{"type":"SURPRISE","object":{"kind":"Ingress"}}'])
def test_a_watch_that_makes_no_sense_is_begun_anew_with_a_list(api, controller, line):
    fairway = controller()
    until(lambda: any(watch[0] == "ingresses" for watch in api.watches), SOON_S)
    lists = len(api.asked("ingresses", limit="500"))
    api.delete("Ingress", "kubia", silently=True)
    api.send_line("ingresses", line)
    until(lambda: len(api.asked("ingresses", limit="500")) > lists, SOON_S, "a new list")
    until(lambda: status_of(fairway, HOST) == 404, SOON_S, "what the watch did not tell")


def test_watches_that_end_at_once_are_not_begun_in_a_rush(api, controller):
    fairway = controller()
    api.ends_watches_at_once = True
    api.end_watches()
    until(lambda: len(api.asked("ingresses", watch="true")) >= 3, SOON_S, "new watches")
    before = len(api.requests)
    time.sleep(1)  # what is counted is the rate of requests
    assert len(api.requests) - before < 5 * 12, "each of five kinds asks a few times a second"
    api.ends_watches_at_once = False
    until(lambda: any(watch[0] == "ingresses" for watch in api.watches), SOON_S, "a watch that stays")
    api.put(in_cluster(ingress("late", "late.example.com")))
    until(lambda: status_of(fairway, "late.example.com") == 200, SOON_S, "what came meanwhile")


def test_what_may_not_be_read_does_not_keep_the_rest_from_being_served(api, controller):
    api.denied.add("secrets")
    fairway = controller()
    assert fairway.get().status == 200
    (told,) = fairway.events("api.failed")
    assert told["resource"] == "secrets" and "ClusterRole" in told["reason"]


def test_an_object_that_cannot_be_used_keeps_its_last_good_version(api, controller):
    fairway = controller()
    broken = in_cluster(ingress())
    broken["spec"]["rules"][0]["host"] = "not a host"
    api.put(broken)
    until(lambda: any("kubia" in entry["object"] for entry in fairway.events("diagnostic")), SOON_S, "a diagnostic")
    assert fairway.get().status == 200


def test_ingresses_of_other_classes_are_left_alone(api, controller):
    other = in_cluster(ingress("other", "other.example.com"))
    other["spec"]["ingressClassName"] = "traefik"
    without = in_cluster(ingress("without", "without.example.com"))
    del without["spec"]["ingressClassName"]
    api.put(other, without)
    fairway = controller()
    assert fairway.get().status == 200
    assert status_of(fairway, "other.example.com") == 404
    assert status_of(fairway, "without.example.com") == 404
    api.put({**other, "spec": {**other["spec"], "ingressClassName": "nginx"}})
    until(lambda: status_of(fairway, "other.example.com") == 200, SOON_S, "the change of class")


def test_asks_for_watches_only_while_nothing_changes(api, controller):
    controller()
    until(lambda: len(api.watches) == 5 and "ingress-controller-leader" in dict(api.requests), SOON_S, "all watches, and the Lease")
    before = len(api.requests)
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        assert len(api.requests) == before
        time.sleep(0.05)


def test_status_tells_where_clients_reach_it(api, controller):
    controller("--publish-status-address=lb.example.com,192.0.2.7")
    expected = [{"ip": "192.0.2.7"}, {"hostname": "lb.example.com"}]
    until(lambda: api.status_of("kubia") == expected, SOON_S, "the status")
    api.put(in_cluster(ingress("late", "late.example.com")))
    until(lambda: api.status_of("late") == expected, SOON_S, "the status of a new Ingress")
    other = in_cluster(ingress("other", "other.example.com"))
    other["spec"]["ingressClassName"] = "traefik"
    api.put(other, in_cluster(ingress("last", "last.example.com")))
    until(lambda: api.status_of("last") == expected, SOON_S)
    assert api.status_of("other") is None
    assert sorted(api.status_writes) == ["kubia", "last", "late"], "each is written once"


def test_status_follows_the_published_service(api, controller):
    published = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "edge", "namespace": "default"},
                 "spec": {"type": "LoadBalancer", "externalIPs": ["192.0.2.9"],
                          "ports": [{"port": 80, "protocol": "TCP"}]}}
    api.put(published)
    controller("--publish-service=default/edge")
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.9"}], SOON_S, "its external IP")
    api.put({**published, "status": {"loadBalancer": {"ingress": [{"hostname": "edge.example.com"}]}}})
    both = [{"ip": "192.0.2.9"}, {"hostname": "edge.example.com"}]
    until(lambda: api.status_of("kubia") == both, SOON_S, "the load balancer's host name")


def test_one_replica_leads_and_another_follows_it(api, controller):
    first = controller("--publish-status-address=192.0.2.1", "--election-ttl=2s")
    until(lambda: first.events("election.leading"), SOON_S, "a leader")
    second = controller.replica("--publish-status-address=192.0.2.2", "--election-ttl=2s")
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.1"}], SOON_S, "the leader's status")
    deadline = time.monotonic() + 3  # longer than the Lease lasts
    while time.monotonic() < deadline:
        assert not second.events("election.leading") and not first.events("election.following")
        time.sleep(0.1)
    assert api.status_writes == ["kubia"]
    first.process.kill()
    until(lambda: second.events("election.leading"), SOON_S, "a new leader")
    until(lambda: api.status_of("kubia") == [{"ip": "192.0.2.2"}], SOON_S, "its status")
    (lease,) = api.leases.values()
    assert lease["spec"]["leaseTransitions"] == 1


def test_a_leader_that_ends_hands_the_lease_back(api, controller):
    fairway = controller("--election-ttl=1h")
    until(lambda: fairway.events("election.leading"), SOON_S, "a leader")
    fairway.signal(15)
    assert fairway.wait() == 0
    (lease,) = api.leases.values()
    assert "holderIdentity" not in lease["spec"]


def test_a_leader_that_cannot_renew_steps_down(api, controller):
    fairway = controller("--election-ttl=2s")
    until(lambda: fairway.events("election.leading"), SOON_S, "a leader")
    api.stop()
    until(lambda: fairway.events("election.following"), SOON_S, "the end of its lead")
    api.start()
    until(lambda: len(fairway.events("election.leading")) == 2, SOON_S, "its return")
