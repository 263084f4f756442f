"""How endpoints are spoken to: time-outs, retries, sizes, Host, balancing (reference 3.6, 3.11)."""

import contextlib
import socket
import threading
from types import SimpleNamespace

import pytest

from support.covers import covers, covers_key
from support.fairway import request
from support.manifests import HOST, site
from support.scripted_origin import response
from support.waiting import until

FLAG = ("--configmap", "default/fairway")


@pytest.fixture
def one(serve, scripted_origin):
    """one(answer, **annotations) -> (fairway, origin)"""
    def start(*answer, **options):
        origin = scripted_origin(*answer)
        return serve(site(origin, **options), *(FLAG if "config" in options else ())), origin
    return start


@covers("proxy-read-timeout", "proxy-next-upstream")
@covers_key("proxy-read-timeout", "proxy-next-upstream")
def test_a_silent_endpoint_is_a_504(one):
    for options in ({"proxy_read_timeout": 1, "proxy_next_upstream": "off"},
                    {"config": {"proxy-read-timeout": "1", "proxy-next-upstream": "off"}}):
        fairway, origin = one(lambda request: [b"", 30], **options)
        assert fairway.get().status == 504
        assert len(origin.requests) == 1


@covers("proxy-read-timeout")
def test_a_value_with_a_unit_is_not_taken(one):
    fairway, _ = one(lambda request: [2, response(200, "ok")], proxy_read_timeout="1s")
    assert fairway.get().status == 200  # the default of 60 s holds


@contextlib.contextmanager
def unanswering_endpoint():
    """One that lets every connect wait: its queue of one is full, and nobody empties it."""
    with contextlib.ExitStack() as kept:
        listener = kept.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        kept.enter_context(socket.create_connection(listener.getsockname()))
        for _ in range(3):
            extra = kept.enter_context(socket.socket())
            extra.setblocking(False)
            extra.connect_ex(listener.getsockname())
        yield SimpleNamespace(port=listener.getsockname()[1])


@covers("proxy-connect-timeout")
@covers_key("proxy-connect-timeout")
def test_an_endpoint_that_does_not_accept_is_a_504(serve):
    with unanswering_endpoint() as endpoint:
        for options in ({"proxy_connect_timeout": 1, "proxy_next_upstream_tries": 1},
                        {"config": {"proxy-connect-timeout": "1", "proxy-next-upstream-tries": "1"}}):
            assert serve(site(endpoint, **options), *(FLAG if "config" in options else ())).get().status == 504


@covers("proxy-connect-timeout", "proxy-next-upstream")
@pytest.mark.parametrize("algorithm", ["round_robin", "ewma"])
def test_only_the_first_request_waits_for_an_endpoint_that_vanished(serve, scripted_origin, tmp_path, algorithm):
    log = tmp_path / "access.log"
    alive = scripted_origin()
    with unanswering_endpoint() as vanished:
        fairway = serve(site(vanished, alive, proxy_connect_timeout=1, load_balance=algorithm,
                             config={"access-log-path": str(log), "log-format-upstream": "$upstream_addr"}),
                        *FLAG, "--workers", "1")
        assert [fairway.get().status for _ in range(20)] == [200] * 20
        until(lambda: log.exists() and len(log.read_text().splitlines()) == 20, 5)
        assert log.read_text().count(f":{vanished.port}") == 1


@covers("proxy-send-timeout")
@covers_key("proxy-send-timeout")
def test_an_endpoint_that_does_not_read_is_a_504(serve):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        kept = []
        threading.Thread(target=lambda: [kept.append(listener.accept()) for _ in range(4)], daemon=True).start()

        class Endpoint:
            port = listener.getsockname()[1]
        for options in ({"proxy_send_timeout": 1, "proxy_body_size": 0, "proxy_request_buffering": "off"},
                        {"config": {"proxy-send-timeout": "1", "proxy-body-size": "0", "proxy-request-buffering": "off"}}):
            fairway = serve(site(Endpoint, proxy_next_upstream="off", **options), *(FLAG if "config" in options else ()))
            try:
                status = request(fairway.http_port, method="POST", body=bytes(32 << 20), timeout=20).status
            except (BrokenPipeError, ConnectionResetError):
                until(lambda: fairway.output, 10)  # answered while this client still wrote
                status = int(fairway.output[-1].split('" ')[1].split()[0])
            assert status == 504


@covers("proxy-next-upstream", "proxy-next-upstream-tries")
@covers_key("proxy-next-upstream", "proxy-next-upstream-tries")
@pytest.mark.parametrize("condition, status", [("http_500", 500), ("http_502", 502), ("http_503", 503), ("http_504", 504),
                                               ("http_403", 403), ("http_404", 404), ("http_429", 429)])
def test_statuses_that_move_on_to_another_endpoint(serve, scripted_origin, condition, status):
    bad, good = scripted_origin(response(status, "bad")), scripted_origin(response(200, "good"))
    for options in ({"proxy_next_upstream": condition, "proxy_next_upstream_tries": 5},
                    {"config": {"proxy-next-upstream": condition, "proxy-next-upstream-tries": "5"}}):
        fairway = serve(site(bad, good, **options), *(FLAG if "config" in options else ()))
        assert {fairway.get().status for _ in range(6)} == {200}
    fairway = serve(site(bad, good))  # "error timeout" by default
    assert {fairway.get().status for _ in range(12)} == {200, status}


@covers("proxy-next-upstream-tries")
def test_tries_count_all_attempts_and_the_last_answer_is_passed_on(serve, scripted_origin):
    origins = [scripted_origin(response(503, "busy")) for _ in range(4)]
    fairway = serve(site(*origins, proxy_next_upstream="http_503", proxy_next_upstream_tries=2))
    answer = fairway.get()
    assert (answer.status, answer.text) == (503, "busy")
    assert sum(len(origin.requests) for origin in origins) == 2


@covers("proxy-next-upstream")
@covers_key("retry-non-idempotent")
def test_posts_are_repeated_only_when_asked(serve, scripted_origin):
    def statuses(bad_answer, **options):
        bad, good = scripted_origin(bad_answer), scripted_origin(response(200, "good"))
        fairway = serve(site(bad, good, **options), *(FLAG if "config" in options else ()))
        return {post(fairway) for _ in range(12)}

    def post(fairway):
        with socket.create_connection(("127.0.0.1", fairway.http_port), timeout=20) as connection:
            connection.sendall(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1\r\n\r\nx".encode())
            return int(connection.recv(4096).split()[1])
    bad = response(500, "bad")
    assert statuses(bad, proxy_next_upstream="http_500") == {200, 500}
    assert statuses(bad, proxy_next_upstream="http_500 non_idempotent") == {200}
    closes = lambda request: None
    assert statuses(closes) == {200, 502}
    assert statuses(closes, config={"retry-non-idempotent": "true"}) == {200}


@covers("proxy-next-upstream-timeout")
@covers_key("proxy-next-upstream-timeout")
def test_no_other_endpoint_is_tried_after_the_time_for_all(serve, scripted_origin):
    for options in ({"proxy_next_upstream_timeout": 1}, {"config": {"proxy-next-upstream-timeout": "1"}}):
        origins = [scripted_origin(lambda request: [1.3, response(503, "busy")]) for _ in range(3)]
        fairway = serve(site(*origins, proxy_next_upstream="http_503 timeout", proxy_next_upstream_tries=0, **options),
                        *(FLAG if "config" in options else ()))
        assert fairway.get(timeout=20).status in (503, 504)
        assert sum(len(origin.requests) for origin in origins) == 1


@covers("proxy-body-size")
@covers_key("proxy-body-size")
def test_bodies_over_the_limit_are_413(one):
    fairway, origin = one(proxy_body_size="1k")
    assert fairway.get(method="POST", body=bytes(1024)).status == 200
    assert fairway.get(method="POST", body=bytes(1025)).status == 413
    assert fairway.get(method="POST", body=iter([bytes(600), bytes(600)])).status == 413  # chunked
    fairway, _ = one(config={"proxy-body-size": "2k"})
    assert fairway.get(method="POST", body=bytes(2049)).status == 413
    fairway, _ = one(proxy_body_size="0")
    assert fairway.get(method="POST", body=bytes(3 << 20)).status == 200
    fairway, _ = one()
    assert fairway.get(method="POST", body=bytes((1 << 20) + 1)).status == 413  # 1m by default


@covers("proxy-buffer-size")
@covers_key("proxy-buffer-size", "grpc-buffer-size-kb")
@pytest.mark.parametrize("key, value", [("proxy-buffer-size", "128k"), ("grpc-buffer-size-kb", "128")])
def test_large_response_heads(one, key, value):
    head = response(200, "ok", X_Large="x" * 60_000)
    assert one(head, proxy_buffer_size="4k")[0].get().status == 200  # never under 64k
    larger = response(200, "ok", X_Large="x" * 100_000)
    assert one(larger)[0].get().status == 502
    fairway, _ = one(larger, config={key: value})
    import subprocess
    size = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{size_header}", "-H", f"Host: {HOST}",
                           f"http://127.0.0.1:{fairway.http_port}/"], capture_output=True, text=True, timeout=20).stdout
    status, header_bytes = size.split()
    assert status == "200" and int(header_bytes) > 100_000


@covers("upstream-vhost")
def test_the_host_that_endpoints_see(one):
    fairway, origin = one(upstream_vhost="pods.internal")
    fairway.get()
    assert origin.requests[0].get("Host") == "pods.internal"
    assert origin.requests[0].get("X-Forwarded-Host") == HOST
    fairway, origin = one(upstream_vhost="$service_name.$namespace.svc")
    fairway.get()
    assert origin.requests[0].get("Host") == "kubia.default.svc"
    fairway, origin = one(upstream_vhost="a b")
    fairway.get()
    assert origin.requests[0].get("Host") == HOST


@covers("load-balance")
@covers_key("load-balance")
def test_ewma_prefers_the_faster_endpoint_and_round_robin_takes_turns(serve, scripted_origin):
    def run(**options):
        slow = scripted_origin(lambda request: [0.2, response(200, "slow")])
        fast = scripted_origin(response(200, "fast"))
        fairway = serve(site(slow, fast, **options), "--workers", "1", *(FLAG if "config" in options else ()))
        for _ in range(30):
            assert fairway.get().status == 200
        return len(slow.requests)
    assert run() == 15
    assert run(load_balance="ewma") < 10
    assert run(config={"load-balance": "ewma"}) < 10
    assert run(config={"load-balance": "ewma"}, load_balance="round_robin") == 15


@covers("enable-access-log")
def test_a_path_without_access_log(one):
    fairway, _ = one(enable_access_log="false")
    fairway.get("/quiet")
    noisy, _ = one()
    noisy.get("/loud")
    until(lambda: any("/loud" in line for line in noisy.output))
    fairway.signal(15)
    fairway.wait()
    assert not any("/quiet" in line for line in fairway.output)
