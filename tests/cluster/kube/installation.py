"""Fairway in the cluster, installed by its chart: a release, its NodePorts and its log."""

import json
import os
import pathlib
import string

import chart
from kube.helm import helm
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


def merged(values, more):
    """Values as helm merges them."""
    both = dict(values)
    for key, value in more.items():
        both[key] = merged(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
    return both


class Installation:
    """A release of the chart. One name is that of its namespace, Deployment, Service, Lease and IngressClass."""

    def __init__(self, name, replicas=2, values=None):
        self.release = name
        self.name = f"{name}-controller"
        self.kubectl = Kubectl(self.name)
        repository, _, tag = IMAGE.rpartition(":")
        self.values = merged({"controller": {
            "replicaCount": replicas,
            "image": {"repository": repository, "tag": tag, "pullPolicy": "Never"},
            "ingressClassResource": {"name": self.name, "controllerValue": f"fairway.test/{name}"},
            "ingressClass": self.name,
            "electionID": self.name,
            "electionTTL": "6s",
            "updateStrategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "readinessProbe": {"periodSeconds": 1, "timeoutSeconds": 10},
            "shutdownGracePeriodSeconds": 5,
            "service": {"type": "NodePort"},
            # Several are installed at a time, and each would be asked about every Ingress, also when its pods are away.
            "admissionWebhooks": {"enabled": False},
            "config": {"disable-access-log": "true"},  # load would push all else out of the log
        }}, values or {})
        self._helm("install", "--create-namespace")

    def _helm(self, command, *options):
        return helm(command, self.release, str(chart.CHART), "--namespace", self.name, *options, values=self.values)

    def upgrade(self, **values):
        """Installs the release anew with more values."""
        self.values = merged(self.values, values)
        self._helm("upgrade")

    @property
    def kind(self):
        return self.values["controller"].get("kind", "Deployment").lower()

    def wait(self):
        self.kubectl("rollout", "status", f"{self.kind}/{self.name}", "--timeout=120s")
        ports = {port["name"]: port["nodePort"] for port in self.kubectl.get("service", self.name)["spec"]["ports"]}
        address = node_address()
        self.http = Address("http", address, ports["http"])
        self.https = Address("https", address, ports["https"])
        # kube-proxy follows the pods a moment later.
        until(lambda: self.http.curl().status and self.https.curl().status, 30, "NodePorts that answer")
        return self

    def pods(self):
        """Those that are not being deleted."""
        labels = {"app.kubernetes.io/instance": self.release, "app.kubernetes.io/component": "controller"}
        return [pod for pod in self.kubectl.list("pods", **labels) if "deletionTimestamp" not in pod["metadata"]]

    def log(self, pod=None, lines=-1):
        everywhere = ["--selector", f"app.kubernetes.io/instance={self.release}", "--prefix", "--max-log-requests=20"]
        return self.kubectl.try_to("logs", *([pod] if pod else everywhere), f"--tail={lines}")

    def token(self):
        """One of its service account."""
        return self.kubectl("create", "token", self.kubectl.get(self.kind, self.name)["spec"]["template"]["spec"]["serviceAccountName"])

    def leader(self):
        """Name of the pod that holds the Lease, or '' between two holders."""
        return self.kubectl.try_to("get", "lease", self.name, "--output", "jsonpath={.spec.holderIdentity}")

    def remove(self):
        helm("uninstall", self.release, "--namespace", self.name)
        Kubectl()("delete", "namespace", self.name, "--wait=false")
