"""100 random edits of manifests while two foreign clients send requests: no failed request, no cut connection
(acceptance 4). The seed is printed on failure; FAIRWAY_SEED repeats a run."""

import os
import random
import time

from support.load import H2load, Wrk
from support.manifests import HOST, config_map, endpoints, ingress, service, tls_secret
from support.waiting import until

CHANGES = 100
CONNECTIONS = 4
ACCEPTED = "nginx_ingress_controller_nginx_process_connections_total"


def all_manifests(pods, certificate):
    # Connections are to live as long as the clients, so that each one the server accepts beyond that was a cut one.
    return {"ingress.yaml": ingress(tls="tls-secret", annotations={"nginx.ingress.kubernetes.io/ssl-redirect": "false"}),
            "service.yaml": service(), "endpoints.yaml": endpoints(*pods), "secret.yaml": tls_secret(certificate),
            "config.yaml": config_map(keep_alive_requests=100_000_000)}


def random_change(chance, fairway, pods, authority, number):
    """One edit that must not harm requests for "/": endpoints, certificate, paths, another host, a broken file."""
    kind = chance.choice(["endpoints", "endpoints", "certificate", "paths", "paths", "host", "broken"])
    if kind == "endpoints":
        fairway.write("endpoints.yaml", endpoints(*chance.sample(pods, chance.randint(1, len(pods)))))
    elif kind == "certificate":
        fairway.write("secret.yaml", tls_secret(authority.issue(HOST)))
    elif kind == "paths":
        paths = {"/": "kubia", **{f"/p{chance.randint(0, 9)}": "kubia" for _ in range(chance.randint(0, 5))}}
        fairway.write("ingress.yaml", ingress(paths=paths, tls="tls-secret",
                                              annotations={"nginx.ingress.kubernetes.io/ssl-redirect": "false"}))
    elif kind == "host":
        other = fairway.folder / "other.yaml"
        if other.exists():
            other.unlink()
        else:
            fairway.write("other.yaml", ingress("other", f"host{number}.example.com"))
    else:
        fairway.write("broken.yaml", chance.choice(["kind: [", "kind: Ingress\nmetadata: {name: x}\nspec: 3\n", "\x00"]))
        (fairway.folder / "broken.yaml").unlink()


def test_a_hundred_random_edits_under_load(serve, origins, authority):
    seed = int(os.environ.get("FAIRWAY_SEED", time.time_ns() % 1_000_000))
    print(f"FAIRWAY_SEED={seed}")
    chance = random.Random(seed)
    pods = origins(4)
    fairway = serve(all_manifests(pods, authority.issue(HOST)), "--configmap", "default/fairway")
    clients = [Wrk(fairway.http_port, 15, CONNECTIONS), H2load(fairway.https_port, 15, CONNECTIONS)]
    until(lambda: fairway.metric("nginx_ingress_controller_requests", status="200") > 200, what="load")
    accepted = fairway.metric(ACCEPTED, state="accepted")

    for number in range(CHANGES):
        served = fairway.metric("nginx_ingress_controller_requests", status="200")
        random_change(chance, fairway, pods, authority, number)
        until(lambda: fairway.metric("nginx_ingress_controller_requests", status="200") > served, what="requests after the change")
    assert all(client.running() for client in clients), "the changes took longer than the load; make the load longer"

    assert fairway.metric(ACCEPTED, state="accepted") == accepted, "a client that had to connect again was cut"
    for client in clients:
        requests, wrong = client.failures()
        assert requests > 500
        assert wrong == ""
    # A client whose time is over leaves in the middle of a request, which counts as 499.
    assert {sample.labels["status"] for sample in fairway.metrics()["nginx_ingress_controller_requests"]} <= {"200", "499"}
    assert fairway.metric("fairway_snapshot_generation") > CHANGES / 4, "the changes must have been applied"
