"""CORS (reference 3.4): preflight requests are answered, and pages of accepted origins may read answers."""

import pytest

from support.covers import covers
from support.manifests import site

SHOP = "https://shop.example.com"


@pytest.fixture
def cors(serve, origins):
    return lambda **annotations: serve(site(*origins(1), enable_cors="true", **annotations))


def preflight(fairway, origin=SHOP):
    return fairway.get("/", method="OPTIONS", headers={"Origin": origin} if origin else {})


@covers("enable-cors", "cors-allow-methods", "cors-allow-headers", "cors-allow-credentials", "cors-max-age",
        "cors-expose-headers")
def test_defaults(cors):
    fairway = cors()
    answer = preflight(fairway)
    assert (answer.status, answer.text) == (204, "")
    fields = {name: value for name, value in answer.headers.items() if name.startswith("Access-Control")}
    assert fields == {
        "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, PUT, POST, DELETE, PATCH, OPTIONS", "Access-Control-Max-Age": "1728000",
        "Access-Control-Allow-Headers": "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,"
                                        "Content-Type,Range,Authorization"}
    assert answer.headers["Content-Type"] == "text/plain charset=UTF-8"
    assert fairway.get().headers["Access-Control-Allow-Origin"] == "*"  # also without Origin


@covers("cors-allow-methods", "cors-allow-headers", "cors-expose-headers", "cors-allow-credentials", "cors-max-age")
def test_values_are_passed_as_written(cors):
    answer = preflight(cors(cors_allow_methods="GET, POST", cors_allow_headers="X-A, X-B", cors_expose_headers="X-C",
                            cors_allow_credentials="false", cors_max_age="600"))
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "X-A, X-B"
    assert answer.headers["Access-Control-Expose-Headers"] == "X-C"
    assert answer.headers["Access-Control-Allow-Credentials"] is None
    assert answer.headers["Access-Control-Max-Age"] == "600"


@covers("cors-allow-origin")
@pytest.mark.parametrize("origin, allowed", [
    (SHOP, True), ("HTTPS://Shop.Example.com", True), ("https://a.wild.example.com", True), ("null", True),
    ("https://port.example.com:8443", True), ("https://port.example.com", False), ("https://a.b.wild.example.com", False),
    ("https://wild.example.com", False), ("xhttps://shop.example.com", False), ("https://shop.example.com.evil", False),
    ("http://shop.example.com", False), (None, False)])
def test_only_listed_origins_may_read(cors, origin, allowed):
    fairway = cors(cors_allow_origin=f"{SHOP}, https://*.wild.example.com, https://port.example.com:8443, null")
    answer = fairway.get("/", headers={"Origin": origin} if origin else {})
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == (origin if allowed else None)
    assert preflight(fairway, origin).status == (204 if allowed else 200)  # one that does not match is forwarded


@covers("cors-allow-origin")
def test_an_invalid_list_lets_nobody_in(cors):
    assert cors(cors_allow_origin="shop.example.com").get("/", headers={"Origin": SHOP}).headers[
        "Access-Control-Allow-Origin"] is None


@covers("enable-cors")
def test_errors_carry_the_fields_and_the_endpoint_does_not_add_its_own(serve, scripted_origin, cors):
    from support.scripted_origin import response
    origin = scripted_origin(response(500, "no", Access_Control_Allow_Origin="https://evil.example"))
    fairway = serve(site(origin, enable_cors="true"))
    answer = fairway.get()
    assert answer.status == 500
    assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert serve(site(enable_cors="true")).get().headers["Access-Control-Allow-Origin"] == "*"  # 503 of our own
