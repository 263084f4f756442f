"""rewrite-target, use-regex and x-forwarded-prefix, and what they make of a host (reference 1.5 and 3.3)."""

import pytest

from support.covers import covers
from support.manifests import HOST, annotated, endpoints, service, site
from support.waiting import until

PATTERN = "ImplementationSpecific"


@pytest.fixture
def rewritten(serve, scripted_origin):
    """rewritten(path, target, …) is a function of a request path that gives the target which reached the backend."""
    def start(path, target, **annotations):
        origin = scripted_origin()
        fairway = serve(site(origin, paths={(path, PATTERN): "kubia"}, rewrite_target=target, **annotations))

        def ask(sent, **options):
            response = fairway.get(sent, **options)
            assert response.status == 200, (sent, response.status)
            return origin.requests[-1].target
        ask.fairway, ask.origin = fairway, origin
        return ask
    return start


@pytest.fixture
def routed(serve, scripted_origin):
    """routed(Ingress, …): a site whose Services `a`, `b` … answer with their names; gives a function of a path."""
    def start(*ingresses):
        names = sorted({path["backend"]["service"]["name"] for ingress in ingresses
                        for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]})
        objects = list(ingresses)
        for name in names:
            body = name.encode()
            origin = scripted_origin(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            objects += [service(name), endpoints(origin, name=name)]
        fairway = serve({"all.yaml": objects})

        def ask(path):
            response = fairway.get(path)
            return response.text if response.status == 200 else response.status
        ask.fairway = fairway
        return ask
    return start


@covers("rewrite-target")
def test_the_usual_rewrite_strips_a_prefix_and_keeps_the_query(rewritten):
    ask = rewritten("/something(/|$)(.*)", "/$2")
    assert ask("/something") == "/"
    assert ask("/something/") == "/"
    assert ask("/something/new") == "/new"
    assert ask("/something/new/?a=b&c=%20d") == "/new/?a=b&c=%20d"
    assert ask("/SOMETHING/New") == "/New"  # patterns of paths know no case
    assert ask.fairway.get("/other").status == 404
    assert ask.fairway.get("/somethingelse").status == 404


@covers("rewrite-target")
def test_escapes_are_compared_decoded_and_escaped_anew(rewritten):
    ask = rewritten("/a(/|$)(.*)", "/b/$2")
    assert ask("/a/x%20y") == "/b/x%20y"
    assert ask("/a/%7Euser") == "/b/~user"
    assert ask("/a/x%2Fy") == "/b/x/y"
    assert ask("/a/100%25%23%3F") == "/b/100%25%23%3F"
    assert ask("/a/%C3%A9%22") == "/b/%C3%A9%22"
    assert ask("/a/x/../%79//z") == "/b/y/z"
    assert ask("/a/x%0dEvil:%201") == "/b/x%0DEvil:%201"
    assert ask("/a/x%0aEvil:%201") == "/b/x"  # a dot of PCRE takes no line end
    assert ask("/%61/x?q=%2F") == "/b/x?q=%2F"


@covers("rewrite-target")
def test_groups_that_are_missing_are_empty_and_have_one_digit(rewritten):
    ask = rewritten("/v(1|2)(/x)?", "/$2/api$1beta/$9$10")
    assert ask("/v2") == "//api2beta/20"


@covers("rewrite-target")
def test_the_rewrite_is_anchored_nowhere_where_the_path_anchors_its_first_alternative(rewritten):
    ask = rewritten("/a(.*)|/b(.*)", "/$1-$2")
    assert ask("/a/x") == "//x-"
    assert ask("/b/x") == "/-/x"
    assert ask("/c/a/b/x") == "//b/x-"  # chosen for its /b, rewritten from its /a


@covers("rewrite-target")
def test_a_rewrite_replaces_the_whole_path(rewritten):
    ask = rewritten("/app", "/new")
    assert ask("/app") == "/new"
    assert ask("/app/below/it?x") == "/new?x"
    assert ask("/Application") == "/new"  # a pattern is anchored at its start only


@covers("rewrite-target")
def test_a_target_equal_to_the_path_keeps_it_except_below_a_prefix(serve, scripted_origin):
    origin = scripted_origin()
    fairway = serve(site(origin, paths={("/p", "Prefix"): "kubia", ("/e", "Exact"): "kubia"}, rewrite_target="/p"))

    def ask(path):
        assert fairway.get(path).status == 200
        return origin.requests[-1].target
    assert ask("/p") == "/p"
    assert ask("/px?a") == "/px?a"      # regex mode, by the Exact twin
    assert ask("/p/below") == "/p"      # counts as /p/, which is not the target
    assert ask("/e/x") == "/p"          # Exact means nothing among patterns


@covers("rewrite-target")
def test_root_to_root_leaves_the_host_alone(serve, scripted_origin):
    origin = scripted_origin()
    fairway = serve(site(origin, paths={"/": "kubia"}, rewrite_target="/"))
    assert fairway.get("/A//b%20c").status == 200
    assert origin.requests[-1].target == "/A//b%20c"


@covers("rewrite-target")
def test_an_absolute_target_is_a_redirect(rewritten):
    ask = rewritten("/old/(.*)", "https://new.example.com/$1")
    response = ask.fairway.get("/old/a%20b?c=d")
    assert (response.status, response.headers["Location"]) == (302, "https://new.example.com/a%20b?c=d")
    response = ask.fairway.get("/old/x%0dEvil:%201%3Fy%26z")
    assert response.headers["Location"] == "https://new.example.com/x%0DEvil:%201%3Fy%26z"
    assert response.headers["Evil"] is None


@covers("rewrite-target")
def test_targets_without_slash_get_one_and_bad_ones_do_nothing(rewritten):
    ask = rewritten("/a/(.*)", "b/$1")
    assert ask("/a/x") == "/b/x"
    assert any("does not begin with /" in str(entry) for entry in ask.fairway.log)
    for bad in ("/b?x=$1", "/b c", "/$nosuch"):
        ask = rewritten("/a", bad)
        assert ask("/a/x") == "/a/x"
        assert any("rewrite-target" in str(entry) for entry in ask.fairway.log)


@covers("rewrite-target")
def test_variables_are_filled_in(rewritten):
    ask = rewritten("/a/(.*)", "/$host/$http_x_tenant/$1")
    assert ask("/a/x", headers={"X-Tenant": "blue sky"}) == f"/{HOST}/blue%20sky/x"


@covers("x-forwarded-prefix")
def test_the_prefix_is_told_to_rewritten_requests_only(rewritten, serve, scripted_origin):
    ask = rewritten("/(api|web)/(.*)", "/$2", x_forwarded_prefix="/$1")
    ask("/api/x", headers={"X-Forwarded-Prefix": "/forged"})
    assert ask.origin.requests[-1].get("X-Forwarded-Prefix") == "/api"
    origin = scripted_origin()
    fairway = serve(site(origin, x_forwarded_prefix="/api"))
    assert fairway.get().status == 200
    assert origin.requests[-1].get("X-Forwarded-Prefix") is None


@covers("use-regex")
def test_patterns_are_anchored_at_their_start_and_know_no_case(routed):
    ask = routed(annotated(use_regex="true", paths={("/id/[0-9]+", PATTERN): "a", ("/end/[0-9]+$", PATTERN): "b"}))
    assert ask("/id/123") == "a"
    assert ask("/ID/123a") == "a"
    assert ask("/end/123") == "b"
    assert ask("/end/123a") == 404
    assert ask("/x/id/123") == 404


@covers("use-regex")
def test_the_longer_text_is_tried_first(routed):
    ask = routed(annotated(use_regex="true", paths={("/foo/bar/bar", PATTERN): "a", ("/foo/bar/[a-z]{3}", PATTERN): "b",
                                                    ("/foo/b", PATTERN): "c", ("/foo/a", PATTERN): "d", ("/foo/.", PATTERN): "e"}))
    assert ask("/foo/bar/bar") == "b"
    assert ask("/foo/ba") == "c"      # of equal length the lexicographically greater
    assert ask("/foo/a") == "d"
    assert ask("/foo/z") == "e"


@covers("use-regex")
def test_one_path_changes_the_whole_host_and_no_other_host(routed):
    plain = {("/Foo", "Prefix"): "a", ("/exact", "Exact"): "b", ("/slash/", "Prefix"): "c"}
    ask = routed(annotated("plain", paths=plain), annotated("patterns", use_regex="true", paths={("/x[0-9]", PATTERN): "d"}),
                 annotated("elsewhere", host="other.example.com", paths={("/Foo", "Prefix"): "a"}))
    assert ask("/x1") == "d"
    assert ask("/foobar") == "a"          # no case, no end of an element
    assert ask("/exact/below") == "b"
    assert ask("/slash") == 404           # no redirect to the final slash
    assert ask("/slash/x") == "c"
    assert ask.fairway.get("/foobar", host="other.example.com").status == 404
    assert any("regular expressions" in str(entry) for entry in ask.fairway.log)


@covers("use-regex")
def test_a_plain_prefix_gives_way_to_what_is_below_an_exact_twin(routed):
    ask = routed(annotated("plain", paths={("/foo", "Prefix"): "a", ("/foo", "Exact"): "b"}),
                 annotated("patterns", use_regex="true", paths={("/x[0-9]", PATTERN): "c"}))
    assert ask("/foo/x") == "a"
    assert ask("/foo") == "b"
    assert ask("/foobar") == "b"


@covers("use-regex")
def test_a_path_that_is_no_pattern_harms_no_other(routed):
    ask = routed(annotated(use_regex="true", paths={("/good/[a-z]+", PATTERN): "a", ("/bad/(", PATTERN): "b"}))
    assert ask("/good/x") == "a"
    assert ask("/bad/(") == 404
    problem = next(entry for entry in ask.fairway.log if "missing closing parenthesis" in str(entry))
    assert "/bad/(" in str(problem)


@covers("use-regex")
def test_a_pattern_that_runs_away_is_no_match_and_is_counted(routed):
    ask = routed(annotated(use_regex="true", paths={("/(a+)+$", PATTERN): "a", ("/", "Prefix"): "b"}))
    assert ask("/aaa") == "a"
    assert ask("/" + "a" * 60 + "!") == "b"
    assert ask.fairway.metric("fairway_regex_limit_reached_total") == 1


@covers("rewrite-target")
def test_variables_have_the_path_that_they_come_upon(serve, scripted_origin):
    """nginx changes $uri; $request_uri is what came."""
    origin = scripted_origin()
    manifests = site(origin, paths={("/app(/|$)(.*)", PATTERN): "kubia"}, rewrite_target="/$2", upstream_vhost="$uri.$arg_x",
                     config={"log-format-upstream": "$request_uri $uri $args $is_args$arg_x $request"})
    fairway = serve(manifests, "--configmap", "default/fairway")
    assert fairway.get("/app/a%20b?x=1").status == 200
    assert (origin.requests[-1].target, origin.requests[-1].get("Host")) == ("/a%20b?x=1", "/a b.1")
    until(lambda: fairway.output, what="the line of the log")
    assert fairway.output[-1] == "/app/a%20b?x=1 /a b x=1 ?1 GET /app/a%20b?x=1 HTTP/1.1"
    assert fairway.get("/app").status == 200
    until(lambda: len(fairway.output) == 2, what="the next line")
    assert fairway.output[-1] == "/app / - - GET /app HTTP/1.1"
