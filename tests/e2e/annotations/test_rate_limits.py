"""limit-rps, limit-rpm, limit-connections and their keys (reference 3.8; docs/rate-limits.md)."""

import concurrent.futures
import threading

import httpx
import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, annotated, endpoints, service, site
from support.waiting import until

FLAG = ("--configmap", "default/fairway")
TRUST = {"use-forwarded-headers": "true"}  # so that X-Forwarded-For chooses who asks


@pytest.fixture
def limited(serve, origins):
    """limited(**annotations, config={...}) -> Fairway"""
    def start(config=None, **annotations):
        return serve(site(*origins(1), config={**TRUST, **(config or {})}, **annotations), *FLAG)
    return start


def statuses(fairway, count, client="192.0.2.1", path="/", **options):
    return [fairway.get(path, headers={"X-Forwarded-For": client}, **options).status for _ in range(count)]


# A limit by the minute refills too slowly for a slow machine to matter.


@covers("limit-rpm", "limit-burst-multiplier")
def test_a_burst_passes_and_then_no_more(limited):
    fairway = limited(limit_rpm=1)
    assert statuses(fairway, 8) == [200] * 6 + [503] * 2, "1, and 5 times 1 beyond"
    assert statuses(fairway, 1, "192.0.2.2") == [200], "each client for itself"
    fairway = limited(limit_rpm=1, limit_burst_multiplier=2)
    assert statuses(fairway, 5) == [200] * 3 + [503] * 2
    answer = fairway.get(headers={"X-Forwarded-For": "192.0.2.1"})
    assert answer.status == 503 and answer.headers.get("Retry-After") is None
    assert fairway.metric("fairway_limited_requests_total") == 3


@covers("limit-rps")
def test_requests_a_second(limited):
    fairway = limited(limit_rps=1, limit_burst_multiplier=1)
    seen = statuses(fairway, 2)
    assert seen[0] == 200
    until(lambda: statuses(fairway, 1) == [503], what="the limit")
    until(lambda: statuses(fairway, 1) == [200], what="the next second")


@covers("limit-rps", "limit-rpm")
def test_both_must_pass(limited):
    fairway = limited(limit_rps=1000, limit_rpm=1, limit_burst_multiplier=1)
    assert statuses(fairway, 4) == [200, 200, 503, 503]


@covers("limit-rpm")
def test_one_count_for_all_paths_hosts_and_workers_of_an_ingress(serve, origins):
    def two_hosts(name, first, second, **annotations):
        made = annotated(name=name, host=first, paths={"/a": "kubia", "/b": "kubia"}, **annotations)
        other = annotated(name=name, host=second)["spec"]["rules"]
        made["spec"]["rules"] += other
        return made

    fairway = serve({"all.yaml": [
        two_hosts("one", "a.example.com", "b.example.com", limit_rpm=2, limit_burst_multiplier=1),
        two_hosts("two", "c.example.com", "d.example.com", limit_rpm=2, limit_burst_multiplier=1),
        service(), endpoints(*origins(1))]}, "--workers", "3")
    asked = [("a.example.com", "/a"), ("a.example.com", "/b"), ("b.example.com", "/"), ("b.example.com", "/x")]
    assert [fairway.get(path, host=host).status for host, path in asked] == [200, 200, 200, 503]
    assert fairway.get("/a", host="c.example.com").status == 200, "another Ingress counts for itself"


@covers("limit-allowlist", "limit-whitelist", "limit-rpm")
def test_free_clients(limited):
    for options in ({"limit_allowlist": "192.0.2.0/30, 198.51.100.7"}, {"limit_whitelist": "192.0.2.0/30"},
                    {"limit_allowlist": "192.0.2.0/30", "limit_whitelist": "203.0.113.0/24"}):
        fairway = limited(limit_rpm=1, limit_burst_multiplier=1, **options)
        assert statuses(fairway, 5, "192.0.2.1") == [200] * 5
        assert statuses(fairway, 3, "203.0.113.9") == [200, 200, 503], "the newer name goes before the older"


@covers_key("limit-req-status-code", "limit-conn-zone-variable")
def test_status_and_key_from_the_configmap(limited):
    fairway = limited(config={"limit-req-status-code": "429"}, limit_rpm=1, limit_burst_multiplier=1)
    assert statuses(fairway, 3) == [200, 200, 429]
    fairway = limited(config={"limit-conn-zone-variable": "$http_x_tenant"}, limit_rpm=1, limit_burst_multiplier=1)

    def tenant(name):
        return fairway.get(headers={"X-Tenant": name}).status

    assert [tenant("a"), tenant("a"), tenant("a"), tenant("b")] == [200, 200, 503, 200]
    assert statuses(fairway, 6) == [200] * 6, "an empty key is not counted"


@covers("limit-connections")
@covers_key("limit-conn-status-code")
def test_requests_in_progress(limited):
    fairway = limited(config={"limit-conn-status-code": "429"}, limit_connections=2)
    waiting = [threading.Thread(target=fairway.get, args=("/wait?4",), kwargs={"timeout": 30}) for _ in range(2)]
    for thread in waiting:
        thread.start()
    until(lambda: fairway.metric("nginx_ingress_controller_nginx_process_connections", state="writing") >= 2, what="two in progress")
    assert fairway.get().status == 429
    assert fairway.metric("fairway_limited_requests_at_once_total") == 1
    assert statuses(fairway, 1) == [200], "another client"
    for thread in waiting:
        thread.join()
    assert fairway.get().status == 200, "over, and given back"


@covers("limit-connections")
def test_each_stream_of_http2_counts(limited):
    fairway = limited(limit_connections=1)
    url = f"http://127.0.0.1:{fairway.http_port}/wait?2"
    with httpx.Client(http1=False, http2=True, timeout=30) as client, concurrent.futures.ThreadPoolExecutor(2) as pool:
        statuses = pool.map(lambda _: client.get(url, headers={"Host": HOST}).status_code, range(2))
        assert sorted(statuses) == [200, 503]


@covers("limit-rpm", "limit-rps")
def test_what_comes_before_and_after_the_limits(serve, origins):
    """Reference 2.1: no endpoints (503) and redirects before; address lists and authentication after."""
    pod = origins(1)[0]
    redirected = serve({"all.yaml": [annotated(limit_rpm=1, limit_burst_multiplier=1, temporal_redirect="http://a.example/"),
                                     service(), endpoints(pod)]})
    assert [redirected.get().status for _ in range(4)] == [302] * 4


@covers("limit-rpm")
def test_counts_survive_other_changes_and_begin_anew_with_other_limits(limited):
    fairway = limited(limit_rpm=1, limit_burst_multiplier=1)
    assert statuses(fairway, 3) == [200, 200, 503]
    text = (fairway.folder / "all.yaml").read_text()
    fairway.write("all.yaml", text.replace("limit-rpm", "proxy-read-timeout: '9'\n    nginx.ingress.kubernetes.io/limit-rpm"))
    fairway.write("more.yaml", annotated(name="more", host="more.example.com"))
    until(lambda: fairway.get(host="more.example.com").status == 200, what="the change")
    assert statuses(fairway, 1) == [503]
    fairway.write("all.yaml", text.replace("limit-burst-multiplier: '1'", "limit-burst-multiplier: '3'"))
    until(lambda: statuses(fairway, 1) == [200], what="other limits")


@covers("limit-rps", "limit-connections", "limit-allowlist", "limit-burst-multiplier")
def test_bad_values_are_told_and_leave_no_limit(limited):
    fairway = limited(limit_rps="many", limit_connections="-1")
    assert statuses(fairway, 10) == [200] * 10
    assert fairway.events("diagnostic")
    fairway = limited(limit_rpm=1, limit_burst_multiplier="0", limit_allowlist="192.0.2.1, nonsense")
    assert statuses(fairway, 8) == [200] * 6 + [503] * 2, "nobody is free by half a list, and the burst is the usual"
