"""Fixtures of the cluster tests: the cluster of KUBECONFIG, Fairway installed in it, and kubia behind it."""

import base64
import itertools
import os
import shlex
import subprocess

import pytest

from kube.installation import Installation, manifest
from kube.kubectl import Kubectl
from kube.traffic import HOST, Load
from support.certificates import Authority
from support.waiting import until

_numbers = itertools.count(1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and call.when == "call":
        for fixture in item.funcargs.values():
            if isinstance(fixture, Installation):
                report.sections.append((f"log of {fixture.name}", fixture.log(lines=200)))
        report.sections.append(("pods", Kubectl().try_to("get", "pods", "--all-namespaces", "--output", "wide")))
    return report


@pytest.fixture(scope="session")
def install():
    """install(replicas=N, values={...}) installs Fairway by its chart, under a name of its own."""
    installed = []

    def start(replicas=2, values=None):
        installed.append(Installation(f"fairway-{os.getpid()}-{next(_numbers)}", replicas, values))
        return installed[-1].wait()

    yield start
    for each in installed:
        each.remove()


@pytest.fixture(scope="session")
def fairway(install):
    """Two replicas, for all tests that leave them as they were."""
    return install()


@pytest.fixture
def namespace():
    """kubectl in an empty namespace."""
    kubectl = Kubectl(f"test-{os.getpid()}-{next(_numbers)}")
    kubectl("create", "namespace", kubectl.namespace)
    yield kubectl
    kubectl("delete", "namespace", kubectl.namespace, "--wait=false")


def tls_secret(name, *hosts):
    certificate = Authority().issue(*hosts)
    encoded = {"tls.crt": certificate.chain_pem, "tls.key": certificate.key_pem}
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": name},
            "data": {key: base64.b64encode(text.encode()).decode() for key, text in encoded.items()}}


class Kubia:
    """The Deployment of manifests/kubia.yaml, reached through one Fairway."""

    def __init__(self, kubectl, fairway):
        self.kubectl = kubectl
        self.fairway = fairway
        kubectl.apply(tls_secret("kubia", HOST), manifest("kubia.yaml", **{"class": fairway.name}))
        kubectl.roll_out("kubia")
        self.wait_for_pods(3)

    def pods(self):
        """Names of the pods that are ready and stay."""
        return {pod["metadata"]["name"] for pod in self.kubectl.list("pods", app="kubia")
                if "deletionTimestamp" not in pod["metadata"]
                and any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", ()))}

    def wait_for_pods(self, count, seconds=30):
        """Until so many pods are ready, and all of them are asked by Fairway, and nobody else."""
        until(lambda: len(self.pods()) == count, seconds, f"{count} ready pods")
        until(lambda: self._answering() == self.pods(), seconds, "requests spread over the ready pods")

    def _answering(self):
        answers = [self.fairway.http.curl() for _ in range(12)]
        return {answer.body.split()[-1] for answer in answers} if all(a.status == 200 for a in answers) else set()

    def ask_pod(self, pod, path):
        """Straight to one pod, through the API server."""
        return self.kubectl("get", "--raw", f"/api/v1/namespaces/{self.kubectl.namespace}/pods/{pod}:8080/proxy{path}")


@pytest.fixture
def kubia(namespace, fairway):
    return Kubia(namespace, fairway)


@pytest.fixture
def load(fairway):
    """load() keeps clients asking for kubia until it is stopped."""
    running = []

    def start(installation=fairway):
        running.append(Load(installation.http, installation.https))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture(scope="session")
def node():
    """node(NAME, ARGUMENT...) runs a script of the folder that FAIRWAY_CLUSTER_NODE names, which can harm a cluster."""
    folder = os.environ.get("FAIRWAY_CLUSTER_NODE")
    if not folder:
        pytest.skip("needs the cluster of tests/cluster/node, whose parts can be stopped (FAIRWAY_CLUSTER_NODE)")

    def run(script, *arguments):
        command = [os.path.join(folder, script), *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, f"{shlex.join(command)}: {result.stderr}"
        return result.stdout

    return run
