"""custom-http-errors, default-backend, disable-proxy-intercept-errors (reference 3.13)."""

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, annotated, config_map, endpoints, service
from support.scripted_origin import response
from support.waiting import until

GLOBAL = ("--default-backend-service", "default/global")
CONFIG = ("--configmap", "default/fairway")


def page(name):
    """An error backend that answers with the status it is told, as ingress-nginx's sample image does."""
    return lambda request: response(int(request.get("X-Code") or 404), f"page of {name}", X_Page=name)


@pytest.fixture
def shop(serve, scripted_origin):
    """shop(answer, *flags, config={}, **annotations) -> (fairway, origins by name: app, errors, global)"""
    def start(answer, *flags, config=None, app=True, errors=True, **annotations):
        origins = {"app": scripted_origin(answer), "errors": scripted_origin(page("errors")),
                   "global": scripted_origin(page("global"))}
        there = {"app": app, "errors": errors, "global": True}
        objects = [annotated(paths={"/": "app"}, **annotations)]
        for name, origin in origins.items():
            objects += [service(name), endpoints(*([origin] if there[name] else []), name=name)]
        if config is not None:
            objects.append(config_map(**config))
            flags = (*flags, *CONFIG)
        fairway = serve({"all.yaml": objects}, *GLOBAL, *flags)
        fairway.objects = objects
        return fairway, origins
    return start


ERRORS = {"custom_http_errors": "404, 503, 413", "default_backend": "errors"}


@covers("custom-http-errors", "default-backend")
def test_the_error_backend_answers_in_place_of_the_endpoint(shop):
    fairway, origins = shop(response(404, "the app's own", X_App="app"), **ERRORS)
    answer = fairway.get("/a/b?c=d", method="PUT", body=b"hello", headers={"Accept": "text/x", "X-Forwarded-Proto": "spoofed"})
    assert (answer.status, answer.text, answer.headers["X-Page"]) == (404, "page of errors", "errors")
    assert answer.headers["X-App"] is None
    asked = origins["errors"].requests[0]
    assert (asked.method, asked.target, asked.body) == ("PUT", "/?c=d", b"hello")
    expected = {"X-Code": "404", "X-Format": "text/x", "X-Original-URI": "/a/b?c=d", "X-Namespace": "default",
                "X-Ingress-Name": "kubia", "X-Service-Name": "app", "X-Service-Port": "80", "X-Forwarded-For": "127.0.0.1",
                "Host": HOST, "X-Real-IP": None, "X-Forwarded-Proto": "spoofed"}
    assert {name: asked.get(name) for name in expected} == expected
    assert asked.get("X-Request-ID") == origins["app"].requests[0].get("X-Request-ID")


@covers("custom-http-errors")
def test_other_statuses_and_good_answers_pass(shop):
    fairway, origins = shop(lambda request: response(int(request.target[1:]), "own"), **ERRORS)
    for status in (200, 400, 500):
        answer = fairway.get(f"/{status}")
        assert (answer.status, answer.text) == (status, "own")
    assert not origins["errors"].requests


@covers("custom-http-errors", "default-backend")
def test_errors_of_the_proxy_are_replaced_too(shop):
    fairway, origins = shop(response(200, "ok"), proxy_body_size="10", **ERRORS)
    answer = fairway.get("/", method="POST", body=b"x" * 11)
    assert (answer.status, answer.text) == (413, "page of errors")
    assert origins["errors"].requests[0].body == b"", "what was too large is not sent on"
    origins["app"].close()
    answer = fairway.get("/")
    assert answer.status == 502, "not in the list"


@covers("custom-http-errors")
def test_without_a_default_backend_of_its_own_the_global_one_answers(shop):
    fairway, origins = shop(response(404, "own"), custom_http_errors="404")
    assert fairway.get("/").text == "page of global"
    fairway, origins = shop(response(404, "own"), errors=False, **ERRORS)
    assert fairway.get("/").text == "page of global", "the Ingress's own has no endpoint"


@covers_key("custom-http-errors")
def test_the_list_of_the_configmap_goes_to_the_global_backend(shop):
    fairway, origins = shop(response(302, "own", Location="/x"), config={"custom_http_errors": "302,404,abc"}, default_backend="errors")
    assert fairway.get("/").headers["X-Page"] == "global"
    assert any("custom-http-errors" in str(entry) and "abc" in str(entry) for entry in fairway.log)
    fairway, origins = shop(response(404, "own"), config={"custom_http_errors": "404"}, custom_http_errors="500")
    assert fairway.get("/").text == "own", "the list of the Ingress takes the place of the global one"


@covers_key("custom-http-errors")
def test_without_any_default_backend_the_built_in_404_answers(serve, scripted_origin):
    origin = scripted_origin(response(503, "own"))
    fairway = serve({"all.yaml": [annotated(), service(), endpoints(origin), config_map(custom_http_errors="503")]}, *CONFIG)
    answer = fairway.get("/")
    assert answer.status == 404 and "own" not in answer.text


@covers("disable-proxy-intercept-errors")
@covers_key("disable-proxy-intercept-errors")
def test_errors_of_endpoints_can_be_left_alone(shop):
    fairway, origins = shop(response(404, "own"), proxy_body_size="10", disable_proxy_intercept_errors="true", **ERRORS)
    assert fairway.get("/").text == "own"
    assert fairway.get("/", method="POST", body=b"x" * 11).text == "page of errors"
    fairway, origins = shop(response(404, "own"), config={"disable_proxy_intercept_errors": "true"}, **ERRORS)
    assert fairway.get("/").text == "own"


@covers("default-backend")
def test_the_default_backend_stands_in_for_a_service_without_endpoints(shop):
    fairway, origins = shop(response(200, "ok"), app=False, default_backend="errors")
    answer = fairway.get("/a/b?c=d", headers={"Accept": "text/x"})
    assert (answer.status, answer.text) == (503, "page of errors")
    asked = origins["errors"].requests[0]
    assert asked.target == "/a/b?c=d"
    expected = {"X-Code": "503", "X-Format": "text/x", "X-Namespace": "default", "X-Ingress-Name": "kubia",
                "X-Service-Name": "app", "X-Service-Port": "80", "X-Real-IP": "127.0.0.1", "X-Forwarded-Proto": "http"}
    assert {name: asked.get(name) for name in expected} == expected
    fairway.write("all.yaml", [*[o for o in fairway.objects if o["metadata"]["name"] != "app" or o["kind"] != "Endpoints"],
                               endpoints(origins["app"], name="app")])
    until(lambda: fairway.get("/").text == "ok", 20, "the endpoint")


@covers("default-backend")
def test_a_missing_default_backend_is_told_and_found_when_it_comes(serve, scripted_origin):
    errors = scripted_origin(page("errors"))
    objects = [annotated(default_backend="errors"), service(), endpoints()]
    fairway = serve({"all.yaml": objects})
    assert fairway.get("/").status == 503
    assert any("default-backend" in str(entry) for entry in fairway.log)
    fairway.write("all.yaml", [*objects, service("errors"), endpoints(errors, name="errors")])
    until(lambda: fairway.get("/").text == "page of errors", 20, "the new Service")


@covers("default-backend", "custom-http-errors")
def test_an_error_backend_that_is_gone_leaves_the_status(shop):
    fairway, origins = shop(response(404, "own"), **ERRORS)
    origins["errors"].close()
    answer = fairway.get("/")
    assert answer.status == 404 and "own" not in answer.text


@covers("custom-http-errors")
def test_a_chunked_body_reaches_the_error_backend(shop):
    fairway, origins = shop(response(404, "own"), **ERRORS)
    big = b"x" * 300_000
    answer = fairway.get("/", method="POST", body=iter([big[:100_000], big[100_000:]]))
    assert answer.text == "page of errors"
    assert origins["errors"].requests[0].body == big


@covers("custom-http-errors", "affinity", "default-backend")
def test_error_backends_have_no_sessions(shop):
    """The cookie is the application's: it names none of the endpoints of an error backend."""
    fairway, _ = shop(response(404, "own"), app=False, affinity="cookie", **ERRORS)
    stood_in = fairway.get("/")
    assert (stood_in.text, stood_in.headers["Set-Cookie"]) == ("page of errors", None)
    fairway, _ = shop(response(200, "ok"), affinity="cookie", proxy_body_size="10", **ERRORS)
    refused = fairway.get("/", method="POST", body=b"x" * 11)
    assert (refused.text, refused.headers["Set-Cookie"]) == ("page of errors", None)
    assert fairway.get("/").headers["Set-Cookie"]


@covers("custom-http-errors", "from-to-www-redirect")
@covers_key("custom-http-errors")
def test_the_page_of_a_route_without_a_backend(shop):
    """A host that only redirects has none; yet what is refused there has a page."""
    fairway, origins = shop(response(200, "ok"), from_to_www_redirect="true", affinity="cookie",
                            config={"custom_http_errors": "403", "block_user_agents": "EvilBot"})
    answer = fairway.get("/", host=f"www.{HOST}", headers={"User-Agent": "EvilBot"})
    assert (answer.status, answer.text, answer.headers["Set-Cookie"]) == (403, "page of global", None)
    assert origins["global"].requests[0].get("X-Service-Name") is None
    assert fairway.get("/", host=f"www.{HOST}").status == 308


@covers("custom-http-errors")
def test_the_error_backend_gets_no_credentials_and_nothing_forged(shop, scripted_origin):
    auth = scripted_origin(response(200, "", X_User="real"))
    users = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "users"}, "stringData": {"auth": "bob:{PLAIN}pw\n"}}
    fairway, origins = shop(response(404, "no"), auth_type="basic", auth_secret="users", auth_response_headers="X-User",
                            auth_url=f"http://127.0.0.1:{auth.port}/", enable_opentelemetry="true", **ERRORS)
    fairway.write("users.yaml", users)
    sent = {"Authorization": "Basic Ym9iOnB3", "X-User": "forged", "X-Own": "client's"}
    until(lambda: fairway.get("/", headers=sent).status == 404, what="the users")
    app, page_request = origins["app"].requests[-1], origins["errors"].requests[-1]
    assert (app.get("Authorization"), app.get("X-User"), app.get("X-Own")) == (None, "real", "client's")
    assert (page_request.get("Authorization"), page_request.get("X-User"), page_request.get("X-Own")) == (None, None, "client's")
    assert page_request.get("traceparent") == app.get("traceparent")


@covers("custom-http-errors")
@covers_key("custom-http-errors")
def test_a_304_without_its_page_has_no_body(shop):
    not_modified = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
    fairway, origins = shop(not_modified, config={"custom_http_errors": "304"})
    origins["global"].close()
    answer = fairway.get("/", headers={"If-None-Match": '"a"'})
    assert (answer.status, answer.text) == (304, "")


ERROR_PAGE = {"custom_http_errors": "401, 403, 404, 413, 503", "default_backend": "errors"}
PASSWORDS = {"auth_type": "basic", "auth_secret": "users"}


@covers("custom-http-errors")
@pytest.mark.parametrize("field, annotations, config, body", [
    ("Authorization", {**PASSWORDS, "whitelist_source_range": "192.0.2.1"}, None, b""),
    ("X-User", {"auth_url": "refuses", "auth_response_headers": "X-User"}, None, b""),
    ("X-Tenant", {"proxy_body_size": "1"}, {"proxy_set_headers": "default/extra"}, b"too long"),
    ("traceparent", {"enable_opentelemetry": "true", "opentelemetry_trust_incoming_span": "false", "proxy_body_size": "1"}, None,
     b"too long")])
def test_what_clients_may_not_say_does_not_depend_on_where_they_are_refused(shop, scripted_origin, field, annotations, config, body):
    if annotations.get("auth_url"):
        annotations = {**annotations, "auth_url": f"http://127.0.0.1:{scripted_origin(response(401)).port}/"}
    fairway, origins = shop(response(200, "ok"), config=config, **annotations, **ERROR_PAGE)
    users = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "users"}, "stringData": {"auth": "bob:{PLAIN}pw\n"}}
    fairway.write("more.yaml", [users, config_map("extra", **{"X_Tenant": "ours"})])
    forged = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    def refused():
        fairway.get("/", method="POST" if body else "GET", body=body or None, headers={field: forged, "X-Own": "1"})
        requests = origins["errors"].requests
        withheld = requests and requests[-1].get(field) != forged  # once the ConfigMap and the Secret are there
        return withheld and requests[-1].get("X-Code") in ("401", "403", "413")
    until(refused, what="the page without the field")
    assert origins["errors"].requests[-1].get("X-Own") == "1"
