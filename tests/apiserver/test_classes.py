"""Whose an Ingress is, as a real API server has it."""

import pytest
from conftest import SOON_S, is_served, made

from kube.kubectl import Kubectl
from support.waiting import until

OURS = "k8s.io/ingress-nginx"
SENTINEL = "sentinel"


def settle(namespace, fairway, sentinel):
    """Until everything that was applied before is known: Ingresses are watched in order."""
    namespace.apply(sentinel)
    until(lambda: is_served(fairway, sentinel["metadata"]["name"]), SOON_S, "the sentinel to be served")


# name of the case: (flags, Ingress, served)
CASES = {
    "field-of-ours": ((), made("field-of-ours", "ours"), True),
    "field-of-another": ((), made("field-of-another", "foreign"), False),
    "field-without-object": ((), made("field-without-object", "nginx"), False),
    "annotation-of-ours": ((), made("annotation-of-ours", None, "nginx"), True),
    "annotation-of-another": ((), made("annotation-of-another", None, "traefik"), False),
    "no-class": ((), made("no-class", None), False),
    "no-class-but-watched": (("--watch-ingress-without-class",), made("no-class-but-watched", None), True),
    "foreign-annotation-though-watched":
        (("--watch-ingress-without-class",), made("foreign-annotation-though-watched", None, "traefik"), False),
    "annotation-of-flag": (("--ingress-class=edge",), made("annotation-of-flag", None, "edge"), True),
    "annotation-not-of-flag": (("--ingress-class=edge",), made("annotation-not-of-flag", None, "nginx"), False),
    "by-name": (("--ingress-class-by-name", "--ingress-class=foreign"), made("by-name", "foreign"), True),
    "by-name-without-object":
        (("--ingress-class-by-name", "--ingress-class=nothing"), made("by-name-without-object", "nothing"), False),
    "not-by-name": (("--ingress-class=foreign",), made("not-by-name", "foreign"), False),
    "by-controller": (("--controller-class=example.com/other",), made("by-controller", "foreign"), True),
    "not-by-controller": (("--controller-class=example.com/other",), made("not-by-controller", "ours"), False),
    "default-backend": ((), made("default-backend", "ours", defaultBackend={
        "service": {"name": "x", "port": {"number": 80}}}), True),
    "default-backend-switched-off": (("--disable-catch-all",), made("default-backend-switched-off", "ours", defaultBackend={
        "service": {"name": "x", "port": {"number": 80}}}), False),
    "catch-all-rule-left": (("--disable-catch-all",), made("catch-all-rule-left", "ours"), True),
}


@pytest.mark.parametrize("flags", sorted({flags for flags, *_ in CASES.values()}), ids=lambda flags: " ".join(flags) or "-")
def test_serves_its_own_and_leaves_the_rest_alone(controller, namespace, classes, flags):
    classes(ours=OURS, foreign="example.com/other")
    cases = {name: case for name, case in CASES.items() if case[0] == flags}
    before = dict(list(cases.items())[::2])
    namespace.apply(*(manifest for _, manifest, _ in before.values()))
    fairway = controller(*flags)
    after = [manifest for name, (_, manifest, _) in cases.items() if name not in before]
    if after:
        namespace.apply(*after)
    expected = {name: served for name, (*_, served) in cases.items()}
    sentinel = next((made(SENTINEL, *arguments) for arguments in (("ours",), ("foreign",), (None, "nginx"), (None, "edge"))
                     if arguments != ("ours",) or not any("controller-class" in flag for flag in flags)), None)
    settle(namespace, fairway, sentinel)
    assert {name: is_served(fairway, name) for name in cases} == expected


def test_an_ingress_that_changes_its_class_is_dropped_or_picked_up_at_once(controller, namespace, classes):
    classes(ours=OURS, foreign="example.com/other")
    fairway = controller()
    namespace.apply(made("moving", "ours"))
    until(lambda: is_served(fairway, "moving"), SOON_S, "it to be picked up")
    for class_name, served in (("foreign", False), ("ours", True)):
        namespace("patch", "ingress", "moving", "--type=merge", "--patch", f'{{"spec":{{"ingressClassName":"{class_name}"}}}}')
        until(lambda: is_served(fairway, "moving") == served, SOON_S, f"class {class_name} to count")
    # The field wins over the annotation, which may be added later only.
    namespace("annotate", "ingress", "moving", "kubernetes.io/ingress.class=traefik")
    settle(namespace, fairway, made(SENTINEL))
    assert is_served(fairway, "moving")


def test_a_class_that_comes_goes_or_changes_hands_takes_its_ingresses_with_it(controller, namespace, classes):
    classes(ours=OURS)
    fairway = controller()
    namespace.apply(made("waiting", "late"))
    settle(namespace, fairway, made(SENTINEL))
    assert not is_served(fairway, "waiting")
    classes(late=OURS)
    until(lambda: is_served(fairway, "waiting"), SOON_S, "the class that came")
    namespace("delete", "ingressclass", "late")
    until(lambda: not is_served(fairway, "waiting"), SOON_S, "the class that went")
    classes(late="example.com/other")
    settle(namespace, fairway, made(SENTINEL + "-2"))
    assert not is_served(fairway, "waiting")


def test_the_default_class_is_filled_in_by_the_api_server(controller, namespace, classes):
    classes(ours=OURS)
    namespace("annotate", "ingressclass", "ours", "ingressclass.kubernetes.io/is-default-class=true")
    fairway = controller()

    def default_is_served():
        namespace.apply(made("by-default", None))
        if namespace.get("ingress", "by-default")["spec"].get("ingressClassName") != "ours":
            namespace("delete", "ingress", "by-default")  # the API server does not know of the default yet
            return False
        return True

    until(default_is_served, SOON_S, "the API server to fill the class in")
    until(lambda: is_served(fairway, "by-default"), SOON_S)


def test_without_leave_to_read_classes_only_the_annotation_counts(controller, namespace, classes):
    classes(ours=OURS)
    fairway = controller(account="fairway-without-classes")
    namespace.apply(made("field", "ours"))
    settle(namespace, fairway, made("annotation", None, "nginx"))
    assert not is_served(fairway, "field")
    assert any(entry["resource"] == "ingressclasses" for entry in fairway.events("api.failed"))


def test_watch_namespace_leaves_other_namespaces_alone(controller, namespace, classes):
    classes(ours=OURS)
    fairway = controller(f"--watch-namespace={namespace.namespace}")
    other = Kubectl("default")
    other.apply(made("elsewhere"))
    try:
        settle(namespace, fairway, made(SENTINEL))
        assert not is_served(fairway, "elsewhere")
    finally:
        other("delete", "ingress", "elsewhere")
