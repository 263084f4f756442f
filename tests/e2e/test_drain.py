"""The end of the process: nobody is cut who can finish."""

import os
import signal
import socket
import subprocess
import threading
import time

from support.fairway import request
from support.manifests import HOST, config_map, endpoints, ingress, service
from support.waiting import until


def in_background(function):
    results = []

    def run():
        try:
            results.append(function())
        except Exception as error:  # noqa: BLE001  handed to the test, which looks at it
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def wait_until_active(fairway, connections=1):
    until(lambda: fairway.metric("nginx_ingress_controller_nginx_process_connections", state="writing") >= connections,
          what="a request in flight")


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return False
    except ConnectionRefusedError:
        return True


def test_a_request_in_flight_is_finished(kubia):
    fairway, _ = kubia
    thread, results = in_background(lambda: fairway.get("/slow?1.0"))
    wait_until_active(fairway)
    fairway.signal(signal.SIGTERM)
    thread.join(20)
    assert results[0].text.startswith("You've hit"), results
    assert fairway.wait() == 0
    assert refused(fairway.http_port)


def test_healthz_is_503_while_the_grace_period_still_serves(serve, origins):
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(*origins(1))]}, "--shutdown-grace-period", "2")
    assert fairway.health().status == 200 and fairway.health().text == "ok"
    start = time.monotonic()
    fairway.signal(signal.SIGTERM)
    until(lambda: fairway.health().status == 503, 5, "503 from /healthz")
    response = fairway.get()
    assert response.status == 200, "still serving new clients"
    assert response.headers["Connection"] == "close"
    assert fairway.wait() == 0
    assert time.monotonic() - start >= 2


def test_an_idle_connection_does_not_hold_up_the_end(kubia):
    fairway, _ = kubia
    with socket.create_connection(("127.0.0.1", fairway.http_port), timeout=10) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        start = time.monotonic()
        fairway.signal(signal.SIGTERM)
        assert fairway.wait() == 0
        assert time.monotonic() - start < 5
        assert connection.recv(4096) == b""


def test_a_second_signal_ends_at_once(kubia):
    fairway, _ = kubia
    thread, results = in_background(lambda: fairway.get("/slow?30", timeout=40))
    wait_until_active(fairway)
    fairway.signal(signal.SIGTERM)
    until(lambda: fairway.events("drain.started"), what="the first signal's effect")
    start = time.monotonic()
    fairway.signal(signal.SIGINT)
    assert fairway.wait() == 1
    assert time.monotonic() - start < 5
    thread.join(20)
    assert isinstance(results[0], Exception), "the cut answer must look cut"


def test_the_drain_ends_at_worker_shutdown_timeout(serve, origins):
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(*origins(1)), config_map(worker_shutdown_timeout="1s")]},
                    "--configmap", "default/fairway")
    thread, _ = in_background(lambda: fairway.get("/slow?30", timeout=40))
    wait_until_active(fairway)
    start = time.monotonic()
    fairway.signal(signal.SIGTERM)
    assert fairway.wait() == 0
    assert 1 <= time.monotonic() - start < 10
    thread.join(20)


def test_many_clients_see_no_error_when_the_server_ends(kubia):
    """Each client asks on new connections until they are refused; every one that was accepted is answered."""
    fairway, _ = kubia
    failures, answered = [], []

    def client():
        while True:
            try:
                response = request(fairway.http_port)
                (answered if response.status == 200 else failures).append(response.status)
            except ConnectionRefusedError:
                return
            except Exception as error:  # noqa: BLE001
                failures.append(error)
                return

    clients = [threading.Thread(target=client) for _ in range(4)]
    for thread in clients:
        thread.start()
    until(lambda: len(answered) > 50, what="traffic")
    fairway.signal(signal.SIGTERM)
    assert fairway.wait() == 0
    for thread in clients:
        thread.join(20)
    assert not failures, failures


def test_sigusr1_opens_the_access_log_anew(serve, origins, tmp_path):
    log = tmp_path / "access.log"
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(*origins(1)), config_map(access_log_path=log)]},
                    "--configmap", "default/fairway")
    fairway.get("/first")
    until(lambda: log.exists() and "/first" in log.read_text(), what="a line in the log")
    log.rename(tmp_path / "access.log.1")
    fairway.signal(signal.SIGUSR1)

    def new_log_is_written():
        fairway.get("/second")
        return log.exists() and "/second" in log.read_text()

    until(new_log_is_written, what="the new log")
    assert "/first" not in log.read_text()


def wait_shutdown(fairway, tmp_path):
    """/wait-shutdown of the container image, running."""
    link = tmp_path / "wait-shutdown"
    link.symlink_to(os.environ["FAIRWAY_BINARY"])
    return subprocess.Popen([link, str(fairway.process.pid)])


def test_wait_shutdown_returns_when_all_is_drained_and_leaves_the_end_to_sigterm(kubia, tmp_path):
    fairway, _ = kubia
    thread, results = in_background(lambda: fairway.get("/slow?1.0"))
    wait_until_active(fairway)
    waiting = wait_shutdown(fairway, tmp_path)
    until(lambda: fairway.health().status == 503, 5, "503 from /healthz")
    assert waiting.poll() is None, "a request is in flight"
    assert waiting.wait(20) == 0
    thread.join(20)
    assert results[0].text.startswith("You've hit"), results
    assert refused(fairway.http_port)
    assert fairway.process.poll() is None, "its end would be that of the container, and of /wait-shutdown in it"
    fairway.signal(signal.SIGTERM)
    assert fairway.wait() == 0


def test_sigterm_while_wait_shutdown_waits_ends_at_once(kubia, tmp_path):
    fairway, _ = kubia
    thread, _ = in_background(lambda: fairway.get("/slow?30", timeout=40))
    wait_until_active(fairway)
    waiting = wait_shutdown(fairway, tmp_path)
    until(lambda: fairway.health().status == 503, 5, "503 from /healthz")
    fairway.signal(signal.SIGTERM)
    assert fairway.wait() == 1
    assert waiting.wait(20) == 0
    thread.join(20)
