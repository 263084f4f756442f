"""Fields that ConfigMaps list: custom-headers, add-headers, proxy-set-headers (reference 2.3, 3.12)."""

import subprocess

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, annotated, endpoints, service, site
from support.scripted_origin import response
from support.waiting import until

FLAGS = ("--configmap", "default/fairway")


def fields(name, **entries):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name},
            "data": {key.replace("_", "-"): value for key, value in entries.items()}}


def config(**entries):
    return fields("fairway", **entries)


@pytest.fixture
def started(serve, scripted_origin):
    """started(*more objects, answer=..., **annotations) -> (fairway, origin)"""
    def start(*more, answer=response(200, "ok", X_App="app"), **annotations):
        origin = scripted_origin(answer)
        manifests = {"all.yaml": [annotated(**annotations), service(), endpoints(origin), *more]}
        return serve(manifests, *FLAGS, "--workers", "1"), origin
    return start


@covers("custom-headers")
@covers_key("global-allowed-response-headers")
def test_custom_headers_are_set_on_every_status(started):
    fairway, _ = started(config(global_allowed_response_headers="X-App,X-Cost"), fields("extra", X_App="ours", X_Cost="5$"),
                         custom_headers="default/extra")
    answer = fairway.get("/")
    assert answer.status == 200 and answer.headers.get_all("X-App") == ["ours"]
    assert answer.headers["X-Cost"] == "5$", "'$' is meant as it stands"
    fairway, _ = started(config(global_allowed_response_headers="X-App"), fields("extra", X_App="ours"),
                         answer=response(503, "no"), custom_headers="default/extra")
    answer = fairway.get("/")
    assert answer.status == 503 and answer.headers["X-App"] == "ours"


@covers("custom-headers")
@covers_key("global-allowed-response-headers")
@pytest.mark.parametrize("allowed, map_name, entries", [
    ("X-App", "missing", {"X_App": "a"}), ("x-app", "extra", {"X_App": "a"}), ("", "extra", {"X_App": "a"}),
    ("X-App", "extra", {"X_App": "caf\u00e9"}), ("Content-Length", "extra", {"Content_Length": "3"})])
def test_a_field_that_may_not_be_set_closes_the_paths(started, allowed, map_name, entries):
    fairway, origin = started(config(global_allowed_response_headers=allowed), fields("extra", **entries),
                              custom_headers=f"default/{map_name}")
    assert fairway.get("/").status == 503
    assert not origin.requests
    assert any("custom-headers" in str(entry) for entry in fairway.log)


@covers("custom-headers")
@covers_key("global-allowed-response-headers")
def test_changes_of_the_list_and_of_the_fields_are_live_at_once(started):
    fairway, origin = started(config(), fields("extra", X_App="one"), custom_headers="default/extra")
    assert fairway.get("/").status == 503
    rest = [annotated(custom_headers="default/extra"), service(), endpoints(origin)]
    fairway.write("all.yaml", [*rest, config(global_allowed_response_headers="X-App"), fields("extra", X_App="one")])
    until(lambda: fairway.get("/").headers.get("X-App") == "one", 20, "the allowed field")
    fairway.write("all.yaml", [*rest, config(global_allowed_response_headers="X-App"), fields("extra", X_App="two")])
    until(lambda: fairway.get("/").headers.get("X-App") == "two", 20, "the changed field")


@covers_key("add-headers")
def test_add_headers_are_in_every_response(started):
    fairway, _ = started(config(add_headers="default/everywhere"),
                         fields("everywhere", X_App="ours", X_Host="$host", X_Frame_Options="DENY", Connection="x"))
    answer = fairway.get("/")
    assert answer.headers.get_all("X-App") == ["ours"]
    assert answer.headers["X-Host"] == HOST
    assert answer.headers["Connection"] is None
    assert any("Connection" in str(entry) and "add-headers" in str(entry) for entry in fairway.log)
    unknown = fairway.get("/", host="other.example.com")
    assert unknown.status == 404 and unknown.headers["X-Frame-Options"] == "DENY"


@covers_key("add-headers", "hide-headers")
def test_a_missing_list_sets_nothing_and_says_so(started):
    fairway, _ = started(config(add_headers="default/missing", hide_headers="X-App"))
    answer = fairway.get("/")
    assert answer.status == 200 and answer.headers["X-App"] is None
    assert any("default/missing" in str(entry) for entry in fairway.log)


@covers_key("add-headers", "proxy-set-headers")
def test_changes_of_lists_are_live_at_once(started):
    fairway, origin = started(config(add_headers="default/down", proxy_set_headers="default/up"),
                              fields("down", X_Down="1"), fields("up", X_Up="1"))
    assert fairway.get("/").headers["X-Down"] == "1"
    rest = [annotated(), service(), endpoints(origin), config(add_headers="default/down", proxy_set_headers="default/up")]
    fairway.write("all.yaml", [*rest, fields("down", X_Down="2"), fields("up", X_Up="2")])
    until(lambda: fairway.get("/").headers.get("X-Down") == "2", 20, "the changed field")
    assert origin.requests[-1].get("X-Up") == "2"


@covers_key("proxy-set-headers")
def test_proxy_set_headers_replace_the_clients_and_ours(started):
    fairway, origin = started(config(proxy_set_headers="default/up"),
                              fields("up", X_Real_IP="overwritten", X_Uri="$request_uri", X_Client="$http_x_client", X_Gone=""))
    assert fairway.get("/a?b=c", headers={"X-Client": "me", "X-Uri": "client's", "X-Gone": "here"}).status == 200
    seen = origin.requests[0]
    assert seen.get("X-Real-IP") == "overwritten", "a name of ours is sent once"
    assert seen.get("X-Uri") == "/a?b=c"
    assert seen.get("X-Client") == "me"
    assert seen.get("X-Gone") is None
    assert seen.get("X-Forwarded-For") == "127.0.0.1"


@covers("connection-proxy-header")
@pytest.mark.parametrize("value, connections", [("close", 2), ("keep-alive", 1)])
def test_the_connection_field_can_be_fixed(started, value, connections):
    fairway, origin = started(connection_proxy_header=value)
    for _ in range(2):
        assert fairway.get("/", headers={"Connection": "close"}).status == 200
    assert [request.get("Connection") for request in origin.requests] == [value, value]
    assert len({request.connection for request in origin.requests}) == connections


@covers("connection-proxy-header")
def test_a_bad_connection_field_is_told_and_ignored(started):
    fairway, origin = started(connection_proxy_header="sometimes")
    assert fairway.get("/").status == 200
    assert origin.requests[0].get("Connection") is None
    assert any("connection-proxy-header" in str(entry) for entry in fairway.log)


@covers("proxy-http-version")
@covers_key("proxy-http-version")
def test_http_1_0_has_a_length_in_place_of_chunks(serve, scripted_origin):
    origin = scripted_origin(response(200, "ok"))
    fairway = serve(site(origin, config={"proxy-http-version": "1.0"}), *FLAGS)
    assert fairway.get("/", method="POST", body=iter([b"one", b"two"])).status == 200
    fairway.get("/")
    seen = origin.requests[0]
    assert (seen.version, seen.get("Content-Length"), seen.get("Transfer-Encoding")) == ("HTTP/1.0", "6", None)
    assert seen.body == b"onetwo"
    assert origin.requests[1].connection != seen.connection
    fairway = serve(site(origin, config={"proxy-http-version": "1.0"}, proxy_http_version="1.1"), *FLAGS)
    fairway.get("/")
    assert origin.requests[-1].version == "HTTP/1.1"


@covers_key("add-headers")
@pytest.mark.parametrize("curl", [["--http1.1"], ["--http2-prior-knowledge"]])
def test_a_location_of_the_list_takes_the_place_of_ours(started, curl):
    config_map = fields("fairway", add_headers="default/extra")
    fairway, _ = started(config_map, fields("extra", Location="/theirs"), permanent_redirect="https://ours.example/")
    got = subprocess.run(["curl", "-sS", "-i", *curl, "-H", f"Host: {HOST}", f"http://127.0.0.1:{fairway.http_port}/"],
                         capture_output=True, text=True, timeout=20, check=True).stdout.lower()
    assert [line for line in got.splitlines() if line.startswith("location")] == ["location: /theirs"]


@covers_key("proxy-set-headers")
def test_credentials_for_endpoints_stand_beside_passwords_for_us(started):
    users = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "users"}, "stringData": {"auth": "bob:{PLAIN}pw\n"}}
    fairway, origin = started(fields("fairway", proxy_set_headers="default/extra"), fields("extra", Authorization="Bearer b"),
                              users, auth_type="basic", auth_secret="users")
    assert fairway.get("/").status == 401
    assert fairway.get("/", headers={"Authorization": "Basic Ym9iOnB3"}).status == 200
    assert origin.requests[0].get("Authorization") == "Bearer b"
