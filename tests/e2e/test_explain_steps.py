"""`fairway explain` goes through the very list of steps that requests go through, with each step's verdict."""

import json
import re

import pytest

from support.fairway import ROOT, run_command
from support.manifests import HOST, annotated, endpoints, service, to_yaml


@pytest.fixture
def explain(tmp_path):
    """explain(URL, *options, more=[object, ...], config={key: value}, **annotations)"""
    def run(url, *options, tls=None, paths=None, host=HOST, more=(), config=None, **annotations):
        objects = [annotated(tls=tls, paths=paths, host=host, **annotations), service(), *more]
        if config is not None:
            objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"}, "data": config})
            options += ("--configmap", "default/fairway")
        (tmp_path / "all.yaml").write_text(to_yaml(objects))
        result = run_command("explain", url, "-f", tmp_path, "-o", "json", *options)
        assert result.returncode == 0, result.stderr
        explanation = json.loads(result.stdout)
        explanation["verdicts"] = dict(line.split(": ", 1) for step in explanation["steps"] if step["topic"] == "steps"
                                       for line in step["details"])
        return explanation
    return run


def test_every_step_is_there_in_its_order(explain):
    names = re.findall(r'^ {4}\{(?:\.name = )?"([^"]+)"', (ROOT / "proxy/request_steps.cpp").read_text(), re.MULTILINE)
    assert len(names) > 7
    assert list(explain(f"http://{HOST}/")["verdicts"]) == names


def test_the_step_that_answers_ends_the_list(explain):
    explained = explain(f"http://{HOST}/a/?b", tls="missing")
    assert (explained["status"], explained["outcome"]) == (308, f"308 to https://{HOST}/a/?b")
    assert explained["verdicts"]["redirect to HTTPS"] == f"answers 308 Permanent Redirect, Location https://{HOST}/a/?b"
    assert explained["verdicts"]["Host for the endpoint"] == "not reached"
    assert explained["verdicts"]["rewrite"] == "not asked for"


def test_method_and_fields_count(explain):
    preflight = explain(f"http://{HOST}/", "-X", "OPTIONS", "-H", "Origin: https://a.example", enable_cors="true")
    assert (preflight["status"], preflight["verdicts"]["CORS preflight"]) == (204, "answers 204 No Content")
    assert explain(f"http://{HOST}/", "-H", "Origin: https://a.example", enable_cors="true")["status"] == 503
    large = explain(f"http://{HOST}/", "-X", "POST", "--header", "Content-Length: 2000000")
    assert (large["status"], large["outcome"]) == (413, '413 Request Entity Too Large, by the step "body size"')


def test_closed_paths_say_why(explain):
    explained = explain(f"http://{HOST}/", enable_modsecurity="perhaps")
    assert explained["status"] == 503
    assert explained["verdicts"]["closed"].startswith("answers 503")
    assert any("enable-modsecurity" in step["verdict"] for step in explained["steps"] if step["topic"] == "policies")


def test_rewrites_and_patterns_are_shown(explain):
    explained = explain(f"http://{HOST}/app/x?y", rewrite_target="/$2", paths={("/app(/|$)(.*)", "ImplementationSpecific"): "kubia"})
    assert explained["verdicts"]["rewrite"] == "the endpoint gets /x?y"
    told = json.dumps(explained["steps"])
    assert "by the pattern ^/app(/|$)(.*)" in told and "its paths are patterns" in told


def secret(name, **data):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
            "stringData": {key.replace("_", "."): value for key, value in data.items()}}


PASSES = "lets the request pass"
USERS = secret("users", auth="ada:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\nbob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")
GUARDED = {"auth_type": "basic", "auth_secret": "users", "auth_realm": "staff", "more": [USERS]}
PERMISSION = "http://auth.example.com/check"


def from_address(address):
    return ["--source-ip", address]


# step: (verdict, status; None: it does not answer; arguments of explain, annotations and objects)
VERDICTS = [
    ("app-root", f"answers 302 Moved Temporarily, Location http://{HOST}/login", 302, [], {"app_root": "/login"}),
    ("from-to-www redirect", f"answers 308 Permanent Redirect, Location http://{HOST}:80/a", 308, [f"http://www.{HOST}/a"],
     {"from_to_www_redirect": "true"}),
    ("health check", "answers 200 OK", 200, ["http://127.0.0.1/healthz"], {}),
    ("final slash", f"answers 301 Moved Permanently, Location http://{HOST}/a/", 301, [f"http://{HOST}/a"],
     {"paths": {("/a/", "Prefix"): "kubia"}}),
    ("body size", "answers 413 Request Entity Too Large", 413, ["-X", "POST", "-H", "Content-Length: 9"], {"proxy_body_size": "8"}),
    ("CORS preflight", PASSES, None, ["-H", "Origin: https://a.example"], {"enable_cors": "true"}),
    ("redirect", "answers 301 Moved Permanently, Location https://new.example", 301, [], {"permanent_redirect": "https://new.example"}),
    ("rewrite", "the endpoint gets /new", None, [], {"rewrite_target": "/new"}),
    ("redirect to HTTPS", PASSES, None, [], {}),
    ("redirect to HTTPS", f"answers 308 Permanent Redirect, Location https://{HOST}", 308, [], {"force_ssl_redirect": "true"}),
    ("ModSecurity", "rules look at the request's line and fields, its body, and the response with its body", None, [],
     {"enable_modsecurity": "true"}),
    ("fields for every endpoint", PASSES, None, [],
     {"config": {"proxy-set-headers": "default/fields"},
      "more": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fields"}, "data": {"X-One": "1"}}]}),
    ("backend", "default-kubia-80 has no ready endpoint: 503", None, [], {}),
    ("rate limits", "counted: 5 requests a second and 10 at once beyond, 60 requests a minute and 120 at once beyond, 3 in progress", None, [],
     {"limit_rps": "5", "limit_rpm": "60", "limit_connections": "3", "limit_burst_multiplier": "2"}),
    ("rate limits", "the client is in limit-allowlist", None, from_address("10.0.0.1"),
     {"limit_rps": "5", "limit_allowlist": "10.0.0.0/8"}),
    ("blocked clients", "answers 403 Forbidden", 403, ["-H", "User-Agent: EvilBot"], {"config": {"block-user-agents": "EvilBot"}}),
    ("blocked clients", PASSES, None, ["-H", "User-Agent: curl"], {"config": {"block-user-agents": "EvilBot"}}),
    ("blocked addresses", "answers 403 Forbidden", 403, from_address("10.1.2.3"), {"config": {"block-cidrs": "10.1.0.0/16"}}),
    ("blocked addresses", PASSES, None, from_address("10.2.2.3"), {"config": {"block-cidrs": "10.1.0.0/16"}}),
    ("address lists", "answers 403 Forbidden", 403, from_address("10.1.2.3"), {"whitelist_source_range": "10.2.0.0/16"}),
    ("address lists", PASSES, None, from_address("10.2.2.3"), {"whitelist_source_range": "10.2.0.0/16"}),
    ("password", 'asks for the password of one of 2 users (basic, realm "staff")', None, [], GUARDED),
    ("external authentication", f"GET {PERMISSION} decides; a 401 becomes a redirect to log in", None, [],
     {"auth_url": PERMISSION, "auth_signin": "https://login.example.com/"}),
    ("access", 'one is enough (satisfy: any); the address is not good; asks for the password of one of 2 users (basic, realm "staff")', None,
     from_address("10.1.2.3"), {"satisfy": "any", "whitelist_source_range": "10.2.0.0/16", **GUARDED}),
    ("access", f"one is enough (satisfy: any); the address is good; GET {PERMISSION} decides", None, from_address("10.2.2.3"),
     {"satisfy": "any", "whitelist_source_range": "10.2.0.0/16", "auth_url": PERMISSION}),
    ("access", 'one is enough (satisfy: any); the address is not denied, which is not enough; '
               'asks for the password of one of 2 users (basic, realm "staff")', None, from_address("10.1.2.3"),
     {"satisfy": "any", "denylist_source_range": "10.2.0.0/16", **GUARDED}),
    ("tracing", "begins a trace", None, [], {"enable_opentelemetry": "true"}),
    ("tracing", "continues the client's trace", None,
     ["-H", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], {"enable_opentelemetry": "true"}),
    ("Host for the endpoint", PASSES, None, [], {"upstream_vhost": "internal.example.com"}),
]


@pytest.mark.parametrize("step, verdict, status, arguments, given", VERDICTS, ids=[f"{row[0]}: {row[1][:24]}" for row in VERDICTS])
def test_what_each_step_says(explain, step, verdict, status, arguments, given):
    url, options = f"http://{HOST}/", arguments
    if arguments and arguments[0].startswith("http://"):
        url, *options = arguments
    explained = explain(url, *options, **given)
    assert explained["verdicts"][step] == verdict
    assert explained["status"] == (status or 503)  # the Service has no endpoint


def test_what_is_said_of_client_certificates(explain):
    from support.certificates import Authority
    trusted = {"auth_tls_secret": "default/clients", "more": [secret("clients", ca_crt=Authority().pem)]}
    https = f"https://{HOST}/"
    needed = explain(https, **trusted)
    assert (needed["status"], needed["verdicts"]["client certificate"]) == (400, "answers 400 Bad Request")
    optional = explain(https, auth_tls_verify_client="optional", **trusted)["verdicts"]
    assert optional["client certificate"] == optional["name of the client certificate"] == PASSES
    named = explain(https, auth_tls_verify_client="optional", auth_tls_match_cn="CN=ada", **trusted)
    assert (named["status"], named["verdicts"]["name of the client certificate"]) == (403, "answers 403 Forbidden")
    closed = explain(https, auth_tls_secret="default/nowhere")
    assert (closed["status"], closed["verdicts"]["client certificate"]) == (403, "answers 403 Forbidden")


def test_every_step_has_an_expected_verdict():
    names = re.findall(r'^ {4}\{(?:\.name = )?"([^"]+)"', (ROOT / "proxy/request_steps.cpp").read_text(), re.MULTILINE)
    elsewhere = {"client certificate", "name of the client certificate", "closed"}
    assert set(names) == {row[0] for row in VERDICTS} | elsewhere


def test_which_backend_is_told_with_its_canaries(explain):
    canary = annotated("canary", paths={"/": "next"}, canary="true", canary_weight="25", canary_by_header="X-Next")
    slices = [{"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name},
               "subsets": [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 8080}]}]} for name in ("kubia", "next")]
    more = [canary, service("next"), *slices]
    url = f"http://{HOST}/"
    assert explain(url, more=more)["verdicts"]["backend"] == "default-kubia-80, or with 25 % of chance default-next-80"
    assert explain(url, "-H", "X-Next: always", more=more)["verdicts"]["backend"] == "default-next-80, a canary, by its header or cookie"
    assert explain(url, "-H", "X-Next: never", more=more)["verdicts"]["backend"] == "default-kubia-80"
    in_place = explain(url, more=[service("pages"), {**slices[1], "metadata": {"name": "pages"}}], default_backend="pages")
    assert in_place["verdicts"]["backend"] == "default-pages-80, in place of default-kubia-80, which has no ready endpoint"


def test_wrong_usage_says_what_to_write(tmp_path):
    (tmp_path / "all.yaml").write_text(to_yaml([annotated(), service()]))
    for options, advice in ((("-H", "nonsense"), "NAME:VALUE"), (("-H", "Host: x"), "URL"), (("--source-ip", "x"), "IP address")):
        result = run_command("explain", f"http://{HOST}/", "-f", tmp_path, *options)
        assert result.returncode == 2 and advice in result.stderr, result


def test_a_running_instance_takes_the_same_options(serve, origins):
    fairway = serve({"all.yaml": [annotated(enable_cors="true"), service(), endpoints(*origins(1))]})
    result = run_command("explain", f"http://{HOST}/", "--admin", fairway.admin_url, "-X", "OPTIONS", "-H", "Origin: https://a.example",
                         "-o", "json")
    assert json.loads(result.stdout)["status"] == 204, result
