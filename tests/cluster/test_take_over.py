"""`helm upgrade` of ingress-nginx's release to Fairway's chart with `takeOver: ingress-nginx`, and the way back.

The release that is taken over has the objects of manifests/ingress-nginx.yaml, by the names of ingress-nginx's own chart; its
pods run Fairway's image under ingress-nginx's flags, as no other image is at hand."""

import pytest
import yaml

import chart
from conftest import Kubia
from kube.helm import helm
from kube.kubectl import Kubectl
from kube.installation import IMAGE, manifest
from support.waiting import until
from test_ingress_nginx_deployment import Deployed, admission_secret

RELEASE = ["ingress-nginx", "--namespace", "ingress-nginx"]


def chart_of(folder, text):
    """A chart with one template."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(yaml.safe_dump({"apiVersion": "v2", "name": "ingress-nginx", "version": "4.15.1"}))
    (folder / "templates" / "all.yaml").write_text(text)
    return str(folder)


@pytest.fixture
def release(tmp_path):
    Kubectl().apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ingress-nginx"}})
    Kubectl("ingress-nginx").apply(admission_secret())
    text = manifest("ingress-nginx.yaml", image=IMAGE)
    for old, new in (("maxUnavailable: 1", "maxUnavailable: 0"),
                     ("            - --ingress-class=nginx\n", "            - --ingress-class=nginx\n            - --shutdown-grace-period=5\n")):
        assert old in text
        text = text.replace(old, new)
    helm("install", *RELEASE[:1], chart_of(tmp_path / "ingress-nginx", text), *RELEASE[1:])
    yield Deployed()
    helm("uninstall", *RELEASE)
    Kubectl()("delete", "namespace", "ingress-nginx")


def test_a_release_of_ingress_nginx_becomes_fairway_and_goes_back(release, namespace, load):
    kubia = Kubia(namespace, release)
    address = until(lambda: namespace.get("ingress", "kubia")["status"]["loadBalancer"].get("ingress"), 30, "a status")
    ports = release.http.port, release.https.port
    before = release.pods()
    clients = load(release)
    repository, _, tag = IMAGE.rpartition(":")
    values = {"takeOver": "ingress-nginx", "controller": {
        "image": {"repository": repository, "tag": tag, "pullPolicy": "Never"}, "service": {"type": "NodePort"},
        "updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}, "shutdownGracePeriodSeconds": 5,
        "admissionWebhooks": {"enabled": True}}}
    helm("upgrade", *RELEASE[:1], str(chart.CHART), *RELEASE[1:], values=values)
    release.kubectl.roll_out(release.deployment)
    until(lambda: release.pods() and not release.pods() & before, 60, "new pods only")
    clients.go_on()
    clients.assert_none_failed()
    assert release.http.pods() == kubia.pods()
    after = Deployed()
    assert (after.http.port, after.https.port) == ports
    assert namespace.get("ingress", "kubia")["status"]["loadBalancer"]["ingress"] == address
    command = release.kubectl.get("deployment", release.deployment)["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command == ["/usr/bin/fairway", "controller"]
    helm("rollback", *RELEASE[:1], "1", *RELEASE[1:])
    release.kubectl.roll_out(release.deployment)
    until(lambda: release.http.curl().status == 200, 30, "an answer after the way back")
    assert release.http.pods() == kubia.pods()
