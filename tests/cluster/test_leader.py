"""Two replicas, one leader: when it dies the other leads, and nobody who looks at the status sees anything of it."""

import os
import pathlib
import signal
import time

from kube.kubectl import Watch
from support.waiting import until

TTL_S = 6  # electionTTL of kube/installation.py


def status_of(ingress):
    return ingress.get("status", {}).get("loadBalancer", {}).get("ingress")


def test_a_killed_leader_is_followed_within_the_ttl_and_the_status_stays(install, namespace):
    fairway = install(replicas=2)
    leader = until(fairway.leader, 30, "a leader")
    address = fairway.kubectl.get("service", fairway.name)["spec"]["clusterIP"]
    namespace.apply({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"},
                     "spec": {"ingressClassName": fairway.name,
                              "defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}})
    until(lambda: status_of(namespace.get("ingress", "web")) == [{"ip": address}], 30, "the status")
    watch = Watch(namespace, "ingress", "web")
    fairway.kubectl("delete", "pod", leader, "--grace-period=0", "--force")
    killed = time.monotonic()
    until(lambda: fairway.leader() not in ("", leader), TTL_S + 10, "another leader")
    print(f"another leads {time.monotonic() - killed:.1f} s after the kill (TTL {TTL_S} s)")
    fairway.kubectl.roll_out(fairway.name)
    namespace("annotate", "ingress/web", "after=kill")
    until(lambda: status_of(namespace.get("ingress", "web")) == [{"ip": address}], 30, "the status after the change")
    versions = watch.close()
    assert versions
    assert all(status_of(version) == [{"ip": address}] for version in versions), [status_of(version) for version in versions]


def processes_of(pod):
    """Process ids, as this machine sees them: the node's containers are its processes."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"POD_NAME={pod}\0" in (folder / "environ").read_text():
                found.append(int(folder.name))
        except (OSError, UnicodeDecodeError):
            continue  # ended meanwhile, or not ours to look at
    return found


def test_a_leader_that_falls_silent_is_followed_within_the_ttl(install, node):
    fairway = install(replicas=2)
    leader = until(fairway.leader, 30, "a leader")
    watch = Watch(fairway.kubectl, "lease", fairway.name)
    frozen = processes_of(leader)
    assert frozen
    for process in frozen:
        os.kill(process, signal.SIGSTOP)
    silent = time.monotonic()
    try:
        other = until(lambda: fairway.leader() not in ("", leader) and fairway.leader(), 2 * TTL_S + 5, "another leader")
    finally:
        for process in frozen:
            os.kill(process, signal.SIGCONT)
    print(f"another leads {time.monotonic() - silent:.1f} s after the leader fell silent (TTL {TTL_S} s)")
    until(lambda: "election.following" in fairway.log(leader), 3 * TTL_S, "word that the Lease is lost")
    assert fairway.leader() == other, "who wakes up has lost the Lease"
    holders = [version["spec"].get("holderIdentity", "") for version in watch.close()]
    assert [holder for holder, before in zip(holders[1:], holders) if holder != before] == [other]


def test_one_leads_at_a_time_over_a_roll_out(install):
    fairway = install(replicas=2)
    first = until(fairway.leader, 30, "a leader")
    watch = Watch(fairway.kubectl, "lease", fairway.name)
    fairway.kubectl("rollout", "restart", f"deployment/{fairway.name}")
    fairway.kubectl.roll_out(fairway.name)
    until(lambda: fairway.leader() not in ("", first) and
          fairway.leader() in {pod["metadata"]["name"] for pod in fairway.pods()}, 60, "a new pod that leads")
    holders = [version["spec"].get("holderIdentity", "") for version in watch.close()]
    changes = [holder for holder, before in zip(holders[1:], holders) if holder != before]
    assert len([holder for holder in changes if holder]) == len(set(holder for holder in changes if holder)), changes
