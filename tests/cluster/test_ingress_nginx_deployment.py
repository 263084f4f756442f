"""The Deployment that people have for ingress-nginx, with only its image changed."""

import pytest

from kube.installation import IMAGE, manifest, node_address
from kube.kubectl import Kubectl
from kube.traffic import Address
from conftest import Kubia, tls_secret
from support.waiting import until


def admission_secret():
    """As its job makes it, which gives the keys these names."""
    made = tls_secret("ingress-nginx-admission", "ingress-nginx-controller-admission.ingress-nginx.svc")
    certificate, key = made["data"]["tls.crt"], made["data"]["tls.key"]
    return {**made, "type": "Opaque", "data": {"cert": certificate, "key": key, "ca": certificate}}


class Deployed:
    """What `Kubia` and `Load` want of an installation."""

    name = "nginx"
    deployment = "ingress-nginx-controller"

    def __init__(self):
        """Waits for what is installed."""
        self.kubectl = Kubectl("ingress-nginx")
        self.kubectl.roll_out(self.deployment)
        ports = {each["name"]: each["nodePort"] for each in self.kubectl.get("service", self.deployment)["spec"]["ports"]}
        self.http, self.https = (Address(scheme, node_address(), ports[scheme]) for scheme in ("http", "https"))

    def pods(self):
        labels = {"app.kubernetes.io/name": "ingress-nginx"}
        return {pod["metadata"]["name"] for pod in self.kubectl.list("pods", **labels)
                if "deletionTimestamp" not in pod["metadata"]}

    def remove(self):
        Kubectl()("delete", "namespace", "ingress-nginx")  # another test may want the name
        Kubectl()("delete", "ingressclass/nginx", "clusterrole/ingress-nginx", "clusterrolebinding/ingress-nginx")


@pytest.fixture
def deployed():
    Kubectl().apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ingress-nginx"}})
    Kubectl("ingress-nginx").apply(admission_secret(), manifest("ingress-nginx.yaml", image=IMAGE))
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
    until(lambda: deployed.http.curl().status == 200, 10, "kube-proxy and the new pod")
    # preStop has run /wait-shutdown to its end.
    events = deployed.kubectl("get", "events", "--output", "jsonpath={.items[*].reason}").split()
    assert "Killing" in events and "FailedPreStopHook" not in events
