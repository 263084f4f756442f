"""What `kubectl describe ingress` shows."""

from conftest import SOON_S, is_served, made

from support.manifests import config_map
from support.waiting import until

OURS = "k8s.io/ingress-nginx"
SYNC = ("Normal", "Sync", "Scheduled for sync", 1)


def events_of(kubectl, name):
    """{(type, reason, beginning of the message): count}"""
    return {(event["type"], event["reason"], event["message"].split(";")[0].split(". ")[0]): event["count"]
            for event in kubectl.list("events") if event["involvedObject"]["name"] == name}


def test_each_change_and_each_problem_becomes_an_event(controller, namespace, classes):
    classes(ours=OURS, foreign="example.com/other")
    controller()
    sync = ("Normal", "Sync", "Scheduled for sync")
    missing = ("Warning", "ServiceNotFound", "spec.rules[0].http.paths[0].backend: Service "
               f"{namespace.namespace}/kubia does not exist")
    value = ("Warning", "InvalidValue", 'annotation proxy-read-timeout: "60s" has a unit, which ingress-nginx ignores here')
    namespace.apply(made("web", annotations={"nginx.ingress.kubernetes.io/proxy-read-timeout": "60s"}),
                    made("other", "foreign"))
    until(lambda: events_of(namespace, "web") == {sync: 1, missing: 1, value: 1}, SOON_S, "Sync and two Warnings")
    namespace("annotate", "ingress", "web", "--overwrite", "nginx.ingress.kubernetes.io/proxy-read-timeout=60")
    until(lambda: events_of(namespace, "web") == {sync: 2, missing: 1, value: 1}, SOON_S, "a second Sync")
    namespace("label", "ingress", "web", "colour=blue")
    namespace.apply(made("last"))
    until(lambda: sync in events_of(namespace, "last"), SOON_S)
    assert events_of(namespace, "web") == {sync: 2, missing: 1, value: 1}, "a label is no news"
    assert events_of(namespace, "other") == {}
    described = namespace("describe", "ingress", "web")
    assert "nginx-ingress-controller" in described and "Scheduled for sync" in described


def test_conflicts_bad_secrets_and_closed_paths_are_warned_of(controller, namespace, classes):
    classes(ours=OURS)
    controller()
    namespace.apply(made("web"))
    until(lambda: events_of(namespace, "web"), SOON_S)
    conflicting = made("late", tls="missing")
    conflicting["spec"]["rules"][0]["host"] = "web.example.com"
    conflicting["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-ssl-secret"] = "elsewhere/secret"
    namespace.apply(conflicting)
    until(lambda: {"PathConflict", "SecretNotFound", "AnnotationParsingFailed"} <=
          {reason for _, reason, _ in events_of(namespace, "late")}, SOON_S, "three Warnings")


def test_two_replicas_write_an_event_once(controller, namespace, classes):
    classes(ours=OURS)
    replicas = [controller(lease="events") for _ in range(2)]
    namespace.apply(made("web"))
    until(lambda: all(is_served(replica, "web") for replica in replicas), SOON_S)
    until(lambda: len(events_of(namespace, "web")) == 2, SOON_S, "Sync and a Warning")
    namespace.apply(made("last"))
    until(lambda: len(events_of(namespace, "last")) == 2, SOON_S)
    assert set(events_of(namespace, "web").values()) == {1}


def test_the_configmap_has_events(controller, namespace, classes):
    namespace.apply(config_map(server_tokens="true"))
    controller(f"--configmap={namespace.namespace}/fairway")
    told = f"ConfigMap {namespace.namespace}/fairway"
    until(lambda: ("Normal", "CREATE", told) in events_of(namespace, "fairway"), SOON_S, "CREATE")
    namespace.apply(config_map(server_tokens="false"))
    until(lambda: ("Normal", "UPDATE", told) in events_of(namespace, "fairway"), SOON_S, "UPDATE")
