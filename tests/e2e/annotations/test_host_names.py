"""app-root, from-to-www-redirect and server-alias: what concerns a host as a whole (reference 1.3, 3.2 and 3.16)."""

import socket
import ssl

import pytest

from support.covers import covers, covers_key
from support.manifests import HOST, annotated, endpoints, service, site, tls_secret
from support.waiting import until


def location(fairway, path="/", **options):
    response = fairway.get(path, **options)
    return response.status, response.headers["Location"]


@pytest.fixture
def serving(serve, scripted_origin):
    """serving(Ingress, …): Services are made for the backends, which answer with their names."""
    def start(*ingresses, extra=(), flags=()):
        names = {path["backend"]["service"]["name"] for ingress in ingresses
                 for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
        objects = [*ingresses, *extra]
        for name in sorted(names):
            body = name.encode()
            origin = scripted_origin(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            objects += [service(name), endpoints(origin, name=name)]
        return serve({"all.yaml": objects}, *flags)
    return start


def answer(fairway, host, path="/"):
    response = fairway.get(path, host=host)
    return response.text if response.status == 200 else response.status


@covers("app-root")
def test_app_root_takes_the_root_alone(serving):
    fairway = serving(annotated(app_root="/login", paths={"/": "a"}))
    assert location(fairway) == (302, f"http://{HOST}/login")
    assert location(fairway, host=f"{HOST}:8443") == (302, f"http://{HOST}:8443/login")
    assert location(fairway, "/?x=1") == (302, f"http://{HOST}/login")
    assert location(fairway, "/a/..//") == (302, f"http://{HOST}/login")
    assert answer(fairway, HOST, "/login") == "a"


@covers("app-root")
def test_app_root_fills_in_variables_and_must_be_a_path(serving):
    fairway = serving(annotated(app_root="/login$is_args$args", paths={"/": "a"}))
    assert location(fairway, "/?foo=bar")[1] == f"http://{HOST}/login?foo=bar"
    assert location(fairway, "/")[1] == f"http://{HOST}/login"
    for bad in ("login", "/a b", "/a?b"):
        assert answer(serving(annotated(app_root=bad, paths={"/": "a"})), HOST) == "a"


@covers("app-root")
def test_app_root_is_the_hosts_and_comes_before_redirects(serving, authority):
    fairway = serving(annotated("a", app_root="/short", paths={"/a": "a"}), annotated("b", app_root="/long", paths={"/long-path": "a"}),
                      annotated("c", paths={"/": "a"}, permanent_redirect="https://other.example.com"))
    assert location(fairway) == (302, f"http://{HOST}/long")  # the first in the order of locations: longest path first
    assert location(fairway, "/x") == (301, "https://other.example.com")
    secure = serving(annotated(app_root="/login", paths={"/": "a"}, tls="tls-secret"), extra=[tls_secret(authority.issue(HOST))])
    assert location(secure) == (302, f"http://{HOST}/login")


@covers("from-to-www-redirect")
@covers_key("http-redirect-code")
def test_the_other_name_redirects_with_its_port(serving):
    fairway = serving(annotated(from_to_www_redirect="true", paths={"/": "a"}))
    port = fairway.http_port
    assert answer(fairway, HOST) == "a"
    assert location(fairway, "/x?y=z", host=f"www.{HOST}") == (308, f"http://{HOST}:{port}/x?y=z")
    assert location(fairway, "/x/", host=f"www.{HOST}:{port}")[1] == f"http://{HOST}:{port}/x"
    assert answer(fairway, f"a.{HOST}") == 404
    www = serving(annotated(host=f"www.{HOST}", from_to_www_redirect="true", paths={"/": "a"}))
    assert location(www, host=HOST)[1].startswith(f"http://www.{HOST}:")
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"},
              "data": {"http-redirect-code": "301", "use-forwarded-headers": "true"}}
    behind = serving(annotated(from_to_www_redirect="true", paths={"/": "a"}), extra=[config], flags=("--configmap", "default/fairway"))
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "444"}
    assert location(behind, "/x", host=f"www.{HOST}", headers=told) == (301, f"https://{HOST}:444/x")


@covers("from-to-www-redirect")
def test_a_host_of_its_own_is_not_redirected_and_comes_and_goes(serving):
    first = annotated("first", from_to_www_redirect="true", paths={"/": "a"})
    fairway = serving(first, annotated("second", host=f"www.{HOST}", paths={"/": "b"}))
    assert answer(fairway, f"www.{HOST}") == "b"
    assert any("adds no redirect" in str(entry) for entry in fairway.log)
    objects = (fairway.folder / "all.yaml").read_text().split("---\n")
    fairway.write("all.yaml", "---\n".join(text for text in objects if "name: second" not in text))
    until(lambda: answer(fairway, f"www.{HOST}") == 308, 20, "the redirect")
    fairway.write("all.yaml", "---\n".join(objects))
    until(lambda: answer(fairway, f"www.{HOST}") == "b", 20, "the host")
    fairway.write("all.yaml", "---\n".join(text for text in objects if "name: first" not in text))
    until(lambda: answer(fairway, HOST) == 404, 20, "the end of the first host")


@covers("server-alias")
def test_aliases_of_every_kind_and_their_order(serving):
    fairway = serving(annotated("a", paths={"/": "a"}, server_alias=r"Plain.example.org, *.deep.example.org, ~^re[0-9]+\.example\.(com|org)$"),
                      annotated("b", host="*.example.com", paths={"/": "b"}),
                      annotated("c", host="real.deep.example.org", paths={"/": "c"}),
                      annotated("d", host="", paths={"/": "d"}))
    assert answer(fairway, HOST) == "a"
    assert answer(fairway, "plain.example.org") == "a"
    assert answer(fairway, "PLAIN.example.org:8080") == "a"
    assert answer(fairway, "x.deep.example.org") == "a"
    assert answer(fairway, "x.y.deep.example.org") == "a"   # any depth, unlike a wildcard host
    assert answer(fairway, "deep.example.org") == "d"
    assert answer(fairway, "real.deep.example.org") == "c"  # a host goes before an alias with a star
    assert answer(fairway, "re7.example.org") == "a"
    assert answer(fairway, "re7.example.com") == "b"        # a wildcard host goes before a pattern
    assert answer(fairway, "unknown.example.org") == "d"


@covers("server-alias")
def test_conflicts_of_aliases(serving):
    fairway = serving(annotated("one", host="b.example.com", paths={"/": "b"}, server_alias="shared.example.org"),
                      annotated("two", host="a.example.com", paths={"/": "a"}, server_alias="shared.example.org,c.example.com"),
                      annotated("zero", host="c.example.com", paths={"/": "c"}),
                      annotated("late", host="b.example.com", paths={"/late": "b"}, server_alias="never.example.org"))
    assert answer(fairway, "shared.example.org") == "a"  # the alphabetically first host
    assert answer(fairway, "c.example.com") == "c"       # a real host wins
    told = str(fairway.log)
    for text in ("it is a host itself", "comes first in the alphabet"):
        assert text in told, text
    # Of two lists for one host the older counts; with equal ages the greater name is the older.
    assert (answer(fairway, "never.example.org"), "is ignored for host" in told) == (404, True)


@covers("server-alias")
def test_bad_aliases_are_told_and_the_others_hold(serving):
    fairway = serving(annotated(paths={"/": "a"}, server_alias="~(, a b.example.org, good.example.org"))
    assert answer(fairway, "good.example.org") == "a"
    assert "missing closing parenthesis" in str(fairway.log)


@covers("server-alias")
def test_log_and_metrics_call_the_host_by_its_name(serve, origins):
    manifests = site(*origins(1), server_alias="other.example.org", config={"log-format-upstream": "$server_name $host"})
    fairway = serve(manifests, "--configmap", "default/fairway")
    assert fairway.get(host="other.example.org").status == 200
    until(lambda: f"{HOST} other.example.org" in fairway.output, 10, "the line of the access log")
    assert fairway.metric("nginx_ingress_controller_requests", host=HOST, status="200") == 1


def certificate_names(fairway, name, authority, tmp_path):
    """What the certificate that is shown for `name` is good for; nothing when the authority did not issue it."""
    ca = tmp_path / "ca.pem"
    ca.write_text(authority.pem)
    context = ssl.create_default_context(cafile=ca)
    context.check_hostname = False
    try:
        with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=10) as plain, \
                context.wrap_socket(plain, server_hostname=name) as connection:
            return [value for _, value in connection.getpeercert()["subjectAltName"]]
    except ssl.SSLCertVerificationError:
        return None


@covers("server-alias", "from-to-www-redirect")
def test_certificates_serve_other_names_only_when_good_for_them(serving, authority, tmp_path):
    names = [HOST, "good.example.org", f"www.{HOST}"]
    fairway = serving(annotated(paths={"/": "a"}, tls="tls-secret", from_to_www_redirect="true",
                                server_alias="good.example.org,bad.example.org"), extra=[tls_secret(authority.issue(*names))])
    for name in names:
        assert certificate_names(fairway, name, authority, tmp_path) == names, name
    assert certificate_names(fairway, "bad.example.org", authority, tmp_path) is None  # the default certificate
    # Only a name with a certificate is redirected to HTTPS.
    assert location(fairway, host="good.example.org") == (308, "https://good.example.org")
    assert answer(fairway, "bad.example.org") == "a"


def test_the_catch_all_answers_health_checks_by_address(serving):
    fairway = serving(annotated(paths={"/": "a"}), annotated("all", host="", paths={"/": "b"}))
    response = fairway.get("/healthz", host="127.0.0.1")
    assert (response.status, response.text) == (200, "")
    assert answer(fairway, HOST, "/healthz") == "a"
    assert answer(fairway, "127.0.0.1", "/healthz/x") == "b"
    own = serving(annotated(host="", paths={"/healthz": "c", "/": "b"}))
    assert answer(own, "127.0.0.1", "/healthz") == "c"


@covers("from-to-www-redirect")
def test_the_other_name_follows_the_configmap(serving):
    flags = ("--configmap", "default/fairway", "--default-backend-service", "default/pages")
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"}, "data": {"block-user-agents": "evil"}}
    fairway = serving(annotated(from_to_www_redirect="true", paths={"/": "a"}), extra=[config, service("pages")], flags=flags)
    evil = {"host": f"www.{HOST}", "headers": {"User-Agent": "evil"}}
    assert fairway.get("/", **evil).status == 403
    # Without a default backend the page of the status is the built-in 404 (reference 3.13).
    plain = (fairway.folder / "all.yaml").read_text()
    fairway.write("all.yaml", plain.replace("  block-user-agents: evil", '  block-user-agents: evil\n  custom-http-errors: "403"'))
    until(lambda: fairway.get("/", **evil).status == 404, what="the page at the other name")
    fairway.write("all.yaml", plain)
    until(lambda: fairway.get("/", **evil).status == 403, what="the end of the page")
