"""Session cookies, consistent hashing and service-upstream (reference 3.6; docs/session-affinity.md)."""

import datetime
import hashlib
import re
import ssl
import urllib.request

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, annotated, config_map, endpoints, service, tls_secret
from support.waiting import until


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def tag(upstream):
    return md5(md5(upstream) + upstream)


def site_of(pods, *more, paths=None, **annotations):
    return {"all.yaml": [annotated(paths=paths, **annotations), service(), endpoints(*pods), *more]}


@pytest.fixture
def sticky(serve, origins):
    """sticky(count, **annotations) -> (fairway, pods), with affinity: cookie"""
    def start(count=3, paths=None, **annotations):
        pods = origins(count)
        return serve(site_of(pods, paths=paths, **{"affinity": "cookie", **annotations})), pods
    return start


def pod_of(response):
    assert response.status == 200
    return response.text.split()[-1]


def session(fairway, path="/", **headers):
    """(name, value, attributes text, pod) of a new client"""
    response = fairway.get(path, headers={key.replace("_", "-"): value for key, value in headers.items()})
    cookies = response.headers.get_all("Set-Cookie")
    assert len(cookies) == 1
    pair, _, attributes = cookies[0].partition("; ")
    name, _, value = pair.partition("=")
    return name, value, attributes, pod_of(response)


@covers("affinity", "session-cookie-path")
def test_a_client_keeps_its_endpoint(sticky):
    fairway, _ = sticky()
    pods = set()
    for _ in range(30):
        name, value, attributes, pod = session(fairway)
        assert name == "INGRESSCOOKIE"
        key, _, of = value.partition("|")
        assert re.fullmatch(r"\d+\.\d{3}\.\d+\.\d+", key) and of == tag("default-kubia-80")
        assert attributes == "Path=/; HttpOnly"
        pods.add(pod)
        again = fairway.get(headers={"Cookie": f"{name}={value}"})
        assert pod_of(again) == pod and again.headers.get("Set-Cookie") is None
    assert len(pods) == 3, "new clients are spread"


@covers("affinity-mode", "affinity")
def test_balanced_takes_any_text_for_a_key(sticky):
    fairway, _ = sticky(affinity_mode="balanced")
    answers = [fairway.get(headers={"Cookie": f"INGRESSCOOKIE={text}"}) for text in ("x", "x", "x|y", "x|y|z")]
    assert all(answer.headers.get("Set-Cookie") is None for answer in answers)
    assert len({pod_of(answer) for answer in answers}) == 1


@covers("affinity-mode")
def test_persistent_names_one_endpoint(sticky):
    fairway, pods = sticky(affinity_mode="persistent")
    name, value, _, pod = session(fairway)
    port = next(origin.port for origin in pods if origin.name == pod)
    assert value == md5(f"default-kubia-80127.0.0.1:{port}") + "|" + tag("default-kubia-80")
    cookie = {"Cookie": f"{name}={value}"}
    assert pod_of(fairway.get(headers=cookie)) == pod
    left = [origin for origin in pods if origin.name != pod]
    fairway.write("all.yaml", site_of(left, affinity="cookie", affinity_mode="persistent")["all.yaml"])
    moved = until(lambda: (answer := fairway.get(headers=cookie)).headers.get("Set-Cookie") and answer, what="a new cookie")
    assert pod_of(moved) != pod
    assert moved.headers["Set-Cookie"].split("=")[1] != value
    unknown = fairway.get(headers={"Cookie": "INGRESSCOOKIE=unknown"})
    assert unknown.headers.get("Set-Cookie") is not None


@covers("affinity", "affinity-mode")
def test_balanced_moves_few_clients_when_an_endpoint_comes(serve, origins):
    pods = origins(5)
    fairway = serve(site_of(pods[:4], affinity="cookie"))
    where = {f"client-{i}": None for i in range(60)}
    for key in where:
        where[key] = pod_of(fairway.get(headers={"Cookie": f"INGRESSCOOKIE={key}"}))
    fairway.write("all.yaml", site_of(pods, affinity="cookie")["all.yaml"])
    until(lambda: "pod-4" in {session(fairway)[3] for _ in range(10)}, what="the fifth endpoint")
    moved = [key for key in where if pod_of(fairway.get(headers={"Cookie": f"INGRESSCOOKIE={key}"})) != where[key]]
    assert 0 < len(moved) <= 30, "about a fifth"
    assert all(pod_of(fairway.get(headers={"Cookie": f"INGRESSCOOKIE={key}"})) == "pod-4" for key in moved)


@covers("session-cookie-name", "session-cookie-path", "session-cookie-domain", "session-cookie-expires",
        "session-cookie-max-age", "session-cookie-samesite", "session-cookie-secure")
def test_all_attributes_in_their_order(sticky):
    fairway, _ = sticky(session_cookie_name="SERVERID", session_cookie_path="/foo", session_cookie_domain="foo.bar",
                        session_cookie_expires=172800, session_cookie_max_age=259200, session_cookie_samesite="Strict",
                        session_cookie_secure="true")
    name, _, attributes, _ = session(fairway)
    assert name == "SERVERID"
    match = re.fullmatch(r"Expires=(\w{3}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT); Max-Age=259200; Domain=foo.bar; Path=/foo; "
                         r"Secure; HttpOnly; SameSite=Strict", attributes)
    assert match, attributes
    expires = datetime.datetime.strptime(match.group(1), "%a, %d-%b-%y %H:%M:%S GMT")
    left = expires - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert datetime.timedelta(hours=47) < left < datetime.timedelta(hours=49)


@covers("session-cookie-path", "affinity")
def test_path_is_that_of_the_rule(sticky):
    fairway, _ = sticky(paths={"/something": "kubia", "/other": "kubia"})
    assert session(fairway, "/something/deep")[2] == "Path=/something; HttpOnly"
    assert session(fairway, "/other")[2] == "Path=/other; HttpOnly"


@covers("session-cookie-samesite", "session-cookie-conditional-samesite-none")
def test_same_site(sticky):
    old = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/60.0.3112 Safari/537.36"
    new = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
    fairway, _ = sticky(session_cookie_samesite="None", session_cookie_conditional_samesite_none="true")
    assert session(fairway, User_Agent=new)[2].endswith("; SameSite=None")
    assert "SameSite" not in fairway.get(headers={"User-Agent": old}).headers["Set-Cookie"]
    assert session(sticky(session_cookie_samesite="None")[0])[2].endswith("SameSite=None")
    assert session(sticky(session_cookie_samesite="Lax")[0])[2].endswith("SameSite=Lax")
    assert "SameSite" not in session(sticky(session_cookie_samesite="lax")[0])[2], "only the usual spelling"


@covers("session-cookie-secure", "affinity")
def test_secure_when_the_client_came_by_tls(serve, origins, authority):
    manifests = [annotated(affinity="cookie", ssl_redirect="false", tls="tls-secret"), service(),
                 endpoints(*origins(1)), tls_secret(authority.issue(HOST))]
    fairway = serve({"all.yaml": manifests})
    assert session(fairway)[2] == "Path=/; HttpOnly"
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    asked = urllib.request.Request(f"https://127.0.0.1:{fairway.https_port}/", headers={"Host": HOST})
    with urllib.request.urlopen(asked, context=context) as answer:
        assert answer.headers["Set-Cookie"].endswith("; Path=/; Secure; HttpOnly")


@covers("session-cookie-change-on-failure")
def test_what_a_failure_does_to_a_session(serve, origins):
    for change, status in (("true", 200), ("false", 502)):
        pods = origins(3)
        fairway = serve(site_of(pods, affinity="cookie", session_cookie_change_on_failure=change))
        name, value, _, pod = session(fairway)
        next(origin for origin in pods if origin.name == pod).kill()
        answer = fairway.get(headers={"Cookie": f"{name}={value}"})
        assert answer.status == status
        if status == 200:
            assert pod_of(answer) != pod
            fresh = answer.headers["Set-Cookie"].split(";")[0]
            assert pod_of(fairway.get(headers={"Cookie": fresh})) == pod_of(answer)
        else:
            assert answer.headers.get("Set-Cookie") is None
        assert fairway.get().status == 200, "a new client is led past the dead endpoint"


@covers("affinity", "upstream-hash-by", "load-balance")
def test_the_cookie_goes_before_the_hash(sticky):
    fairway, _ = sticky(upstream_hash_by="$http_x_tenant", load_balance="ewma")
    name, value, _, pod = session(fairway)
    for tenant in range(12):
        assert pod_of(fairway.get(headers={"X-Tenant": str(tenant), "Cookie": f"{name}={value}"})) == pod


@covers("affinity", "session-cookie-name", "affinity-mode")
def test_which_ingress_decides_for_a_shared_service(serve, origins):
    """The mode of the oldest, the attributes of the youngest; only paths of Ingresses with affinity give cookies."""
    def one(name, host, when, **annotations):
        made = annotated(name=name, host=host, **annotations)
        made["metadata"]["creationTimestamp"] = f"20{when}-01-01T00:00:00Z"
        return made

    fairway = serve({"all.yaml": [
        one("a", "a.example.com", 20, affinity="cookie", affinity_mode="persistent", session_cookie_name="old"),
        one("b", "b.example.com", 21, affinity="cookie", affinity_mode="balanced", session_cookie_name="young"),
        one("c", "c.example.com", 22), service(), endpoints(*origins(3))]})
    for host in ("a.example.com", "b.example.com"):
        answer = fairway.get(host=host)
        assert re.match(r"young=[0-9a-f]{32}\|[0-9a-f]{32}; Path=/; HttpOnly$", answer.headers["Set-Cookie"])
    plain = fairway.get(host="c.example.com")
    assert plain.headers.get("Set-Cookie") is None
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    assert {pod_of(fairway.get(host="c.example.com", headers={"Cookie": cookie})) for _ in range(6)} == {pod_of(answer)}


@covers("affinity")
def test_wildcard_hosts_give_cookies(serve, origins):
    fairway = serve({"all.yaml": [annotated(host="*.example.com", affinity="cookie"), service(), endpoints(*origins(2))]})
    assert fairway.get(host="any.example.com").headers["Set-Cookie"].startswith("INGRESSCOOKIE=")


@covers("upstream-hash-by")
def test_hash_by_uri_and_by_field(serve, origins):
    pods = origins(4)
    fairway = serve(site_of(pods, upstream_hash_by="$request_uri"))
    by_uri = {path: {pod_of(fairway.get(path)) for _ in range(4)} for path in (f"/page/{i}" for i in range(24))}
    assert all(len(seen) == 1 for seen in by_uri.values())
    assert len(set.union(*by_uri.values())) == 4
    fairway = serve(site_of(pods, upstream_hash_by="${http_x_tenant}-$host"))
    seen = {tenant: {pod_of(fairway.get(f"/{i}", headers={"X-Tenant": tenant})) for i in range(4)} for tenant in "abcdefghijkl"}
    assert all(len(pods_seen) == 1 for pods_seen in seen.values())
    assert len(set.union(*seen.values())) > 1
    assert len({pod_of(fairway.get(f"/{i}")) for i in range(8)}) == 1, "without a value all go to one endpoint"


@covers("upstream-hash-by")
def test_hash_is_stable_and_failures_go_on_to_the_next(serve, origins):
    pods = origins(5)
    fairway = serve(site_of(pods[:4], upstream_hash_by="$arg_k"))
    where = {key: pod_of(fairway.get(f"/?k={key}")) for key in range(60)}
    assert {key: pod_of(serve(site_of(pods[:4], upstream_hash_by="$arg_k")).get(f"/?k={key}")) for key in range(3)} == \
        {key: where[key] for key in range(3)}, "replicas agree"
    pods[0].kill()
    for key, pod in where.items():
        now = pod_of(fairway.get(f"/?k={key}"))
        assert now == pod or pod == pods[0].name, "others keep their endpoint"
    fairway.write("all.yaml", site_of(pods[1:], upstream_hash_by="$arg_k")["all.yaml"])
    until(lambda: any(pod_of(fairway.get(f"/?k={key}")) == "pod-4" for key in where), what="the fifth endpoint")
    for key, pod in where.items():
        assert pod_of(fairway.get(f"/?k={key}")) in (pod, "pod-4") or pod == pods[0].name


@covers("upstream-hash-by-subset", "upstream-hash-by-subset-size", "upstream-hash-by")
def test_subsets(serve, origins):
    pods = origins(6)
    fairway = serve(site_of(pods, upstream_hash_by="$arg_k", upstream_hash_by_subset="true", upstream_hash_by_subset_size=2))
    groups = {key: frozenset(pod_of(fairway.get(f"/?k={key}")) for _ in range(24)) for key in range(12)}
    assert {len(group) for group in groups.values()} == {2}
    assert 1 < len(set(groups.values())) <= 3, "three groups of two"
    usual = serve(site_of(pods, upstream_hash_by="$arg_k", upstream_hash_by_subset="true"))
    assert len({pod_of(usual.get("/?k=1")) for _ in range(40)}) == 3, "three by default"


@covers("upstream-hash-by", "load-balance")
def test_bad_values_leave_balancing_as_it_is(serve, origins):
    fairway = serve(site_of(origins(2), upstream_hash_by="$request_uri;x", load_balance="ip_hash"))
    assert len({pod_of(fairway.get()) for _ in range(6)}) == 2
    assert fairway.events("diagnostic")


@covers("service-upstream")
@covers_key("service-upstream")
def test_service_upstream(serve, origins):
    """The Service's address is that of pod-0, its endpoints are pod-1."""
    pods = origins(2)

    def manifests(**annotations):
        cluster = service(port=pods[0].port)
        cluster["spec"]["clusterIP"] = "127.0.0.1"
        return [annotated(paths={"/": ("kubia", pods[0].port)}, **annotations), cluster, endpoints(pods[1])]

    flag = ("--configmap", "default/fairway")
    assert pod_of(serve({"all.yaml": manifests()}).get()) == "pod-1"
    assert pod_of(serve({"all.yaml": manifests(service_upstream="true")}).get()) == "pod-0"
    everywhere = config_map(service_upstream="true")
    assert pod_of(serve({"all.yaml": [*manifests(), everywhere]}, *flag).get()) == "pod-0"
    assert pod_of(serve({"all.yaml": [*manifests(service_upstream="false"), everywhere]}, *flag).get()) == "pod-1"
    headless = manifests(service_upstream="true")
    headless[1]["spec"]["clusterIP"] = "None"
    fairway = serve({"all.yaml": headless})
    assert pod_of(fairway.get()) == "pod-1", "without an address the endpoints are used"
    fairway.write("all.yaml", manifests(service_upstream="true"))
    until(lambda: pod_of(fairway.get()) == "pod-0", what="the address")


@covers("session-cookie-expires", "session-cookie-max-age")
def test_offsets_that_are_no_numbers_are_left_out(sticky):
    assert session(sticky(session_cookie_expires="soon", session_cookie_max_age="1h")[0])[2] == "Path=/; HttpOnly"
    past = session(sticky(session_cookie_expires="-86400")[0])[2]
    assert re.match(r"Expires=\w{3}, ", past)
