"""kill -9 of an origin under load (acceptance 5)."""

import socket
import subprocess

from support.load import Wrk
from support.manifests import endpoints, ingress, service
from support.waiting import until


def test_killing_an_origin_is_not_seen_by_clients_of_safe_methods(serve, origins):
    pods = origins(3)
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(*pods)]})
    load = Wrk(fairway.http_port, seconds=6, connections=8)
    until(lambda: fairway.metric("nginx_ingress_controller_requests", status="200") > 200, what="load")
    pods[1].kill()
    before = fairway.metric("nginx_ingress_controller_requests", status="200")
    until(lambda: fairway.metric("nginx_ingress_controller_requests", status="200") > before + 500, what="load after the kill")
    pods[1].start()
    until(lambda: "pod-1" in fairway.hits(6), what="the origin back in rotation")
    requests, wrong = load.failures()
    assert requests > 500
    assert wrong == "", "GET is safe to send again, so nobody notices"


def test_posts_fail_only_while_in_flight(serve, origins):
    """A POST that a dead origin had received may have taken effect: it is not sent again and the client is told."""
    pods = origins(2)
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(*pods)]})
    clients = [subprocess.Popen(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST", "-d", "x",
                                 "-H", "Host: kubia.example.com", f"http://127.0.0.1:{fairway.http_port}/wait?3"],
                                stdout=subprocess.PIPE, text=True) for _ in range(6)]
    until(lambda: fairway.metric("nginx_ingress_controller_nginx_process_connections", state="writing") >= 6, what="six in flight")
    pods[0].kill()
    codes = [client.communicate(timeout=30)[0] for client in clients]
    assert sorted(set(codes)) == ["200", "502"], codes
    assert codes.count("502") <= 4, "only those that the killed origin had"
    for _ in range(10):
        assert fairway.get(method="POST", body=b"x").status == 200, "afterwards every POST finds the other origin"


def test_an_origin_that_refuses_from_the_start(serve, origins):
    pod = origins(1)[0]

    class Closed:
        pass

    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        closed = Closed()
        closed.port = reserved.getsockname()[1]
        fairway = serve({"all.yaml": [ingress(), service(), endpoints(pod, closed)]})
        for _ in range(10):
            assert fairway.get().status == 200
        fairway_alone = serve({"all.yaml": [ingress(), service(), endpoints(closed)]})
        assert fairway_alone.get().status == 502
