"""satisfy: address list, password and authentication server as alternatives (reference 2.1, 3.7)."""

import base64

import pytest

from support.covers import covers
from support.manifests import HOST, site
from support.scripted_origin import response
from support.waiting import until

GOOD = {"Authorization": "Basic " + base64.b64encode(b"ann:secret").decode()}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "users"}, "stringData": {"auth": "ann:{PLAIN}secret\n"}}
PASSWORD = {"auth_type": "basic", "auth_secret": "users"}
HERE, ELSEWHERE = {"allowlist_source_range": "127.0.0.1"}, {"allowlist_source_range": "192.0.2.1"}


@pytest.fixture
def guarded(serve, scripted_origin):
    """guarded(answer of the server or None, **annotations) -> function of request options that gives the answer"""
    def start(answer, **annotations):
        if answer is not None:
            annotations["auth_url"] = f"http://127.0.0.1:{scripted_origin(answer).port}/"
        start.origin = scripted_origin()
        return serve({**site(start.origin, **annotations), "secret.yaml": SECRET}).get
    return start


@covers("satisfy")
def test_a_list_and_a_password(guarded):
    get = guarded(None, satisfy="any", **ELSEWHERE, **PASSWORD)
    assert get().status == 401 and get().headers["WWW-Authenticate"] == 'Basic realm=""'
    assert get(headers=GOOD).status == 200
    assert guarded.origin.requests[0].get("Authorization") is None
    assert guarded(None, satisfy="any", **HERE, **PASSWORD)().status == 200
    for satisfy in ({"satisfy": "all"}, {}, {"satisfy": "some"}):  # what is neither means all
        get = guarded(None, **satisfy, **ELSEWHERE, **PASSWORD)
        assert [get().status, get(headers=GOOD).status] == [403, 403]
        get = guarded(None, **satisfy, **HERE, **PASSWORD)
        assert [get().status, get(headers=GOOD).status] == [401, 200]


@covers("satisfy")
def test_lists_alone(guarded):
    assert guarded(None, satisfy="any", **ELSEWHERE)().status == 403
    assert guarded(None, satisfy="any", denylist_source_range="127.0.0.1")().status == 403
    assert guarded(None, satisfy="any")().status == 200


@covers("satisfy", "auth-signin")
def test_a_password_and_a_server(guarded):
    signin = {"auth_signin": "http://$host/auth/start"}
    get = guarded(response(401), satisfy="any", **PASSWORD, **signin)
    assert get("/?a=b&c=d", headers=GOOD).status == 200
    refused = get("/?a=b&c=d")
    assert (refused.status, refused.headers["Location"]) == (302, f"http://{HOST}/auth/start?rd=http://{HOST}%2F%3Fa%3Db%26c%3Dd")
    assert guarded(response(200), satisfy="any", **PASSWORD)().status == 200
    # With all, the password is asked for first, and its 401 leads to the sign-in page as well.
    get = guarded(response(401), **PASSWORD, **signin)
    assert [get().status, get(headers=GOOD).status] == [302, 302]
    get = guarded(response(200), **PASSWORD)
    assert [get().status, get(headers=GOOD).status] == [401, 200]


@covers("satisfy")
def test_a_401_goes_before_a_403_and_a_failure_before_both(guarded):
    assert guarded(response(403), satisfy="any", **PASSWORD)().status == 401
    got = guarded(response(401, WWW_Authenticate="Bearer"), satisfy="any", **ELSEWHERE)()
    assert (got.status, got.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert guarded(response(403), satisfy="any", **ELSEWHERE)().status == 403
    assert guarded(response(500), satisfy="any", **ELSEWHERE, **PASSWORD)().status == 500


@covers("satisfy")
def test_a_broken_guard_closes_the_paths_whatever_else_would_do(guarded):
    get = guarded(None, satisfy="any", **HERE, auth_type="basic", auth_secret="missing")
    assert get().status == 503
    until(lambda: get().status == 503, what="a 503")


@covers("satisfy")
def test_not_to_be_denied_is_not_enough(guarded):
    denied = {"denylist_source_range": "10.0.0.0/8"}
    get = guarded(None, satisfy="any", **denied, **PASSWORD)
    assert [get().status, get(headers=GOOD).status] == [401, 200]
    assert guarded(response(403), satisfy="any", **denied)().status == 403
    assert guarded(response(204), satisfy="any", **denied)().status == 200
    assert guarded(None, satisfy="any", **denied)().status == 200  # there is nothing else to ask
    assert guarded(None, satisfy="any", denylist_source_range="127.0.0.1", **PASSWORD)(headers=GOOD).status == 200


@covers("satisfy", "auth-response-headers")
@pytest.mark.parametrize("first", [HERE, PASSWORD])
def test_a_server_that_was_not_asked_is_not_the_clients_to_speak_for(guarded, first):
    get = guarded(response(200, X_User="real"), satisfy="any", auth_response_headers="X-User, X-Email", **first)
    assert get(headers={**GOOD, "X-User": "admin", "X-Email": "a@b", "X-Own": "1"}).status == 200
    seen = guarded.origin.requests[0]
    assert [seen.get(name) for name in ("X-User", "X-Email", "X-Own")] == [None, None, "1"]
