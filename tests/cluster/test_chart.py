"""The chart against a real API server: what it renders is valid, and installing, upgrading and removing it works."""

import base64
import re

import pytest
import yaml

import chart
from conftest import Kubia
from kube.helm import helm
from kube.kubectl import Kubectl
from support.waiting import until

# Kinds of other projects, which a cluster has once these are installed.
FOREIGN = {"ServiceMonitor", "PrometheusRule", "ScaledObject", "Certificate", "Issuer"}
# Named by every-value/values.yaml, as a place for objects.
NAMESPACES = {"edge", "shop-edge", "edge-config", "edge-tcp", "edge-udp", "shop", "lb"}


@pytest.fixture(scope="module")
def namespaces():
    present = {each["metadata"]["name"] for each in Kubectl().list("namespaces")}
    made = sorted(NAMESPACES - present)
    for name in made:
        Kubectl()("create", "namespace", name)
    yield
    for name in made:
        Kubectl()("delete", "namespace", name, "--wait=false")


@pytest.mark.parametrize("case", chart.CASES, ids=lambda case: case.name)
def test_the_api_server_accepts_every_object(case, namespaces):
    values = yaml.safe_load((case / "values.yaml").read_text())
    if case.name == "every-value":  # one address family here, and addresses that no cluster hands out
        for service in (values["controller"]["service"], values["controller"]["service"]["internal"],
                        values["controller"]["admissionWebhooks"]["service"], values["controller"]["metrics"]["service"],
                        values["defaultBackend"]["service"]):
            for field in ("ipFamilies", "ipFamilyPolicy", "clusterIP", "clusterIPs"):
                service.pop(field, None)
            service["type"] = "LoadBalancer"  # some fields are allowed for these only
    objects = [each for each in yaml.safe_load_all(chart.render(values, certificates=True)) if each]
    ours = [each for each in objects if each["kind"] not in FOREIGN]
    assert {each["kind"] for each in objects} - {each["kind"] for each in ours} <= FOREIGN
    for place in {each["metadata"].get("namespace", "default") for each in ours}:
        there = [yaml.safe_dump(each) for each in ours if each["metadata"].get("namespace", "default") == place]
        Kubectl(place)("apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename", "-",
                       stdin="\n---\n".join(there))


def test_an_upgrade_keeps_the_certificate_of_the_webhook(namespace):
    """No pod: it is about the objects."""
    options = ["edge", str(chart.CHART), "--namespace", namespace.namespace]
    values = {"controller": {"replicaCount": 0, "admissionWebhooks": {"enabled": True, "objectSelector": {
        "matchLabels": {"never": "there"}}}, "ingressClassResource": {"enabled": False}}}
    helm("install", *options, values=values)
    try:
        before = namespace.get("secret", "edge-fairway-admission-tls")["data"]
        webhook = namespace.get("validatingwebhookconfiguration", "edge-fairway-admission")["webhooks"][0]
        assert webhook["clientConfig"]["caBundle"] == before["ca.crt"]
        assert base64.b64decode(before["tls.crt"]).startswith(b"-----BEGIN CERTIFICATE-----")
        values["controller"]["podLabels"] = {"changed": "yes"}
        helm("upgrade", *options, values=values)
        assert namespace.get("secret", "edge-fairway-admission-tls")["data"] == before
        webhook = namespace.get("validatingwebhookconfiguration", "edge-fairway-admission")["webhooks"][0]
        assert webhook["clientConfig"]["caBundle"] == before["ca.crt"]
    finally:
        helm("uninstall", "edge", "--namespace", namespace.namespace)
    left = namespace("get", "all,configmaps,roles,rolebindings,serviceaccounts,leases", "--output", "name",
                     "--selector", "app.kubernetes.io/instance=edge")
    assert left == ""


def test_the_roles_allow_what_is_asked_for(install, namespace):
    """Not a word about something forbidden, after everything has been followed, led and written."""
    fairway = install()  # an API server that has just been started, by other tests, forbids everything for a moment
    Kubia(namespace, fairway)
    until(lambda: namespace.get("ingress", "kubia")["status"]["loadBalancer"].get("ingress"), 30, "a status")
    assert not re.search("forbidden|403", fairway.log())


def test_it_runs_on_the_ports_of_the_node_as_a_plain_user(install):
    """uid 101, no privilege escalation, and the node's own ports below 1024: by the capability of the file."""
    values = {"controller": {"kind": "DaemonSet", "hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet",
                             "updateStrategy": {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
                             "containerPort": {"http": 180, "https": 543}}}
    on_node = install(values=values)
    assert on_node.http.curl("/", "nobody.example").status == 404
