"""`fairway get`, `fairway describe` and the admin API behind them, on a running instance."""

import json
import re
import urllib.error
import urllib.request

import pytest

from support.fairway import run_command
from support.manifests import HOST, ingress, tls_secret
from support.waiting import until

SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubia"},
           "spec": {"selector": {"app": "kubia"}, "ports": [{"port": 80, "targetPort": 8080}]}}


def pod(name, ip, ns="default"):
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": ns, "labels": {"app": "kubia"},
                         "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"containers": [{"name": "main", "image": "kubia", "ports": [{"containerPort": 8080}]}]},
            "status": {"podIP": ip}}


@pytest.fixture
def fairway(serve, authority):
    return serve({"ingress.yaml": ingress(tls="tls-secret"), "service.yaml": SERVICE,
                  "secret.yaml": tls_secret(authority.issue(HOST)),
                  "pods.yaml": [pod("kubia-1", "127.1.0.1"), pod("kubia-2", "127.1.0.2"), pod("x", "127.1.0.3", "shop")]})


def ask(fairway, *arguments):
    result = run_command(*arguments, "--admin", fairway.admin_url)
    assert result.returncode == 0, result.stderr
    return result.stdout


def rows(text):
    """[[cell, ...], ...] without the head."""
    return [re.split(r" {3,}", line.rstrip()) for line in text.splitlines()[1:]]


def api(fairway, path, **headers):
    request = urllib.request.Request(fairway.admin_url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def test_tables_of_every_kind(fairway):
    text = ask(fairway, "get", "svc")
    assert re.split(r" {3,}", text.splitlines()[0]) == ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]
    assert rows(text)[0][:5] == ["kubia", "ClusterIP", "<none>", "<none>", "80/TCP"]
    assert rows(ask(fairway, "get", "endpoints", "kubia"))[0][1] == "127.1.0.1:8080,127.1.0.2:8080"
    assert [row[:3] for row in rows(ask(fairway, "get", "po"))] == [["kubia-1", "1/1", "Running"],
                                                                    ["kubia-2", "1/1", "Running"]]
    assert rows(ask(fairway, "get", "ing"))[0][:4] == ["kubia", "<none>", HOST, "127.0.0.1"]
    name, ready, hosts, expires, _ = rows(ask(fairway, "get", "certificates"))[0]
    assert (name, ready, hosts) == ("tls-secret", "True", HOST) and expires in ("29d", "30d")
    assert rows(ask(fairway, "get", "routes"))[0][:5] == [HOST, "/", "Prefix", "kubia:80", "2"]


def test_namespaces_names_and_json(fairway):
    assert [row[:2] for row in rows(ask(fairway, "get", "pods", "-A"))] == [
        ["default", "kubia-1"], ["default", "kubia-2"], ["shop", "x"]]
    assert ask(fairway, "get", "pods", "-n", "shop", "-o", "name") == "pod/x\n"
    assert ask(fairway, "get", "ing/kubia", "-o", "name") == "ingress.networking.k8s.io/kubia\n"
    assert json.loads(ask(fairway, "get", "svc", "kubia", "-o", "json"))["spec"]["selector"] == {"app": "kubia"}
    assert len(json.loads(ask(fairway, "get", "pods", "-o", "json"))["items"]) == 2
    assert "127.1.0.1" in ask(fairway, "get", "pods", "-o", "wide")


def test_describe_follows_changes(fairway):
    text = ask(fairway, "describe", "service", "kubia")
    for line in ("Selector:          app=kubia", "Port:              <unset>  80/TCP", "TargetPort:        8080/TCP",
                 "Endpoints:         127.1.0.1:8080,127.1.0.2:8080", "Session Affinity:  None"):
        assert line in text, text
    fairway.write("pods.yaml", pod("kubia-2", "127.1.0.2"))
    until(lambda: re.search(r"^Endpoints: +127.1.0.2:8080$", ask(fairway, "describe", "svc/kubia"), re.M),
          what="one endpoint less")
    fairway.write("ingress.yaml", ingress(paths={"/": "gone"}))
    until(lambda: re.search(r"Warning +ServiceNotFound", ask(fairway, "describe", "ingress", "kubia")),
          what="a diagnostic among the events")


def test_explain_asks_the_running_instance(fairway):
    assert "127.1.0.1:8080" in ask(fairway, "explain", f"https://{HOST}/")
    answer = json.loads(ask(fairway, "explain", "GET", "http://nobody.example.com/", "-o", "json"))
    assert answer["status"] == 404


def test_what_is_not_there(fairway):
    result = run_command("get", "svc", "-n", "empty", "--admin", fairway.admin_url)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "No resources found in empty namespace.\n")
    result = run_command("describe", "svc", "nope", "--admin", fairway.admin_url)
    assert result.returncode == 1 and 'services "nope" not found' in result.stderr


def test_errors_tell_the_fix(fairway):
    address = fairway.admin_url.removeprefix("http://")
    fairway.close()
    result = run_command("get", "svc", "--admin", fairway.admin_url)
    assert result.returncode == 1
    assert fairway.admin_url in result.stderr and "fairway run" in result.stderr and "--admin" in result.stderr
    assert run_command("get", "svc", "--admin", address).returncode == 2
    result = run_command("get", "servces")
    assert result.returncode == 2 and 'did you mean "services"?' in result.stderr


def test_the_api_is_closed_to_web_pages_and_to_secrets(fairway):
    assert [item["metadata"]["name"] for item in api(fairway, "/api/v1/services")["items"]] == ["kubia"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        api(fairway, "/api/v1/services", Host="evil.example.com")
    assert refused.value.code == 403
    with pytest.raises(urllib.error.HTTPError) as missing:
        api(fairway, "/api/v1/secrets")
    assert missing.value.code == 404
    assert "PRIVATE KEY" not in json.dumps(api(fairway, "/api/v1/certificates"))


def test_off_and_in_use(serve, fairway):
    other = serve({"service.yaml": SERVICE}, "--admin-address", "off")
    assert other.admin_url == "off"
    address = fairway.admin_url.removeprefix("http://")
    result = run_command("run", "-f", other.folder, "--http-port", 0, "--https-port", 0, "--healthz-port", 0,
                         "--admin-address", address)
    assert result.returncode == 1
    assert address in result.stderr and "--admin-address" in result.stderr
