"""oauth2-proxy as external authentication, with the annotations that its documentation gives for ingress-nginx."""

import http.cookies
import urllib.parse

from apps.conftest import free_port, needs
from support.fairway import request
from support.manifests import HOST, annotated, endpoints, ingress, service
from support.scripted_origin import response


class Endpoint:
    def __init__(self, port):
        self.port = port


def test_sign_in_and_pass(serve, program, scripted_origin, tmp_path):
    oauth2_proxy, port = needs("oauth2-proxy"), free_port()
    (tmp_path / "users").write_text("ada:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")  # "password"
    program(port, oauth2_proxy, f"--http-address=127.0.0.1:{port}", "--provider=github", "--client-id=x", "--client-secret=y",
            "--cookie-secret=0123456789abcdef", "--cookie-secure=false", "--email-domain=*", "--upstream=static://202",
            "--reverse-proxy=true", "--set-xauthrequest=true", f"--htpasswd-file={tmp_path / 'users'}")
    application = scripted_origin(response(200, "inside"))
    protected = annotated(auth_url=f"http://127.0.0.1:{port}/oauth2/auth",
                          auth_signin="http://$host/oauth2/start?rd=$escaped_request_uri",
                          auth_response_headers="X-Auth-Request-User")
    fairway = serve({"all.yaml": [protected, service(), endpoints(application), ingress("oauth2", paths={"/oauth2": "oauth2"}),
                                  service("oauth2"), endpoints(Endpoint(port), name="oauth2")]})

    refused = fairway.get("/secret?a=b")
    assert (refused.status, refused.headers["Location"]) == (302, f"http://{HOST}/oauth2/start?rd=%2Fsecret%3Fa%3Db")
    assert not application.requests

    form = urllib.parse.urlencode({"username": "ada", "password": "password", "rd": "/secret"})
    signed_in = request(fairway.http_port, "/oauth2/sign_in", method="POST", body=form,
                        headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert signed_in.status == 302 and signed_in.headers["Location"] == "/secret"
    cookie = http.cookies.SimpleCookie(signed_in.headers["Set-Cookie"])["_oauth2_proxy"].value

    passed = fairway.get("/secret", headers={"Cookie": f"_oauth2_proxy={cookie}"})
    assert (passed.status, passed.text) == (200, "inside")
    assert application.requests[0].get("X-Auth-Request-User") == "ada"
    assert fairway.get("/secret", headers={"Cookie": "_oauth2_proxy=forged"}).status == 302
