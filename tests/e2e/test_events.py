"""Events that `fairway controller` writes about Ingresses, with an API server that forgets, refuses and dies on demand."""

import pytest
from support.cluster_objects import in_cluster
from support.manifests import config_map, ingress
from support.waiting import until

SOON_S = 30

SYNC = ("Normal", "Sync", "Scheduled for sync")
MISSING = "spec.rules[0].http.paths[0].backend: Service default/missing does not exist"


def recent(manifest, **metadata):
    """As created while the controller runs, with a generation, as an API server counts it."""
    manifest = in_cluster(manifest)
    manifest["metadata"] = {**manifest["metadata"], "uid": "uid-" + manifest["metadata"]["name"], "generation": 1,
                            **metadata}
    return manifest


def told(api, name):
    return [(kind, reason, message.split(";")[0].split(". ")[0], count)
            for kind, reason, message, count in api.events_about(name)]


def test_each_change_and_each_problem_is_told_once(api, controller):
    controller()
    late = recent(ingress("late", "late.example.com"))
    api.put(late)
    until(lambda: told(api, "late") == [(*SYNC, 1)], SOON_S, "Sync")
    (event,) = api.events.values()
    assert event["source"] == {"component": "nginx-ingress-controller"}
    assert event["involvedObject"]["uid"] == "uid-late"
    late["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] = "missing"
    late["metadata"]["generation"] = 2
    api.put(late)
    until(lambda: told(api, "late") == [(*SYNC, 2), ("Warning", "ServiceNotFound", MISSING, 1)], SOON_S, "a Warning")
    late["status"] = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    api.put(late)
    api.put(recent(ingress("last", "last.example.com")))
    until(lambda: told(api, "last") == [(*SYNC, 1)], SOON_S)
    assert told(api, "late") == [(*SYNC, 2), ("Warning", "ServiceNotFound", MISSING, 1)], "a status is no news"
    assert [method for method, _ in api.event_writes] == ["POST", "PATCH", "POST", "POST"]


def test_the_configmap_is_told_about(api, controller):
    settings = config_map(server_tokens="true")
    settings["metadata"]["namespace"] = "default"
    api.put(settings)
    controller("--configmap=default/fairway")
    until(lambda: ("Normal", "CREATE", "ConfigMap default/fairway", 1) in told(api, "fairway"), SOON_S, "CREATE")
    api.put({**settings, "data": {}})
    until(lambda: ("Normal", "UPDATE", "ConfigMap default/fairway", 1) in told(api, "fairway"), SOON_S, "UPDATE")


def test_two_replicas_and_a_restart_do_not_tell_it_twice(api, controller):
    first = controller("--election-ttl=2s")
    until(lambda: first.events("election.leading"), SOON_S, "a leader")
    second = controller.replica("--election-ttl=2s")
    api.put(recent(ingress("late", "late.example.com", {"/": "missing"})))
    expected = [(*SYNC, 1), ("Warning", "ServiceNotFound", MISSING, 1)]
    until(lambda: told(api, "late") == expected, SOON_S)
    until(lambda: second.get(host="late.example.com").status == 503, SOON_S, "the second replica to know it, too")
    assert told(api, "late") == expected
    first.process.kill()
    until(lambda: second.events("election.leading"), SOON_S, "a new leader")
    api.put(recent(ingress("last", "last.example.com")))
    until(lambda: told(api, "last") == [(*SYNC, 1)], SOON_S, "the new leader's Event")
    # What the old leader wrote in its last moments is told again as the same Event: nobody knows whether it came through.
    assert {event[:3] for event in told(api, "late")} == {event[:3] for event in expected}


def test_an_event_that_is_there_already_goes_on_counting(api, controller):
    broken = recent(ingress("late", "late.example.com", {"/": "missing"}))
    api.put(broken)
    first = controller("--disable-leader-election")
    until(lambda: ("Warning", "ServiceNotFound", MISSING, 1) in told(api, "late"), SOON_S)
    first.close()
    controller.replica("--disable-leader-election")
    until(lambda: ("Warning", "ServiceNotFound", MISSING, 2) in told(api, "late"), SOON_S, "the same Event, counted on")


def test_an_event_that_the_server_has_forgotten_is_written_anew(api, controller):
    controller()
    late = recent(ingress("late", "late.example.com"))
    api.put(late)
    until(lambda: told(api, "late") == [(*SYNC, 1)], SOON_S)
    with api.lock:
        api.events.clear()
    late["metadata"]["generation"] = 2
    api.put(late)
    until(lambda: told(api, "late") == [(*SYNC, 2)], SOON_S, "the Event with its count")


def test_a_server_that_is_busy_is_asked_again(api, controller):
    fairway = controller()
    api.event_answers += [500, 429]
    api.put(recent(ingress("late", "late.example.com")))
    until(lambda: told(api, "late") == [(*SYNC, 1)], 30, "the third try")
    (failed,) = fairway.events("events.failed")
    assert "HTTP 500" in failed["reason"]


def test_events_that_may_not_be_written_are_said_once_and_not_tried_again(api, controller):
    fairway = controller()
    api.event_answers += [403, 403]
    api.put(recent(ingress("a", "a.example.com")), recent(ingress("b", "b.example.com")))
    until(lambda: len(api.event_writes) == 2, SOON_S, "two tries")
    api.put(recent(ingress("c", "c.example.com")))
    until(lambda: told(api, "c") == [(*SYNC, 1)], SOON_S, "the third")
    (failed,) = fairway.events("events.failed")
    assert "the role must allow create and patch on events" in failed["reason"]
    assert told(api, "a") == told(api, "b") == []


def test_an_object_that_changes_all_the_time_is_told_about_no_more(api, controller):
    fairway = controller()
    restless = recent(ingress("restless", "restless.example.com"))
    for generation in range(2, 80):
        api.put({**restless, "metadata": {**restless["metadata"], "generation": generation}})
        until(lambda: fairway.get(host="restless.example.com").status == 200, SOON_S)
    api.put(recent(ingress("last", "last.example.com")))
    until(lambda: told(api, "last") == [(*SYNC, 1)], SOON_S)
    ((*_, count),) = told(api, "restless")
    assert count < 79
    assert len(api.event_writes) <= 26 + 1


@pytest.mark.parametrize("flag", ["--disable-sync-events", "--disable-sync-events=true"])
def test_no_events_when_they_are_switched_off(api, controller, flag):
    fairway = controller(flag)
    api.put(recent(ingress("late", "late.example.com", {"/": "missing"})))
    until(lambda: any("late" in entry["object"] for entry in fairway.events("diagnostic")), SOON_S, "the log to say it")
    until(lambda: fairway.events("election.leading"), SOON_S)
    assert api.event_writes == []
