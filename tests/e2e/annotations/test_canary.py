"""Canaries (reference 3.5; docs/canary.md)."""

import pytest

from support.covers import covers
from support.manifests import HOST, annotated, endpoints, ingress, service
from support.waiting import until


def canary(name="canary", backend="api", paths=None, host=HOST, created=None, **options):
    options = {"canary": "true", **options}
    made = annotated(name=name, host=host, paths=paths or {"/": backend},
                     annotations={key.replace("_", "-"): str(value) for key, value in options.items()})
    if created:
        made["metadata"]["creationTimestamp"] = created
    return made


@pytest.fixture
def split(serve, origins):
    """split(*canary Ingresses) -> Fairway: Service kubia is pod-0; Services api, api2 are pod-1, pod-2."""
    pods = origins(3)
    backends = [("kubia", pods[0]), ("api", pods[1]), ("api2", pods[2])]

    def start(*canaries, primary=None, without=(), flags=()):
        objects = [primary or ingress(), *canaries]
        for name, pod in backends:
            objects += [service(name), endpoints(*([] if name in without else [pod]), name=name)]
        return serve({"all.yaml": objects}, *flags)
    return start


def side(fairway, **headers):
    response = fairway.get(headers={key.replace("_", "-"): value for key, value in headers.items()})
    assert response.status == 200
    return response.text.split()[-1]


def sides(fairway, count=20, **headers):
    return {side(fairway, **headers) for _ in range(count)}


PRIMARY, CANARY = "pod-0", "pod-1"


@covers("canary", "canary-weight", "canary-weight-total")
def test_weights(split):
    assert sides(split(canary(canary_weight=0))) == {PRIMARY}
    assert sides(split(canary(canary_weight=100))) == {CANARY}
    assert sides(split(canary(canary_weight=200, canary_weight_total=200))) == {CANARY}
    assert sides(split(canary(canary_weight=50)), 100) == {PRIMARY, CANARY}
    assert sides(split(canary(canary_weight=100, canary_weight_total=200)), 100) == {PRIMARY, CANARY}
    assert sides(split(canary(canary_weight=50, canary_weight_total=1)), 100) == {PRIMARY, CANARY}, "totals under 100 are 100"


@covers("canary-by-header")
def test_header_always_and_never(split):
    fairway = split(canary(canary_by_header="X-Canary", canary_weight=0))
    assert side(fairway, X_Canary="always") == CANARY
    assert side(fairway, x_canary="always") == CANARY, "names of fields have no case"
    assert side(fairway, X_Canary="Always") == PRIMARY, "values have"
    assert side(fairway, X_Canary="yes") == PRIMARY
    assert side(split(canary(canary_by_header="X-Canary", canary_weight=100)), X_Canary="never") == PRIMARY


@covers("canary-by-header-value")
def test_header_value(split):
    fairway = split(canary(canary_by_header="X-Canary", canary_by_header_value="DoCanary", canary_by_header_pattern="^No"))
    assert side(fairway, X_Canary="DoCanary") == CANARY
    assert side(fairway, X_Canary="docanary") == PRIMARY
    assert side(fairway, X_Canary="always") == PRIMARY, "the value takes the place of always and never"
    assert side(fairway, X_Canary="NoMatter") == PRIMARY, "with a value the pattern is ignored"
    onward = split(canary(canary_by_header="X-Canary", canary_by_header_value="DoCanary", canary_by_cookie="c"))
    assert side(onward, X_Canary="other", Cookie="c=always") == CANARY, "another value: the next rule decides"


@covers("canary-by-header-pattern")
def test_header_pattern(split):
    fairway = split(canary(canary_by_header="X-Canary", canary_by_header_pattern="^Do[A-Z]"))
    assert side(fairway, X_Canary="DoCanary") == CANARY
    assert side(fairway, X_Canary="Don't") == PRIMARY
    broken = split(canary(canary_by_header="X-Canary", canary_by_header_pattern="[", canary_weight=100))
    assert side(broken, X_Canary="[") == PRIMARY, "a broken pattern keeps whoever sends the field with the primary"
    assert side(broken) == CANARY
    assert broken.events("diagnostic"), broken.log


@covers("canary-by-cookie")
def test_cookie(split):
    fairway = split(canary(canary_by_cookie="Tester", canary_weight=0))
    assert side(fairway, Cookie="a=b; Tester=always") == CANARY
    assert side(fairway, Cookie="tester=always") == CANARY
    assert side(fairway, Cookie="Tester=yes") == PRIMARY
    assert side(split(canary(canary_by_cookie="Tester", canary_weight=100)), Cookie="Tester=never") == PRIMARY


@covers("canary-by-header", "canary-by-cookie", "canary-weight")
def test_header_before_cookie_before_weight(split):
    fairway = split(canary(canary_by_header="X-Canary", canary_by_cookie="c", canary_weight=100))
    assert side(fairway, X_Canary="never", Cookie="c=always") == PRIMARY
    assert side(fairway, X_Canary="always", Cookie="c=never") == CANARY
    assert side(fairway, X_Canary="other", Cookie="c=never") == PRIMARY
    assert side(fairway, X_Canary="other", Cookie="c=other") == CANARY


@covers("canary")
def test_who_has_no_endpoints(split):
    assert sides(split(canary(canary_weight=100), without=["api"])) == {PRIMARY}
    assert split(canary(canary_weight=100), without=["kubia"]).get().status == 503, "also while the canary is ready"


@covers("canary")
def test_a_canary_needs_a_primary_of_equal_host_path_and_type(split):
    lone = split(canary(host="other.example.com", canary_weight=100))
    assert lone.get(host="other.example.com").status == 404
    assert lone.get().status == 200
    for paths in ({"/new": "api"}, {("/", "Exact"): "api"}):
        fairway = split(canary(paths=paths, canary_weight=100))
        assert side(fairway) == PRIMARY
        assert "You've hit pod-0\n" == fairway.get("/new").text, "the canary adds no path"
    assert sides(split(canary(backend="kubia", canary_weight=100))) == {PRIMARY}, "the primary's own Service is refused"


@covers("canary")
def test_canary_of_the_catch_all(split):
    fairway = split(canary(host="", canary_weight=100), primary=ingress(host=""))
    assert side(fairway) == CANARY
    default = {"service": {"name": "api", "port": {"number": 80}}}
    of_default = annotated(name="canary", annotations={"canary": "true", "canary-weight": "100"})
    of_default["spec"] = {"defaultBackend": default}
    primary = ingress()
    primary["spec"] = {"defaultBackend": {"service": {"name": "kubia", "port": {"number": 80}}}}
    assert side(split(of_default, primary=primary)) == CANARY
    assert split(of_default).get(host="unknown.example.com").status == 404, "a canary is never the catch-all"


@covers("canary")
def test_other_annotations_of_a_canary_are_ignored(split):
    fairway = split(canary(canary_weight=100, temporal_redirect="http://elsewhere.example", limit_rps=1, affinity="cookie"))
    for _ in range(10):
        response = fairway.get()
        assert (response.status, response.text) == (200, "You've hit pod-1\n")
        assert response.headers.get("Set-Cookie") is None


@covers("canary-weight", "canary")
def test_options_without_canary_make_an_ordinary_ingress(split):
    """It loses against the older one, and is told so."""
    fairway = split(canary(canary="false", canary_weight=100, created="2030-01-01T00:00:00Z"))
    assert sides(fairway) == {PRIMARY}
    assert any("canary" in str(entry) for entry in fairway.log)


@covers("canary", "canary-weight", "canary-by-header")
def test_several_canaries_share_a_path(split):
    """ingress-nginx uses the oldest alone."""
    fairway = split(canary("a", "api", canary_weight=40, canary_by_header="X-Canary", canary_by_header_value="1"),
                    canary("b", "api2", canary_weight=40, canary_by_header="X-Canary", canary_by_header_value="2"))
    assert sides(fairway, 150) == {"pod-0", "pod-1", "pod-2"}
    assert sides(fairway, 10, X_Canary="1") == {"pod-1"}
    assert sides(fairway, 10, X_Canary="2") == {"pod-2"}
    full = split(canary("a", "api", canary_weight=100), canary("b", "api2", canary_weight=50))
    assert sides(full, 40) == {"pod-1"}, "there is no more than everything"


@covers("affinity", "affinity-canary-behavior")
def test_a_session_stays_on_the_side_first_drawn(split):
    primary = annotated(affinity="cookie")
    fairway = split(canary(canary_weight=50, canary_by_header="X-Canary"), primary=primary)
    seen = {}
    while len(seen) < 2:
        response = fairway.get()
        seen[response.text.split()[-1]] = response.headers["Set-Cookie"].split(";")[0]
    for pod, cookie in seen.items():
        assert sides(fairway, Cookie=cookie) == {pod}
        assert side(fairway, Cookie=cookie, X_Canary="always") == pod, "the cookie goes before every rule"
        assert side(fairway, Cookie=cookie, X_Canary="never") == pod


@covers("affinity-canary-behavior")
def test_legacy_draws_each_request(split):
    primary = annotated(affinity="cookie")
    fairway = split(canary(canary_weight=50, affinity_canary_behavior="legacy"), primary=primary)
    cookies = {}
    while len(cookies) < 2:
        response = fairway.get()
        cookies[response.text.split()[-1]] = response.headers.get("Set-Cookie")
    assert cookies[CANARY] is None, "the canary gives no cookie"
    assert sides(fairway, Cookie=cookies[PRIMARY].split(";")[0]) == {PRIMARY}


@covers("canary")
def test_log_and_metrics_name_the_canary(split):
    fairway = split(canary(canary_by_header="X-Canary"))
    side(fairway, X_Canary="always")
    side(fairway)
    until(lambda: len(fairway.output) >= 2, what="two lines of the access log")
    assert "[default-kubia-80] [default-api-80]" in fairway.output[0]
    assert "[default-kubia-80] []" in fairway.output[1]
    assert fairway.metric("nginx_ingress_controller_requests", canary="default-api-80", service="kubia") == 1
    assert fairway.metric("nginx_ingress_controller_requests", canary="", service="kubia") == 1


@covers("canary")
def test_canaries_come_and_go_live(split):
    fairway = split()
    assert sides(fairway) == {PRIMARY}
    fairway.write("canary.yaml", canary(canary_weight=100))
    until(lambda: side(fairway) == CANARY, what="the canary")
    (fairway.folder / "canary.yaml").unlink()
    until(lambda: side(fairway) == PRIMARY, what="the end of the canary")
