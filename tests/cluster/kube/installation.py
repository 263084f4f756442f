"""Fairway in the cluster: a Deployment, its NodePorts and its log."""

import json
import os
import pathlib
import string

from kube.kubectl import Kubectl
from kube.traffic import Address
from support.waiting import until

MANIFESTS = pathlib.Path(__file__).parent.parent / "manifests"
IMAGE = os.environ.get("FAIRWAY_IMAGE", "fairway.test/fairway:1")


def manifest(name, /, **values):
    """A file of manifests/ with $placeholders filled in."""
    return string.Template((MANIFESTS / name).read_text()).substitute(values)


def node_address():
    """FAIRWAY_NODE_ADDRESS, or the internal address of the first node."""
    given = os.environ.get("FAIRWAY_NODE_ADDRESS")
    if given:
        return given
    addresses = json.loads(Kubectl()("get", "nodes", "--output", "json"))["items"][0]["status"]["addresses"]
    return next(address["address"] for address in addresses if address["type"] == "InternalIP")


class Installation:
    """Installed under one name, which is that of its namespace, its objects and its IngressClass."""

    def __init__(self, name, replicas=2):
        self.name = name
        self.kubectl = Kubectl(name)
        Kubectl().apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        self.kubectl.apply(manifest("fairway.yaml", name=name, replicas=replicas, image=IMAGE))

    def wait(self):
        self.kubectl.roll_out(self.name)
        ports = {port["name"]: port["nodePort"] for port in self.kubectl.get("service", self.name)["spec"]["ports"]}
        address = node_address()
        self.http = Address("http", address, ports["http"])
        self.https = Address("https", address, ports["https"])
        # kube-proxy follows the pods a moment later.
        until(lambda: self.http.curl().status and self.https.curl().status, 30, "NodePorts that answer")
        return self

    def pods(self):
        """Those that are not being deleted."""
        return [pod for pod in self.kubectl.list("pods", app=self.name) if "deletionTimestamp" not in pod["metadata"]]

    def log(self, pod=None, lines=-1):
        which = [pod] if pod else ["--selector", f"app={self.name}", "--prefix", "--max-log-requests=20"]
        return self.kubectl.try_to("logs", *which, f"--tail={lines}")

    def leader(self):
        """Name of the pod that holds the Lease, or '' between two holders."""
        return self.kubectl.try_to("get", "lease", self.name, "--output", "jsonpath={.spec.holderIdentity}")

    def remove(self):
        Kubectl()("delete", "namespace", self.name, "--wait=false")
        Kubectl()("delete", "--ignore-not-found", f"ingressclass/{self.name}", f"clusterrole/{self.name}",
                  f"clusterrolebinding/{self.name}")
