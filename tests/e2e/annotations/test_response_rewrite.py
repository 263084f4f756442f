"""proxy-cookie-domain, proxy-cookie-path, proxy-redirect-from, proxy-redirect-to (reference 3.11)."""

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, site
from support.scripted_origin import response


@pytest.fixture
def answered(serve, scripted_origin):
    """answered(fields of the endpoint's answer, config, **annotations): the answer that a client gets."""
    def ask(fields, config=None, **annotations):
        origin = scripted_origin(response(302, "", **fields))
        flags = ("--configmap", "default/fairway") if config else ()
        return serve(site(origin, config=config, **annotations), *flags).get("/")
    return ask


@covers("proxy-cookie-domain")
@covers_key("proxy-cookie-domain")
@pytest.mark.parametrize("value, cookie, expected", [
    ("inner.example example.com", "a=1; Domain=inner.example; Path=/", "a=1; Domain=example.com; Path=/"),
    ("inner.example example.com", "a=1; domain=.INNER.example", "a=1; domain=.example.com"),
    (".inner.example example.com", "a=1; Domain=inner.example", "a=1; Domain=example.com"),
    ("inner.example example.com", "a=1; Domain=sub.inner.example", "a=1; Domain=sub.inner.example"),
    ("inner.example example.com", "domain=inner.example; Path=/", "domain=inner.example; Path=/"),
    ("~.*inner.* example.com", "a=1; Domain=sub.inner.example", "a=1; Domain=example.com"),
    ("off", "a=1; Domain=inner.example", "a=1; Domain=inner.example")])
def test_cookie_domains(answered, value, cookie, expected):
    assert answered({"Set_Cookie": cookie}, proxy_cookie_domain=value).headers["Set-Cookie"] == expected
    assert answered({"Set_Cookie": cookie}, {"proxy-cookie-domain": value}).headers["Set-Cookie"] == expected


@covers("proxy-cookie-path")
@covers_key("proxy-cookie-path")
@pytest.mark.parametrize("value, cookie, expected", [
    ("/one/ /", "a=1; Path=/one/more; HttpOnly", "a=1; Path=/more; HttpOnly"),
    ("/one/ /", "a=1; Path=/two/", "a=1; Path=/two/"),
    ("/one/ /", "a=1; Path=/ONE/", "a=1; Path=/ONE/"),
    ("off", "a=1; Path=/one/", "a=1; Path=/one/"),
    ("only-one-word", "a=1; Path=/one/", "a=1; Path=/one/")])
def test_cookie_paths(answered, value, cookie, expected):
    assert answered({"Set_Cookie": cookie}, proxy_cookie_path=value).headers["Set-Cookie"] == expected
    assert answered({"Set_Cookie": cookie}, {"proxy-cookie-path": value}).headers["Set-Cookie"] == expected


@covers("proxy-cookie-path", "proxy-cookie-domain")
@covers_key("proxy-cookie-path")
def test_every_cookie_is_rewritten_and_an_ingress_can_switch_it_off(answered):
    cookies = ["a=1; Path=/one/x; Domain=inner.example", "b=2; Path=/one/y"]
    got = answered({"Set_Cookie": cookies}, {"proxy-cookie-path": "/one/ /"}, proxy_cookie_domain="inner.example example.com")
    assert got.headers.get_all("Set-Cookie") == ["a=1; Path=/x; Domain=example.com", "b=2; Path=/y"]
    got = answered({"Set_Cookie": cookies}, {"proxy-cookie-path": "/one/ /"}, proxy_cookie_path="off")
    assert got.headers.get_all("Set-Cookie") == cookies


@covers("proxy-redirect-from", "proxy-redirect-to")
@covers_key("proxy-redirect-from", "proxy-redirect-to")
@pytest.mark.parametrize("start, to, location, expected", [
    ("http://inner.example/", "https://example.com/app/", "http://inner.example/a?b", "https://example.com/app/a?b"),
    ("http://inner.example/", "https://example.com/", "http://other.example/", "http://other.example/"),
    ("http://inner.example/", "off", "http://inner.example/", "http://inner.example/"),
    ("off", "https://example.com/", "http://inner.example/", "http://inner.example/"),
    ("default", "", "http://upstream_balancer/a", "/a"),
    ("default", "", "http://inner.example/a", "http://inner.example/a")])
def test_redirects(answered, start, to, location, expected):
    got = answered({"Location": location, "Refresh": f"5; url={location}"}, proxy_redirect_from=start, proxy_redirect_to=to)
    assert (got.headers["Location"], got.headers["Refresh"]) == (expected, f"5; url={expected}")
    got = answered({"Location": location}, {"proxy-redirect-from": start, "proxy-redirect-to": to})
    assert got.headers["Location"] == expected


@covers_key("proxy-redirect-to")
def test_variables_of_the_request_are_filled_in(answered):
    got = answered({"Location": "http://inner.example/a"},
                   {"proxy-redirect-from": "~^http://inner.example/(.*)", "proxy-redirect-to": "$scheme://$host/$1"})
    assert got.headers["Location"] == f"http://{HOST}/a"


@covers("proxy-redirect-to")
@covers_key("proxy-redirect-to")
@pytest.mark.parametrize("of_key", [False, True])
def test_a_line_break_ends_no_field(answered, of_key):
    values = {"proxy_redirect_from": "http://in/", "proxy_redirect_to": "http://o/\r\nSet-Cookie: sid=evil"}
    config = {key.replace("_", "-"): value for key, value in values.items()}
    got = answered({"Location": "http://in/"}, config) if of_key else answered({"Location": "http://in/"}, **values)
    assert (got.headers["Location"], got.headers["Set-Cookie"]) == ("http://in/", None)
