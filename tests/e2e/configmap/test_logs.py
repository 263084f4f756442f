"""ConfigMap keys about the access log (reference 4.1 and 7.3)."""

import json

import pytest

from support.covers import covers_key
from support.fairway import request
from support.manifests import HOST, site
from support.waiting import until


@pytest.fixture
def logged(serve, origins):
    """logged({"key": value}, [path, …], **options) -> lines of the access log on standard output"""
    def run(config, paths=("/one",), wait_for=None, **options):
        fairway = serve(site(*origins(1), config=config), "--configmap", "default/fairway")
        for path in paths:
            fairway.get(path, **options)
        fairway.signal(15)
        fairway.wait()
        until(lambda: fairway.process.poll() is not None)
        for reader in fairway._readers:
            reader.join()
        return fairway.output
    return run


@covers_key("log-format-upstream")
def test_the_form_of_a_line(logged):
    config = {"log-format-upstream": "$remote_addr|$request_method|$uri|$status|$service_name|$http_user_agent|${host}|$nosuch"}
    assert logged(config, ["/a%20b?c=d"], headers={"User-Agent": "me"}) == [f"127.0.0.1|GET|/a b|200|kubia|me|{HOST}|-"]


@covers_key("log-format-escape-json", "log-format-escape-none")
def test_escaping(logged):
    line = '{"agent": "$http_user_agent", "query": "$args"}'
    agent = {"User-Agent": 'a"b\\c'}
    assert logged({"log-format-upstream": line}, headers=agent) == ['{"agent": "a\\x22b\\x5Cc", "query": "-"}']
    written = logged({"log-format-upstream": line, "log-format-escape-json": "true"}, headers=agent)
    assert json.loads(written[0]) == {"agent": 'a"b\\c', "query": ""}
    written = logged({"log-format-upstream": line, "log-format-escape-json": "true", "log-format-escape-none": "true"}, headers=agent)
    assert written == ['{"agent": "a"b\\c", "query": ""}']


@covers_key("disable-access-log", "disable-http-access-log")
@pytest.mark.parametrize("key", ["disable-access-log", "disable-http-access-log"])
def test_no_log_at_all(logged, key):
    assert logged({key: "true"}) == []
    assert len(logged({key: "false"})) == 1


@covers_key("skip-access-log-urls")
def test_exact_request_uris_are_left_out(logged):
    lines = logged({"skip-access-log-urls": "/health,/ping?x=1"}, ["/health", "/healthy", "/ping", "/ping?x=1", "/health?"])
    assert [line.split('"')[1].split()[1] for line in lines] == ["/healthy", "/ping", "/health?"]


@covers_key("enable-access-log-for-default-backend")
def test_requests_for_unknown_hosts(logged):
    assert logged({}, host="nobody.example.com") == []
    assert len(logged({"enable-access-log-for-default-backend": "true"}, host="nobody.example.com")) == 1


@covers_key("access-log-path", "http-access-log-path")
def test_the_file(serve, origins, tmp_path):
    files = {key: tmp_path / key for key in ("access-log-path", "http-access-log-path")}
    for config, written in (({"access-log-path"}, "access-log-path"), (set(files), "http-access-log-path")):
        fairway = serve(site(*origins(1), config={key: str(files[key]) for key in config}), "--configmap", "default/fairway")
        request(fairway.http_port, f"/{written}")
        until(lambda: files[written].exists() and f"/{written} " in files[written].read_text())


@covers_key("strict-validate-path-type")
def test_paths_that_look_like_patterns(tmp_path):
    from support.fairway import run_command
    from support.manifests import ingress, to_yaml
    def said(config):
        objects = [ingress(paths={("/a.*", "Prefix"): "kubia"}),
                   {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"}, "data": config}]
        (tmp_path / "all.yaml").write_text(to_yaml(objects))
        return run_command("lint", "-f", tmp_path, "--configmap", "default/fairway").stdout
    assert "patterns need ImplementationSpecific" in said({})
    assert "patterns need ImplementationSpecific" not in said({"strict-validate-path-type": "false"})
