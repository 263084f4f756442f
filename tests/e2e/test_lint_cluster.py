"""`fairway lint --kubeconfig`: the objects of a live cluster are read once, judged, and nothing is written."""

import base64
import json

import pytest
from support.cluster_objects import CLASS, SERVICE, in_cluster, slice_of
from support.fairway import run_command
from support.manifests import HOST, annotated, config_map, ingress, tls_secret
from support.origin import Origin

HIDDEN = "no-eyes-should-see-this"


def secret(name, kind="Opaque", **data):
    return {"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": name, "namespace": "default"},
            "data": {key.replace("_", "."): base64.b64encode(value.encode()).decode() for key, value in data.items()}}


@pytest.fixture
def lint(api, tmp_path):
    """lint(*flags, context=None) -> the finished command"""
    (tmp_path / "kubeconfig").write_text(f"""{{apiVersion: v1, kind: Config, current-context: away, contexts: [
        {{name: here, context: {{cluster: here, user: u}}}}, {{name: away, context: {{cluster: away, user: u}}}}],
        clusters: [{{name: here, cluster: {{server: "{api.url}"}}}}, {{name: away, cluster: {{server: "http://127.0.0.1:1"}}}}],
        users: [{{name: u, user: {{token: {HIDDEN}}}}}]}}""")

    def run(*flags, context="here"):
        chosen = ["--context", context] if context else []
        return run_command("lint", "--kubeconfig", tmp_path / "kubeconfig", *chosen, *flags)
    return run


@pytest.fixture
def cluster(api, authority):
    """A cluster without a mistake."""
    origin = Origin("pod")
    api.put(CLASS, SERVICE, slice_of("kubia", origin), in_cluster(ingress(tls="tls-secret")), in_cluster(tls_secret(authority.issue(HOST))))
    yield api
    origin.kill()


def test_a_sound_cluster(cluster, lint):
    result = lint()
    assert (result.returncode, result.stdout, result.stderr) == (0, "0 errors, 0 warnings, 0 notices\n", "")
    # One list for each kind, in pages; nothing is followed.
    assert {plural for plural, _ in cluster.requests} == {"ingresses", "ingressclasses", "services", "endpointslices", "secrets"}
    first_pages = [plural for plural, query in cluster.requests if "continue" not in query]
    assert len(first_pages) == len(set(first_pages))
    assert not any("watch" in query for _, query in cluster.requests)


def test_mistakes_are_told_with_the_names_of_objects(cluster, lint):
    cluster.put(in_cluster(annotated("web", host="web.example.com", proxy_read_timeout="9x")),
                in_cluster(ingress("lost", "lost.example.com", paths={"/": "kubai"})))
    result = lint()
    assert result.returncode == 1 and "1 error, 1 warning" in result.stdout
    assert "warning: Ingress default/web annotation proxy-read-timeout" in result.stdout
    (told,) = [line for line in result.stdout.splitlines() if "kubai" in line]
    assert told.startswith("error: Ingress default/lost spec.rules[0]") and 'did you mean "kubia"?' in told
    errors = [entry for entry in json.loads(lint("-o", "json").stdout) if entry["severity"] == "error"]
    assert [(entry["namespace"], entry["name"], entry["file"]) for entry in errors] == [("default", "lost", "")]


def test_classes_mean_what_they_mean_to_the_controller(cluster, lint):
    bad = annotated("other", host="other.example.com", proxy_read_timeout="9x")
    cluster.put({**in_cluster(bad), "spec": {**bad["spec"], "ingressClassName": "somebody-elses"}})
    assert "proxy-read-timeout" not in lint().stdout
    cluster.put({**in_cluster(bad), "spec": bad["spec"]})
    assert "proxy-read-timeout" not in lint().stdout
    assert "proxy-read-timeout" in lint("--watch-ingress-without-class").stdout


def test_what_objects_name_is_read_after_them(cluster, lint):
    """ConfigMaps by their names alone, and the Secrets of a ConfigMap."""
    cluster.put(in_cluster(config_map(add_headers="default/more", ssl_dh_param="default/dh")), in_cluster(config_map("more", X_One="1")),
                in_cluster(config_map("nobody-asked", secret=HIDDEN)), secret("dh", dhparam_pem="no parameters"),
                in_cluster(annotated("web", host="web.example.com", auth_type="basic", auth_secret="users")), secret("users", auth="ada:x"))
    told = lint("--configmap", "default/fairway").stdout
    assert "does not exist" not in told and "not been read" not in told
    assert "dhparam.pem" not in told or "has no key" not in told
    named = [query["fieldSelector"] for plural, query in cluster.requests if plural == "configmaps"]
    assert sorted(named) == ["metadata.name=fairway", "metadata.name=more"]
    missing = lint("--configmap", "default/nowhere").stdout
    assert "warning: ConfigMap default/nowhere --configmap: does not exist" in missing


def test_secrets_are_never_printed(cluster, lint):
    cluster.put(secret("tls-secret", "kubernetes.io/tls", tls_crt=HIDDEN, tls_key=HIDDEN), secret("users", auth=f"{HIDDEN}\n{HIDDEN}:"),
                in_cluster(annotated("web", host="web.example.com", auth_type="basic", auth_secret="users")))
    for form in ("text", "json"):
        result = lint("-o", form)
        assert "default/tls-secret" in result.stdout and "default/users" in result.stdout
        assert HIDDEN not in result.stdout + result.stderr


@pytest.mark.parametrize("plural, kind", [("secrets", "Secret"), ("services", "Service"), ("endpointslices", "EndpointSlice"),
                                          ("ingressclasses", "IngressClass")])
def test_what_may_not_be_read_is_told_and_the_rest_judged(cluster, lint, plural, kind):
    bad = in_cluster(annotated("web", host="web.example.com", proxy_read_timeout="9x"))
    bad["metadata"]["annotations"]["kubernetes.io/ingress.class"] = "nginx"  # counts when classes may not be read
    cluster.put(bad)
    cluster.denied.add(plural)
    result = lint()
    assert f"warning: {kind}: we may not read this; a Role or ClusterRole must allow list and watch (HTTP 403)" in result.stdout
    assert "proxy-read-timeout" in result.stdout
    assert "does not exist" not in result.stdout
    assert result.returncode == 0, result.stdout


def test_without_ingresses_nothing_is_judged(cluster, lint):
    cluster.denied.add("ingresses")
    result = lint()
    assert result.returncode == 1 and "allow list on ingresses.networking.k8s.io" in result.stdout


def test_a_busy_server_is_asked_again(cluster, lint):
    cluster.failures["services"] = [(429, {"Retry-After": "1"}), (503, {})]
    assert lint().stdout == "0 errors, 0 warnings, 0 notices\n"
    cluster.failures["services"] = [(500, {})] * 3
    failed = lint()
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "HTTP 500" in failed.stderr


def test_no_answer_is_a_failure(cluster, lint):
    away = lint(context=None)
    assert (away.returncode, away.stdout) == (1, "") and "127.0.0.1" in away.stderr
    unknown = lint(context="nowhere")
    assert unknown.returncode == 2 and "nowhere" in unknown.stderr
    cluster.token = "another"
    refused = lint()
    assert (refused.returncode, refused.stdout) == (1, "") and "token" in refused.stderr and HIDDEN not in refused.stderr


@pytest.mark.parametrize("arguments, advice", [
    ([], "-f PATH"), (["-f", "x", "--kubeconfig", "y"], "one of them"), (["-f", "x", "--context", "y"], "--kubeconfig")])
def test_wrong_usage_says_what_to_write(arguments, advice):
    result = run_command("lint", *arguments)
    assert result.returncode == 2 and advice in result.stderr and not result.stdout
