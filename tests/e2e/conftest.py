"""Fixtures of the end-to-end tests: the built program, origins behind it, and certificates."""

import os

import pytest

from support.certificates import Authority
from support.cluster_objects import CLASS, SERVICE, in_cluster, slice_of
from support.fairway import Fairway
from support.fake_api_server import FakeApiServer
from support.manifests import endpoints, ingress, service, to_yaml
from support.origin import Origin
from support.scripted_origin import ScriptedOrigin

# Applications take packages and minutes: scripts/run-apps asks for them.
collect_ignore = [] if "FAIRWAY_APPS" in os.environ else ["apps"]


@pytest.fixture
def origins():
    """origins(n) starts n origins named pod-0, pod-1, …"""
    started = []

    def start(count):
        new = [Origin(f"pod-{len(started) + i}") for i in range(count)]
        started.extend(new)
        return new

    yield start
    for origin in started:
        origin.kill()


@pytest.fixture
def scripted_origin():
    """scripted_origin(answer) starts an origin that answers so (support/scripted_origin.py)."""
    started = []

    def start(*answer):
        started.append(ScriptedOrigin(*answer))
        return started[-1]

    yield start
    for origin in started:
        origin.close()


@pytest.fixture
def serve(tmp_path):
    """serve({"file.yaml": object or list or text}, *flags) starts Fairway on a folder with these manifests."""
    running = []

    def start(manifests, *flags):
        folder = tmp_path / f"manifests-{len(running)}"
        folder.mkdir()
        for name, content in manifests.items():
            (folder / name).write_text(to_yaml(content))
        running.append(Fairway(folder, *flags))
        return running[-1]

    yield start
    for fairway in running:
        fairway.close()


@pytest.fixture
def kubia(serve, origins):
    """Fairway with one Ingress, one Service and two origins: (fairway, [origin, origin])"""
    pods = origins(2)
    return serve({"ingress.yaml": ingress(), "service.yaml": service(), "endpoints.yaml": endpoints(*pods)}), pods


@pytest.fixture(scope="session")
def authority():
    return Authority()


@pytest.fixture
def api():
    server = FakeApiServer()
    yield server
    server.stop()


@pytest.fixture
def controller(api, origins, tmp_path):
    """controller(*flags, server=flags instead of --apiserver-host, environment={}) serves one Ingress of the API server with one endpoint."""
    running = []

    def start(*flags, **options):
        (pod,) = origins(1)
        api.put(CLASS, SERVICE, slice_of("kubia", pod), in_cluster(ingress()))
        return start_replica(*flags, **options)

    def start_replica(*flags, server=None, environment=None):
        where = server or ["--apiserver-host", api.url]
        running.append(Fairway(tmp_path, *where, *flags, command=("controller",), environment=environment))
        return running[-1]

    start.replica = start_replica

    yield start
    for fairway in running:
        fairway.close()
