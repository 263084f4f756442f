"""A server that decides whether requests may pass (reference 3.7, external): what it is asked, and what comes of its answers."""

import re
import socket

import pytest

from support.certificates import Authority
from support.covers import covers, covers_key
from support.dns import Dns
from support.manifests import HOST, annotated, config_map, endpoints, service, site
from support.scripted_origin import response
from support.tls_origin import TlsOrigin
from support.waiting import until

FLAG = ("--configmap", "default/fairway")


class Site:
    """Fairway, an endpoint and an authentication server."""

    def __init__(self, serve, scripted_origin, answer, config, path, objects, annotations):
        self.origin = scripted_origin(response(200, "inside", X_Echo="1"))
        self.auth = scripted_origin(*answer)
        url = f"http://127.0.0.1:{self.auth.port}{path}"
        if config is not None and config.get("global-auth-url") == "":
            config["global-auth-url"] = url
        else:
            annotations.setdefault("auth_url", url)
        manifests = site(self.origin, config=config, **annotations)
        self.fairway = serve({**manifests, "more.yaml": list(objects)}, *(FLAG if config is not None else ()))

    def get(self, *arguments, **options):
        return self.fairway.get(*arguments, **options)

    def said(self, text):
        until(lambda: any(text in entry["message"] for entry in self.fairway.events("diagnostic")), what=f'a diagnostic with "{text}"')
        return True


@pytest.fixture
def asked(serve, scripted_origin):
    """asked(answer, *objects, path=, config=, **annotations) -> Site. With config={"global-auth-url": ""} the ConfigMap names
    the server."""
    def start(answer=response(204), *objects, path="/check", config=None, **annotations):
        return Site(serve, scripted_origin, (answer,), config, path, objects, annotations)
    return start


@covers_key("enable-auth-access-log")
def test_questions_can_be_logged(asked):
    form = "$request|$status|$upstream_status|$upstream_addr"
    line = lambda status, *server: f"GET /a?b HTTP/1.1|{status}|{status if server else '-'}|{f'127.0.0.1:{server[0].port}' if server else '-'}"
    config = {"log-format-upstream": form, "enable-auth-access-log": "true"}

    def lines(it, count):
        it.get("/a?b")
        until(lambda: len(it.fairway.output) == count, what=f"{count} lines")
        return it.fairway.output
    passed = asked(config=dict(config))
    assert lines(passed, 2) == [line(204, passed.auth), line(200, passed.origin)]
    refused = asked(response(403), config=dict(config))
    assert lines(refused, 2) == [line(403, refused.auth), line(403)]
    kept = asked(response(200), config=dict(config), auth_cache_key="$host")
    assert lines(kept, 2) and lines(kept, 4)[2:] == [line(200), line(200, kept.origin)]  # no server was asked
    silent = asked(config={"log-format-upstream": form})
    assert lines(silent, 1) == [line(200, silent.origin)]


@covers("auth-url")
def test_the_question(asked):
    it = asked(path="/check?a=$host&b=$arg_x")
    sent = {"Authorization": "Bearer t", "Cookie": "s=1", "X-Own": "o", "X-Forwarded-Proto": "https", "X-Sent-From": "me",
            "X-Original-URL": "http://evil/", "X-Request-ID": "id-1", "Connection": "close, X-Hop", "X-Hop": "1"}
    assert it.get("/p%20q/r?x=1&y=2", method="POST", body=b"12345", headers=sent).status == 200
    question, = it.auth.requests
    assert (question.method, question.target, question.body) == ("GET", f"/check?a={HOST}&b=1", b"")
    want = {"Host": f"127.0.0.1:{it.auth.port}", "X-Original-URL": f"http://{HOST}/p%20q/r?x=1&y=2", "X-Original-Method": "POST",
            "X-Sent-From": "nginx-ingress-controller", "X-Real-IP": "127.0.0.1", "X-Forwarded-For": "127.0.0.1",
            "X-Auth-Request-Redirect": "/p%20q/r?x=1&y=2", "X-Request-ID": "id-1", "Authorization": "Bearer t", "Cookie": "s=1",
            "X-Own": "o", "Content-Length": None, "X-Forwarded-Proto": None, "X-Hop": None, "X-Original-URI": None, "X-Scheme": None,
            "Transfer-Encoding": None}
    assert {name: question.get(name) for name in want} == want
    served, = it.origin.requests
    assert (served.body, served.get("Authorization")) == (b"12345", "Bearer t")


@covers("auth-method")
def test_the_method_and_what_it_brings(asked):
    it = asked(auth_method="POST")
    assert it.get("/a?b").status == 200
    question, = it.auth.requests
    assert (question.method, question.get("X-Original-URI"), question.get("X-Scheme")) == ("POST", "/a?b", "http")
    assert question.get("Content-Length") is None


@covers("auth-url")
@pytest.mark.parametrize("answer, status", [(200, 200), (202, 200), (204, 200), (401, 401), (403, 403), (302, 500), (404, 500), (500, 500), (503, 500)])
def test_results(asked, answer, status):
    it = asked(response(answer, "says the server", WWW_Authenticate="Bearer realm=x", X_Secret="s"))
    got = it.get()
    assert got.status == status
    assert got.headers["WWW-Authenticate"] == ("Bearer realm=x" if status == 401 else None)
    assert len(it.origin.requests) == (1 if status == 200 else 0)
    assert "says the server" not in got.text and got.headers["X-Secret"] is None


@covers("auth-url")
@pytest.mark.parametrize("answer", [None, b"nonsense\r\n\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
                                    b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 100_000 + b"\r\n\r\n"])
def test_no_answer_is_a_500(asked, answer):
    it = asked(lambda request: answer)
    assert it.get().status == 500
    assert it.origin.requests == []
    until(lambda: it.fairway.events("auth.server_failed"), what="the log line")


@covers("auth-url")
def test_a_server_that_cannot_be_reached_is_a_500(serve, origins):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert serve(site(*origins(1), auth_url=f"http://127.0.0.1:{port}/")).get().status == 500


@covers("auth-url")
def test_bodies_of_answers_are_bounded(asked):
    body = b"x" * 300_000
    it = asked(response(200, body), auth_keepalive=1)
    assert [it.get().status for _ in range(3)] == [200] * 3
    assert len({request.connection for request in it.auth.requests}) == 3  # not worth keeping


@covers("auth-response-headers")
def test_fields_of_the_answer_reach_the_endpoint(asked):
    it = asked(response(200, X_Auth_User="ann", X_Auth_Groups=["a", "b"], Authorization="Bearer made", X_Other="o"),
               auth_response_headers="X-Auth-User, X-Auth-Groups,Authorization, X-Auth-Missing")
    assert it.get(headers={"X-Auth-User": "forged", "X-Auth-Missing": "forged", "Authorization": "Basic x"}).status == 200
    served, = it.origin.requests
    assert [served.get(name) for name in ("X-Auth-User", "X-Auth-Groups", "Authorization", "X-Auth-Missing", "X-Other")] == [
        "ann", "a, b", "Bearer made", None, None]


@covers("auth-request-redirect")
def test_request_redirect(asked):
    it = asked(auth_request_redirect="https://app.example.com/start")
    it.get("/a")
    assert it.auth.requests[0].get("X-Auth-Request-Redirect") == "https://app.example.com/start"


@covers("auth-proxy-set-headers")
def test_more_fields_of_the_question(asked):
    fields = config_map("extra", X_One="$request_method of $host", X_Real_IP="me")
    fields["data"]["X-Empty"] = "$arg_none"
    it = asked(response(204), fields, auth_proxy_set_headers="default/extra")
    it.get(headers={"X-One": "client", "X-Empty": "client"})
    question, = it.auth.requests
    assert [question.get(name) for name in ("X-One", "X-Real-IP", "X-Empty")] == [f"GET of {HOST}", "me", None]
    it.fairway.write("more.yaml", config_map("extra", X_One="two"))
    until(lambda: it.get().status == 200 and it.auth.requests[-1].get("X-One") == "two", what="the changed ConfigMap")


@covers("auth-signin", "auth-signin-redirect-param")
def test_signin(asked):
    start = "https://login.example.com/start"
    it = asked(response(401), auth_signin=start, enable_cors="true")
    got = it.get("/a%20b?c=d&e")
    assert got.status == 302
    assert got.headers["Location"] == f"{start}?rd=http://{HOST}%2Fa%2520b%3Fc%3Dd%26e"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["WWW-Authenticate"] is None
    assert it.origin.requests == []
    expected = {
        start + "?x=1": f"{start}?x=1&rd=http://{HOST}%2F", start + "?rd=$escaped_request_uri": f"{start}?rd=%2F",
        "http://$host/auth/start": f"http://{HOST}/auth/start?rd=http://{HOST}%2F", "/oauth2/start": f"http://{HOST}/oauth2/start?rd=http://{HOST}%2F"}
    for signin, location in expected.items():
        assert asked(response(401), auth_signin=signin).get().headers["Location"] == location
    assert asked(response(401), auth_signin=start, auth_signin_redirect_param="back").get().headers["Location"] == f"{start}?back=http://{HOST}%2F"
    assert asked(response(403), auth_signin=start).get().status == 403
    refused = asked(response(401), auth_signin="ftp://x")
    assert refused.get().status == 401 and refused.said("neither a URL nor a path")


@covers("auth-signin")
def test_signin_knows_the_scheme_of_the_client(asked):
    it = asked(response(401), config={"use-forwarded-headers": "true"}, auth_signin="https://login.example.com/start")
    got = it.get(headers={"X-Forwarded-Proto": "https"})
    assert got.headers["Location"] == f"https://login.example.com/start?rd=https://{HOST}%2F"


@covers("auth-always-set-cookie")
def test_cookies_of_the_answer(asked):
    cookies = ["a=1; Path=/", "b=2; HttpOnly"]
    it = asked(response(200, Set_Cookie=cookies))
    assert it.get().headers.get_all("Set-Cookie") == cookies  # one field each
    it.origin.answer = response(404, Set_Cookie="own=1")
    assert it.get().headers.get_all("Set-Cookie") == ["own=1"]  # nginx's add_header
    it.origin.answer = response(304)
    assert it.get().headers.get_all("Set-Cookie") == cookies
    it = asked(response(401, Set_Cookie=cookies), auth_signin="https://login.example.com/")
    assert it.get().headers.get_all("Set-Cookie") == cookies
    assert asked(response(401, Set_Cookie=cookies)).get().headers.get_all("Set-Cookie") is None
    it = asked(response(401, Set_Cookie=cookies), auth_always_set_cookie="true")
    assert it.get().headers.get_all("Set-Cookie") == cookies
    it = asked(response(200, Set_Cookie=cookies), auth_always_set_cookie="true")
    it.origin.answer = response(503)
    assert it.get().headers.get_all("Set-Cookie") == cookies


@covers("auth-cache-key", "auth-cache-duration")
def test_answers_are_kept(asked):
    def decide(request):
        return response(200, X_User=request.get("Authorization")) if request.get("Authorization") else response(401, WWW_Authenticate="Bearer")
    it = asked(decide, auth_cache_key="$remote_user$http_authorization", auth_response_headers="X-User")
    for _ in range(3):
        assert [it.get(headers={"Authorization": user}).status for user in ("ann", "bob")] == [200, 200]
        got = it.get()
        assert (got.status, got.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert len(it.auth.requests) == 3
    assert [request.get("X-User") for request in it.origin.requests] == ["ann", "bob"] * 3
    it = asked(response(200), auth_cache_key="$http_authorization", auth_cache_duration="401 5m, 202 1h")
    assert [it.get().status for _ in range(2)] == [200] * 2 and len(it.auth.requests) == 2
    it = asked(response(200), auth_cache_key="$http_authorization", auth_cache_duration="1s")
    it.get()
    until(lambda: it.get() and len(it.auth.requests) >= 2, what="the end of a second")


@covers("auth-cache-key")
@pytest.mark.parametrize("fields", [{"Set_Cookie": "a=1"}, {"Cache_Control": "no-store"}, {"Cache_Control": "private, max-age=9"}, {"Vary": "Cookie"},
                                    {"Cache_Control": "max-age=0"}])
def test_answers_that_are_not_kept(asked, fields):
    it = asked(response(200, **fields), auth_cache_key="$host")
    assert [it.get().status for _ in range(2)] == [200] * 2
    assert len(it.auth.requests) == 2


@covers("auth-cache-key")
def test_another_server_means_other_answers(asked, scripted_origin):
    it = asked(response(200), auth_cache_key="$host")
    assert [it.get().status for _ in range(2)] == [200] * 2
    other = scripted_origin(response(403))
    it.fairway.write("all.yaml", [annotated(auth_cache_key="$host", auth_url=f"http://127.0.0.1:{other.port}/check"), service(), endpoints(it.origin)])
    until(lambda: it.get().status == 403, what="the other server")


@covers("auth-keepalive", "auth-keepalive-requests", "auth-keepalive-timeout", "auth-keepalive-share-vars")
def test_connections_to_the_server_are_kept_only_when_asked(asked):
    it = asked(response(200, "body"))
    assert [it.get().status for _ in range(3)] == [200] * 3
    assert [request.get("Connection") for request in it.auth.requests] == ["close"] * 3
    it = asked(response(200, "body"), auth_keepalive=2, auth_keepalive_requests=3, auth_keepalive_timeout=60, auth_keepalive_share_vars="true")
    flags = it.fairway
    assert [it.get().status for _ in range(6)] == [200] * 6
    connections = [request.connection for request in it.auth.requests]
    assert {request.get("Connection") for request in it.auth.requests} == {None}
    assert len(set(connections)) < 6 and all(connections.count(number) <= 3 for number in connections), (flags, connections)


@covers("auth-keepalive-timeout")
def test_idle_connections_are_closed(asked):
    it = asked(response(200), auth_keepalive=8, auth_keepalive_timeout=1)

    def closed():
        before = len(it.auth.requests)
        it.get()
        until(lambda: len(it.auth.requests) > before)
        return not it.auth._connections or until(lambda: not it.auth._connections, what="the end of idle connections")
    assert closed()


@covers("auth-url", "auth-method", "auth-response-headers", "auth-request-redirect", "auth-proxy-set-headers", "auth-cache-duration",
        "auth-always-set-cookie")
@pytest.mark.parametrize("name, value, why", [
    ("auth-url", "ftp://auth.example.com/", "is not an http or https URL"),
    ("auth-url", "http:///check", "names no host"),
    ("auth-url", "http://auth.example.com/../x", 'holds ".."'),
    ("auth-url", "http://auth.example.com/ x", "white space"),
    ("auth-url", "http://user@auth.example.com/", "names no host"),
    ("auth-url", "http://auth.example.com:0/", "is none"),
    ("auth-url", "http://$http_host/", "clients would choose the server"),
    ("auth-url", "http://localhost:8080/", "names this machine"),
    ("auth-url", "http://auth.example.com/$nonsense", "no variable $nonsense"),
    ("auth-method", "get", "is not a method"),
    ("auth-response-headers", "X-Good, bad name", "is not a field name"),
    ("auth-response-headers", "Content-Length", "no field that an answer may decide"),
    ("auth-request-redirect", "https://x/$host", "must not have here"),
    ("auth-proxy-set-headers", "default/missing", "does not exist"),
    ("auth-proxy-set-headers", "other/extra", "is in another namespace"),
    ("auth-cache-duration", "200 forever", "is not a time"),
    ("auth-cache-duration", "99 5m", "out of range"),
    ("auth-always-set-cookie", "maybe", "neither true nor false"),
])
def test_bad_values_close_the_paths(asked, name, value, why):
    it = asked(response(200), **{name.replace("-", "_"): value})
    assert it.get().status == 503
    assert it.said(why)
    assert it.origin.requests == it.auth.requests == []


@covers("auth-cache-key", "auth-keepalive", "enable-global-auth")
def test_bad_values_that_cost_only_their_option(asked):
    it = asked(response(200), auth_cache_key="$nonsense", auth_keepalive="many", enable_global_auth="maybe")
    assert [it.get().status for _ in range(2)] == [200] * 2
    assert len(it.auth.requests) == 2
    assert it.said("Answers are not kept") and it.said('"many" is not a whole number')


@covers("auth-signin")
def test_options_without_a_server_are_told(serve, origins):
    fairway = serve(site(*origins(1), auth_signin="https://login.example.com/"))
    assert fairway.get().status == 200
    until(lambda: any("has no effect without auth-url" in entry["message"] for entry in fairway.events("diagnostic")), what="a diagnostic")


@covers("auth-url")
def test_a_service_as_the_server_follows_its_endpoints(serve, scripted_origin):
    origin, auth, other = scripted_origin(), scripted_origin(response(204)), scripted_origin(response(403))
    url = "http://auth.default.svc.cluster.local/check"
    manifests = {"web.yaml": [annotated(auth_url=url), service(), endpoints(origin)], "auth.yaml": [service("auth"), endpoints(auth, name="auth")]}
    fairway = serve(manifests)
    assert fairway.get().status == 200
    assert auth.requests[0].get("Host") == "auth.default.svc.cluster.local"
    fairway.write("auth.yaml", [service("auth"), endpoints(other, name="auth")])
    until(lambda: fairway.get().status == 403, what="the other endpoint")
    fairway.write("auth.yaml", "")
    until(lambda: fairway.get().status == 500, what="no Service")
    until(lambda: any("auth-url" in str(entry) and "does not exist" in entry["message"] for entry in fairway.events("diagnostic")), what="a diagnostic")


@covers("auth-url")
def test_names_follow_dns(serve, scripted_origin):
    dns = Dns()
    try:
        fairway = serve(site(scripted_origin(), auth_url="http://auth.example.org./check"), "--resolver", dns.address)
        until(lambda: "auth.example.org" in dns.asked, what="a question")
        assert fairway.get().status == 500
        dns.addresses = ["127.0.0.1"]  # this machine is no answer
        until(lambda: any("is not resolved" in entry["message"] for entry in fairway.events("diagnostic")), what="a diagnostic")
        # $host is the host of the rule, whatever a client calls it.
        fairway = serve(site(scripted_origin(), auth_url="https://$host/oauth2/auth"), "--resolver", dns.address)
        until(lambda: HOST in dns.asked, what="a question for the host of the rule")
        assert fairway.get().status == 500
        fairway = serve(site(scripted_origin(), host="*.example.com", auth_url="https://$host/oauth2/auth"), "--resolver", dns.address)
        assert fairway.get(host="a.example.com").status == 503
        assert "a.example.com" not in dns.asked
    finally:
        dns.close()


@covers("auth-url")
def test_https_with_sni_and_without_verification(serve, scripted_origin, authority: Authority):
    auth = TlsOrigin(authority.issue("elsewhere.example.com"))
    try:
        url = f"https://auth.default.svc:{443}/check"
        auth_service = service("auth", port=443)
        origin = scripted_origin()
        fairway = serve({"web.yaml": [annotated(auth_url=url), service(), endpoints(origin)],
                         "auth.yaml": [auth_service, endpoints(auth, name="auth")]})
        assert fairway.get().status == 200
        assert auth.names_seen == ["auth.default.svc"]
    finally:
        auth.close()


GLOBAL = {"global-auth-url": ""}


@covers("enable-global-auth")
@covers_key("global-auth-url", "no-auth-locations")
def test_global_authentication(asked, serve, scripted_origin):
    it = asked(response(401), config=dict(GLOBAL))
    assert it.get().status == 401
    assert it.get(host="unknown.example.com").status == 401
    assert asked(response(401), config=dict(GLOBAL), enable_global_auth="false").get().status == 200
    own = scripted_origin(response(403))
    it = asked(response(401), config=dict(GLOBAL), auth_url=f"http://127.0.0.1:{own.port}/")
    assert it.get().status == 403 and it.auth.requests == []
    it = asked(response(401), config={**GLOBAL, "no-auth-locations": "/open"}, paths={"/": "kubia", "/open": "kubia"})
    assert [it.get(path).status for path in ("/", "/open")] == [401, 200]
    # Where ingress-nginx switches authentication off, nobody passes.
    it = asked(config={"global-auth-url": "auth.example.com"}, enable_global_auth="true", auth_url="")
    assert it.get().status == 503 and it.said("is not an http or https URL")


@covers_key("global-auth-method", "global-auth-signin", "global-auth-signin-redirect-param", "global-auth-response-headers",
            "global-auth-request-redirect", "global-auth-cache-key", "global-auth-cache-duration", "global-auth-always-set-cookie")
def test_options_of_global_authentication(asked):
    options = {"global-auth-method": "HEAD", "global-auth-response-headers": "X-User", "global-auth-request-redirect": "/home",
               "global-auth-cache-key": "$http_x_key", "global-auth-cache-duration": "200 5m"}
    it = asked(response(200, X_User="ann"), config={**GLOBAL, **options})
    it.auth.answer = response(200, X_User="ann")
    assert [it.get(headers={"X-Key": "1"}).status for _ in range(2)] == [200] * 2
    question, = it.auth.requests
    assert (question.method, question.get("X-Auth-Request-Redirect"), question.get("X-Original-URI")) == ("HEAD", "/home", "/")
    assert [request.get("X-User") for request in it.origin.requests] == ["ann"] * 2
    signin = {"global-auth-signin": "https://login.example.com/", "global-auth-signin-redirect-param": "back"}
    assert asked(response(401), config={**GLOBAL, **signin}).get().headers["Location"] == f"https://login.example.com/?back=http://{HOST}%2F"
    it = asked(response(401, Set_Cookie="a=1"), config={**GLOBAL, "global-auth-always-set-cookie": "true"})
    assert it.get().headers["Set-Cookie"] == "a=1"
    it = asked(response(200), config={**GLOBAL, "global-auth-method": "nonsense", "global-auth-cache-duration": "x"})
    assert it.get().status == 200 and it.said("is not a method")  # a bad option is left out


@covers("auth-url")
def test_what_comes_before_and_behind(asked):
    it = asked(response(401), enable_cors="true")
    assert it.get(method="OPTIONS", headers={"Origin": "https://a.example"}).status == 204
    assert it.auth.requests == []
    assert it.get(headers={"Origin": "https://a.example"}).headers["Access-Control-Allow-Origin"] == "*"
    it = asked(response(200), allowlist_source_range="192.0.2.1")
    assert it.get().status == 403 and it.auth.requests == []


@covers_key("global-auth-response-headers")
def test_one_bad_name_leaves_the_others(asked):
    it = asked(response(200, X_User="real", X_Email="e"),
               config={"global-auth-url": "", "global-auth-response-headers": "X-User, X Bad,\nX-Email,TE"})
    assert it.get(headers={"X-User": "admin", "X-Email": "forged"}).status == 200
    assert [it.origin.requests[0].get(name) for name in ("X-User", "X-Email")] == ["real", "e"]
    assert it.said("It is left out")


@covers("auth-proxy-set-headers")
@pytest.mark.parametrize("value", ["v\r\n\r\nGET /z HTTP/1.1\r\nHost: h\r\nX: y", "a\nb", "a\x7f"])
def test_values_that_would_end_a_field_close_the_paths(asked, value):
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "extra"}, "data": {"X-A": value}}
    it = asked(response(204), extra, auth_proxy_set_headers="default/extra")
    assert it.get().status == 503
    assert not it.auth.requests and it.said("control character")
