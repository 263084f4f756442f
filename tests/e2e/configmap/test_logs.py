"""ConfigMap keys about the access log (reference 4.1 and 7.3)."""

import json
import re
import socket

import pytest

from support.covers import covers_key
from support.fairway import request
from support.manifests import HOST, site
from support.waiting import until


@pytest.fixture
def logged(serve, origins):
    """logged({"key": value}, [path, …], **options) -> lines of the access log on standard output"""
    def run(config, paths=("/one",), wait_for=None, **options):
        fairway = serve(site(*origins(1), config=config), "--configmap", "default/fairway", "--workers", "1")
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


@covers_key("skip-access-log-urls")
def test_request_uris_that_match_are_left_out(logged):
    lines = logged({"skip-access-log-urls": "~^/health, ~*^/PING$, ~("}, ["/health/live", "/Health", "/ping", "/ping?x", "/a"])
    assert [line.split('"')[1].split()[1] for line in lines] == ["/Health", "/ping?x", "/a"]


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


@pytest.fixture
def streamed(serve, origins):
    """streamed({"key": value}) -> Fairway after one request over HTTP and one over a TCP service"""
    def run(config):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        manifests = site(*origins(1), config=config)
        manifests["all.yaml"].append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tcp"},
                                      "data": {str(port): "default/kubia:80"}})
        fairway = serve(manifests, "--configmap", "default/fairway", "--tcp-services-configmap", "default/tcp")
        request(fairway.http_port, "/http")
        request(port, "/tcp")
        return fairway
    return run


def written(fairway):
    fairway.signal(15)
    fairway.wait()
    for reader in fairway._readers:
        reader.join()
    return fairway.output


@covers_key("log-format-stream")
def test_the_form_of_a_line_without_http(streamed):
    lines = written(streamed({"log-format-stream": "TCP? $protocol $status $proxy_upstream_name $upstream_addr $bytes_sent $nosuch"}))
    assert len(lines) == 2
    line = next(line for line in lines if line.startswith("TCP?"))
    assert re.fullmatch(r"TCP\? TCP 200 default-kubia-80 127\.0\.0\.1:\d+ [1-9]\d+ -", line)
    usual = [line for line in written(streamed({})) if line.startswith("[")]
    assert len(usual) == 1 and re.fullmatch(r"\[127\.0\.0\.1\] \[.*\] TCP 200 \d+ \d+ \d\.\d{3}", usual[0])


@covers_key("stream-access-log-path", "disable-stream-access-log")
def test_sessions_without_http_have_a_file_or_none(streamed, tmp_path):
    file = tmp_path / "streams"
    assert ["/http" in line for line in written(streamed({"stream-access-log-path": str(file)}))] == [True]
    assert re.fullmatch(r"\[127\.0\.0\.1\] .* TCP 200 .*\n", file.read_text())
    assert ["/http" in line for line in written(streamed({"disable-stream-access-log": "true"}))] == [True]
    assert [line[0] for line in written(streamed({"disable-http-access-log": "true"}))] == ["["]
    assert written(streamed({"disable-access-log": "true"})) == []


@covers_key("enable-syslog", "syslog-host", "syslog-port")
def test_syslog(streamed):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(20)
        lines = written(streamed({"enable-syslog": "true", "syslog-host": "localhost", "syslog-port": str(server.getsockname()[1])}))
        assert lines == []
        received = [server.recv(8192).decode() for _ in range(2)]
    for line in received:
        assert re.match(r"<190>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ nginx: .*\S$", line)
    assert sorted("/http" in line for line in received) == [False, True]


@covers_key("enable-syslog", "syslog-host")
def test_syslog_without_a_server_changes_nothing(streamed):
    fairway = streamed({"enable-syslog": "true"})
    assert any("syslog-host is missing" in entry["message"] for entry in fairway.events("diagnostic"))
    assert len(written(fairway)) == 2
