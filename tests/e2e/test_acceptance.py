"""What refuses an Ingress whole: its version before stays, and without one it is not served."""

import pytest
from support.covers import covers_key
from support.manifests import config_map, endpoints, ingress, service
from support.waiting import until

SOON_S = 10.0
SNIPPET = {"nginx.ingress.kubernetes.io/server-snippet": "return 403;"}
ROOT = {"nginx.ingress.kubernetes.io/app-root": "/load_module"}


@pytest.fixture
def start(serve, origins):
    """start({annotation: value}, key=value): Fairway with an Ingress for kubia.example.com."""
    (pod,) = origins(1)

    def run(annotations, **keys):
        return serve({"ingress.yaml": ingress(annotations=annotations), "service.yaml": service(),
                      "endpoints.yaml": endpoints(pod), "configmap.yaml": config_map(**keys)},
                     "--configmap", "default/fairway")

    return run


@covers_key("annotations-risk-level")
@pytest.mark.parametrize("annotations, level, status", [
    (SNIPPET, "High", 404), (SNIPPET, "Critical", 200), ({}, "Low", 200),
    ({"nginx.ingress.kubernetes.io/auth-realm": "x"}, "Low", 404)])
def test_an_annotation_above_the_risk_level_refuses_the_ingress(start, annotations, level, status):
    fairway = start(annotations, annotations_risk_level=level)
    assert fairway.get(path="/x").status == status
    assert bool([entry for entry in fairway.events("diagnostic") if entry["reason"] == "RiskyAnnotation"]) == (status == 404)


@covers_key("annotation-value-word-blocklist")
def test_a_blocked_word_refuses_the_ingress(start):
    assert start(ROOT, annotation_value_word_blocklist="lua,load_module").get(path="/x").status == 404
    assert start(ROOT, annotation_value_word_blocklist="lua").get(path="/x").status == 200


def test_the_version_that_was_accepted_before_stays(start):
    fairway = start({})
    assert fairway.get().status == 200
    fairway.write("ingress.yaml", ingress(host="other.example.com", annotations=SNIPPET))
    until(lambda: [entry for entry in fairway.events("diagnostic") if entry["reason"] == "RiskyAnnotation"], SOON_S)
    assert fairway.get().status == 200
    assert fairway.get(host="other.example.com").status == 404
    fairway.write("ingress.yaml", ingress(host="other.example.com"))
    until(lambda: fairway.get(host="other.example.com").status == 200, SOON_S, "the version that is good")
    assert fairway.get().status == 404
