"""Fixtures: an API server without pods, and `fairway controller` as a service account with no more than its role."""

import itertools
import os
import pathlib

import pytest
import yaml

from kube.kubectl import Kubectl
from support.certificates import Authority
from support.fairway import Fairway
from support.manifests import ingress

SOON_S = 20.0
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def authority():
    return Authority()


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory):
    """kubeconfig(ACCOUNT): the path of one that is that service account's."""
    admin = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text())
    kubectl = Kubectl("ingress")
    kubectl.apply((pathlib.Path(__file__).parent / "role.yaml").read_text())
    folder = tmp_path_factory.mktemp("accounts")

    def make(account="fairway"):
        path = folder / account
        if not path.exists():
            token = kubectl("create", "token", account, "--duration=1h").strip()
            path.write_text(yaml.safe_dump({**admin, "users": [{"name": "admin", "user": {"token": token}}]}))
        return path

    return make


@pytest.fixture
def controller(kubeconfig, tmp_path, monkeypatch):
    """controller(*flags) starts a replica with a Lease of its own; lease="name" shares one."""
    monkeypatch.setenv("POD_NAMESPACE", "ingress")
    running = []

    def start(*flags, lease=None, account="fairway"):
        lease = lease or f"lease-{os.getpid()}-{next(_numbers)}"
        running.append(Fairway(tmp_path, "--kubeconfig", kubeconfig(account), "--election-id", lease, *flags,
                               command=("controller",)))
        return running[-1]

    yield start
    for fairway in running:
        fairway.close()


@pytest.fixture
def namespace():
    """kubectl in a namespace of its own, which is emptied of Ingresses and Services at the end: nobody else would."""
    kubectl = Kubectl(f"test-{os.getpid()}-{next(_numbers)}")
    kubectl("create", "namespace", kubectl.namespace)
    yield kubectl
    kubectl("delete", "ingresses,services,configmaps", "--all", "--wait=false")


@pytest.fixture
def classes():
    """classes(NAME=CONTROLLER) makes IngressClasses, which go at the end."""
    kubectl, made = Kubectl(), []

    def make(**controllers):
        for name, controller_name in controllers.items():
            made.append(name)
            kubectl.apply({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name},
                           "spec": {"controller": controller_name}})

    yield make
    for name in made:
        kubectl("delete", "ingressclass", name, "--ignore-not-found")


def made(name, class_name="ours", annotation=None, **options):
    """An Ingress for NAME.example.com, of a class by its field or by the annotation."""
    manifest = ingress(name, f"{name}.example.com", **options)
    if annotation:
        manifest["metadata"]["annotations"]["kubernetes.io/ingress.class"] = annotation
    if class_name:
        manifest["spec"]["ingressClassName"] = class_name
    return manifest


def is_served(fairway, name):
    """There are no pods: what is served has no endpoints."""
    return {503: True, 404: False}[fairway.get(host=f"{name}.example.com").status]
