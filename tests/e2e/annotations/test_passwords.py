"""User names and passwords (reference 3.7, basic and digest)."""

import base64
import hashlib
import re
import subprocess
import threading
import warnings

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, annotated, endpoints, service, site
from support.scripted_origin import response
from support.waiting import until

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import crypt

FLAG = ("--configmap", "default/fairway")


def secret(name="users", **data):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def openssl(*arguments):
    return subprocess.run(["openssl", "passwd", *arguments], capture_output=True, text=True, check=True).stdout.strip()


def sha1(salt=b""):
    return base64.b64encode(hashlib.sha1(b"secret" + salt).digest() + salt).decode()


def file(**users):
    return "".join(f"{name}:{value}\n" for name, value in users.items())


ANN = file(ann="{PLAIN}secret")


@pytest.fixture
def guarded(serve, scripted_origin):
    """guarded(*objects, **annotations) -> (fairway, origin); auth-type basic and the Secret "users" unless they say else."""
    def start(*objects, config=None, **annotations):
        origin = scripted_origin(response(200, "inside"))
        manifests = site(origin, config=config, **{"auth_type": "basic", "auth_secret": "users", **annotations})
        return serve({**manifests, "secret.yaml": list(objects)}, *(FLAG if config is not None else ())), origin
    return start


def said(fairway, text):
    until(lambda: any(text in entry["message"] for entry in fairway.events("diagnostic")), what=f'a diagnostic with "{text}"')
    return True


@covers("auth-type", "auth-secret", "auth-realm")
def test_every_hash_that_htpasswd_and_crypt_write(guarded):
    hashes = {
        "plain": "{PLAIN}secret", "sha": "{SHA}" + sha1(), "ssha": "{SSHA}" + sha1(b"salt"),
        "apr1": openssl("-apr1", "-salt", "abcdefgh", "secret"), "md5": openssl("-1", "-salt", "abcdefgh", "secret"),
        "sha256": openssl("-5", "-salt", "abcdefgh", "secret"), "sha512": openssl("-6", "-salt", "abcdefgh", "secret"),
        "bcrypt": crypt.crypt("secret", "$2y$05$abcdefghijklmnopqrstuu"), "des": crypt.crypt("secret", "ab"),
    }
    fairway, origin = guarded(secret(auth="# users\n\n" + file(**hashes)), auth_realm="Staff only")
    for name in hashes:
        assert fairway.get(headers=basic(name, "secret")).status == 200, name
        assert fairway.get(headers=basic(name, "secret")).status == 200, name  # remembered
        assert fairway.get(headers=basic(name, "Secret")).status == 401, name
    refused = fairway.get()
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="Staff only"')
    assert "401 Authorization Required" in refused.text or "401 Unauthorized" in refused.text
    # What was meant for Fairway is not the endpoint's.
    assert {request.get("Authorization") for request in origin.requests} == {None}


@covers("auth-type")
def test_what_is_no_user_is_a_401(guarded):
    fairway, _ = guarded(secret(auth=ANN))
    good = basic("ann", "secret")["Authorization"]
    fields = [None, "Basic", "Basic ", "Basic !!!", "Basic YW5u", "Bearer " + good[6:], good + "=x", basic("bob", "secret")["Authorization"],
              basic("ann", "secret\0")["Authorization"], basic("", "secret")["Authorization"]]
    for field in fields:
        assert fairway.get(headers={"Authorization": field} if field else {}).status == 401, field
    assert fairway.get(headers={"Authorization": "bASIC " + good[6:]}).status == 200
    curl = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-u", "ann:secret", "-H", f"Host: {HOST}",
                           f"http://127.0.0.1:{fairway.http_port}/"], capture_output=True, text=True, check=True)
    assert curl.stdout == "200"


@covers("auth-secret-type")
def test_one_key_for_each_user(guarded):
    fairway, _ = guarded(secret(ann="{PLAIN}secret\n", bob=openssl("-apr1", "other")), auth_secret_type="auth-map")
    assert [fairway.get(headers=basic(*pair)).status for pair in (("ann", "secret"), ("bob", "other"), ("bob", "secret"))] == [200, 200, 401]


@covers("auth-secret")
def test_a_secret_that_comes_later_and_changes(guarded):
    fairway, _ = guarded()
    assert fairway.get(headers=basic("ann", "secret")).status == 503
    assert said(fairway, "Secret default/users does not exist")
    fairway.write("secret.yaml", secret(auth=file(ann=openssl("-apr1", "secret"))))
    until(lambda: fairway.get(headers=basic("ann", "secret")).status == 200, what="the Secret")
    fairway.write("secret.yaml", secret(auth=file(ann=openssl("-apr1", "changed"))))
    until(lambda: fairway.get(headers=basic("ann", "secret")).status == 401, what="the new password")
    assert fairway.get(headers=basic("ann", "changed")).status == 200
    fairway.write("secret.yaml", secret(other="x"))
    until(lambda: fairway.get(headers=basic("ann", "changed")).status == 503, what="a Secret without the key")
    assert said(fairway, 'has no key "auth"')


@covers("auth-type", "auth-secret", "auth-secret-type", "auth-realm")
@pytest.mark.parametrize("annotations, why", [
    ({"auth_type": "bearer"}, "neither basic nor digest"),
    ({"auth_secret": ""}, "is missing beside auth-type"),
    ({"auth_secret": "elsewhere/users"}, "is in another namespace"),
    ({"auth_secret_type": "auth-list"}, "neither auth-file nor auth-map"),
    ({"auth_realm": 'x" y'}, "holds other characters"),
])
def test_bad_values_close_the_paths(guarded, annotations, why):
    fairway, origin = guarded(secret(auth=ANN), **annotations)
    assert fairway.get(headers=basic("ann", "secret")).status == 503
    assert said(fairway, why)
    assert origin.requests == []


@covers("auth-secret")
def test_a_file_without_users_lets_nobody_in(guarded):
    fairway, _ = guarded(secret(auth="nonsense\nann\n"))
    assert fairway.get(headers=basic("ann", "secret")).status == 401
    assert said(fairway, "2 lines that name no user") and said(fairway, "has no user")
    assert not any("nonsense" in str(entry) for entry in fairway.log)


@covers("auth-secret")
def test_without_auth_type_nothing_is_asked_for_and_that_is_said(serve, origins):
    fairway = serve(site(*origins(1), auth_secret="users"))
    assert fairway.get().status == 200
    assert said(fairway, "has no effect without auth-type")


@covers("auth-type")
def test_what_comes_before_passwords(serve, scripted_origin):
    origin = scripted_origin()
    objects = [secret(auth=ANN), service(), endpoints(origin), annotated(annotations={
        "auth-type": "basic", "auth-secret": "users", "enable-cors": "true"})]
    fairway = serve({"all.yaml": objects})
    assert fairway.get(method="OPTIONS", headers={"Origin": "https://a.example"}).status == 204
    assert fairway.get().headers["Access-Control-Allow-Origin"] == "*"
    fairway.write("all.yaml", [secret(auth=ANN), service(), annotated(annotations={"auth-type": "basic", "auth-secret": "users"})])
    until(lambda: fairway.get().status == 503, what="a 503 for missing endpoints before the 401")


@covers_key("no-auth-locations")
def test_locations_without_authentication(serve, scripted_origin):
    origin = scripted_origin()
    paths = {"/": "kubia", "/.well-known/acme-challenge/x": "kubia", "/open": "kubia"}
    manifests = {"all.yaml": [annotated(paths=paths, auth_type="basic", auth_secret="users"), service(), endpoints(origin), secret(auth=ANN)]}
    fairway = serve(manifests)
    assert [fairway.get(path).status for path in ("/", "/.well-known/acme-challenge/x", "/open", "/open/door")] == [401, 200, 401, 401]
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"}, "data": {"no-auth-locations": "/open, /none"}}
    fairway = serve({**manifests, "config.yaml": config}, *FLAG)
    assert [fairway.get(path).status for path in ("/", "/.well-known/acme-challenge/x", "/open", "/open/door")] == [401, 401, 200, 200]


@covers("auth-type")
def test_slow_hashes_keep_nobody_else_waiting(guarded):
    slow = crypt.crypt("secret", "$2y$12$abcdefghijklmnopqrstuu")  # a quarter of a second or more
    fairway, _ = guarded(secret(auth=file(ann=slow)), config={"no-auth-locations": "/none"})
    results = []
    threads = [threading.Thread(target=lambda: results.append(fairway.get(headers=basic("ann", "secret")).status)) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert fairway.get(host="unknown.example.com").status == 404
    for thread in threads:
        thread.join()
    assert results == [200] * 4


def digest_curl(fairway, user, path="/", *more):
    done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}", "--digest", "-u", user, "-H", f"Host: {HOST}",
                           *more, f"http://127.0.0.1:{fairway.http_port}{path}"], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0])


def ha1(user, password, realm="Staff"):
    return hashlib.md5(f"{user}:{realm}:{password}".encode()).hexdigest()


def digest_fields(challenge, uri="/", nc="00000001", user="ann", password="secret", method="GET", realm="Staff", **replaced):
    nonce = re.search(r'nonce="([^"]+)"', challenge).group(1)
    ha2 = hashlib.md5(f"{method}:{uri}".encode()).hexdigest()
    answer = hashlib.md5(":".join([ha1(user, password, realm), nonce, nc, "c1", "auth", ha2]).encode()).hexdigest()
    values = {"username": user, "realm": realm, "nonce": nonce, "uri": uri, "cnonce": "c1", "response": answer, **replaced}
    return {"Authorization": "Digest " + ", ".join(f'{name}="{value}"' for name, value in values.items()) + f", qop=auth, nc={nc}"}


@covers("auth-type", "auth-realm", "auth-secret-type")
def test_digest(guarded):
    users = file(ann="Staff:" + ha1("ann", "secret"), bob="Other:" + ha1("bob", "secret", "Other"))
    fairway, origin = guarded(secret(auth=users), auth_type="digest", auth_realm="Staff")
    assert digest_curl(fairway, "ann:secret", "/a?b=c") == 200
    assert digest_curl(fairway, "ann:secret", "/a", "-d", "body") == 200
    assert [digest_curl(fairway, user) for user in ("ann:wrong", "bob:secret", "eve:secret")] == [401] * 3
    assert {request.get("Authorization") for request in origin.requests} == {None}
    refused = fairway.get()
    challenge = refused.headers["WWW-Authenticate"]
    assert refused.status == 401
    assert re.fullmatch(r'Digest realm="Staff", qop="auth", algorithm=MD5, nonce="[0-9a-f]{56}"', challenge)
    fairway, _ = guarded(secret(ann="Staff:" + ha1("ann", "secret")), auth_type="digest", auth_realm="Staff", auth_secret_type="auth-map")
    assert digest_curl(fairway, "ann:secret") == 200


@covers("auth-type")
def test_a_digest_request_is_taken_once(guarded):
    fairway, _ = guarded(secret(auth=file(ann="Staff:" + ha1("ann", "secret"))), auth_type="digest", auth_realm="Staff")
    challenge = fairway.get().headers["WWW-Authenticate"]
    first, third, second = (digest_fields(challenge, nc=f"0000000{n}") for n in (1, 3, 2))
    assert [fairway.get(headers=fields).status for fields in (first, third, second)] == [200] * 3
    for fields in (first, second, third):
        replayed = fairway.get(headers=fields)
        assert replayed.status == 401 and "stale=true" in replayed.headers["WWW-Authenticate"]
    bad = [digest_fields(challenge, nc="00000004", uri="/other"), digest_fields(challenge, nc="00000004", response="0" * 32),
           digest_fields(challenge, nc="00000000"), digest_fields('nonce="' + "0" * 56 + '"', nc="00000004"),
           digest_fields(challenge, nc="00000004", realm="Other"), {"Authorization": "Digest x"}, basic("ann", "secret")]
    assert [fairway.get(headers=fields).status for fields in bad] == [401] * len(bad)
    assert fairway.get(headers=digest_fields(challenge, nc="00000004")).status == 200
