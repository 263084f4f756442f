"""The Deployment that people have for ingress-nginx, with only its image changed."""

import pytest

from kube.installation import IMAGE, manifest, node_address
from kube.kubectl import Kubectl
from kube.traffic import Address
from conftest import Kubia, tls_secret
from support.waiting import until


class Deployed:
    """What `Kubia` and `Load` want of an installation."""

    name = "nginx"
    deployment = "ingress-nginx-controller"

    def __init__(self):
        self.kubectl = Kubectl("ingress-nginx")
        Kubectl().apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ingress-nginx"}})
        certificate = tls_secret("ingress-nginx-admission", "ingress-nginx-controller-admission.ingress-nginx.svc")
        # Its job that makes the certificate gives it these names.
        certificate["type"] = "Opaque"
        certificate["data"] = {"cert": certificate["data"]["tls.crt"], "key": certificate["data"]["tls.key"],
                               "ca": certificate["data"]["tls.crt"]}
        self.kubectl.apply(certificate, manifest("ingress-nginx.yaml", image=IMAGE))
        self.kubectl.roll_out(self.deployment)
        ports = {each["name"]: each["nodePort"] for each in self.kubectl.get("service", self.deployment)["spec"]["ports"]}
        self.http, self.https = (Address(scheme, node_address(), ports[scheme]) for scheme in ("http", "https"))

    def pods(self):
        labels = {"app.kubernetes.io/name": "ingress-nginx"}
        return {pod["metadata"]["name"] for pod in self.kubectl.list("pods", **labels)
                if "deletionTimestamp" not in pod["metadata"]}

    def remove(self):
        Kubectl()("delete", "namespace", "ingress-nginx", "--wait=false")
        Kubectl()("delete", "ingressclass/nginx", "clusterrole/ingress-nginx", "clusterrolebinding/ingress-nginx")


@pytest.fixture
def deployed():
    installation = Deployed()
    yield installation
    installation.remove()


def test_it_serves_and_writes_the_status_and_ends_cleanly(deployed, namespace):
    kubia = Kubia(namespace, deployed)
    assert deployed.http.pods() == kubia.pods()
    assert deployed.https.pods() == kubia.pods()
    until(lambda: namespace.get("ingress", "kubia")["status"]["loadBalancer"].get("ingress"), 30, "a status")
    before = deployed.pods()
    deployed.kubectl("delete", "pod", *before)
    deployed.kubectl.roll_out(deployed.deployment)
    assert deployed.http.curl().status == 200
    # preStop has run /wait-shutdown to its end.
    events = deployed.kubectl("get", "events", "--output", "jsonpath={.items[*].reason}").split()
    assert "Killing" in events and "FailedPreStopHook" not in events
