"""Thousands of Ingresses: what they cost to start with and to hold, and how soon a change is live. The figures are printed
(pytest -rP); only what a busy machine does not change is asserted."""

import os
import statistics
import time

import pytest

from kube.installation import manifest
from kube.kubectl import Kubectl
from kube.many import PATHS, Api, many_hosts
from kube.outside import Outside, needs_binary, own_address
from support.origin import Origin
from support.waiting import until

HOSTS = int(os.environ.get("FAIRWAY_SCALE_HOSTS", "5000"))
MOST_RESIDENT = 120 * 1024 * 1024
IDLE_S = 30
FOLLOWED = ("ingresses", "ingressclasses", "services", "endpointslices", "secrets", "configmaps")


@pytest.fixture
def crowd(namespace, tmp_path):
    """(API, Fairway in front of HOSTS hosts)"""
    needs_binary()
    name = namespace.namespace
    namespace.apply(manifest("fairway.yaml", name=name))
    origin = Origin("outside", address="0.0.0.0")
    api = Api(namespace)
    began = time.monotonic()
    api.create(name, many_hosts(HOSTS, name, own_address(), origin.port))
    print(f"{HOSTS} hosts created in {time.monotonic() - began:.0f} s")
    flags = [f"--controller-class=fairway.test/{name}", f"--ingress-class={name}", "--disable-leader-election"]
    fairways = []

    def start():
        fairways.append(Outside(tmp_path, namespace, name, *flags))
        print(f"ready {fairways[-1].ready_after_s:.2f} s after its start, with {fairways[-1].resident() / 2**20:.0f} MiB")
        return fairways[-1]

    yield api, start
    for fairway in fairways:
        fairway.close()
    origin.kill()
    Kubectl()("delete", "--ignore-not-found", f"ingressclass/{name}", f"clusterrole/{name}", f"clusterrolebinding/{name}")


@pytest.mark.timeout(1200)
def test_thousands_of_hosts(crowd, namespace):
    api, start = crowd
    fairway = start()
    assert fairway.get(host="web-00000.example.com").status == 200
    assert fairway.get(host=f"web-{HOSTS - 1:05}.example.com", path="/none").status != 404
    delays = [change_host(api, namespace.namespace, fairway, number) for number in range(20)]
    print(f"a change is live after {statistics.median(delays) * 1000:.1f} ms (median of {len(delays)}; "
          f"{min(delays) * 1000:.1f} to {max(delays) * 1000:.1f} ms)")
    resident = fairway.resident()
    print(f"{resident / 2**20:.0f} MiB resident after {len(delays)} changes")
    assert resident < MOST_RESIDENT
    idle(api)


def change_host(api, namespace, fairway, number):
    """Gives the Ingress of host 0 another host. Seconds from the API server's answer until requests for it are answered."""
    host = f"changed-{number}.example.com"
    api.ask("PATCH", PATHS["Ingress"].format(namespace) + "/web-00000",
            [{"op": "replace", "path": "/spec/rules/0/host", "value": host}], "application/json-patch+json")
    accepted = time.monotonic()
    until(lambda: fairway.get(host=host).status == 200, 10, "the new host")
    return time.monotonic() - accepted


def idle(api):
    """While nothing changes nothing is asked: watches stand, and no other request comes."""
    before = api.requests_by(FOLLOWED)
    deadline = time.monotonic() + IDLE_S  # what is counted is the rate of requests
    while time.monotonic() < deadline:
        time.sleep(0.5)
    after = api.requests_by(FOLLOWED)
    # The API server itself looks at the endpoints of its own Service every ten seconds, and the cluster's controllers may
    # have the last word about pods of tests before.
    expected = {("endpointslices", "GET"), ("endpointslices", "PUT")} | {(resource, "WATCH") for resource in FOLLOWED}
    asked = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0) and key not in expected}
    print(f"requests in {IDLE_S} idle seconds: {asked or 'none'}")
    assert not asked
