"""backend-protocol: FCGI with PHP behind it: parameters, bodies, responses and what goes wrong (reference 3.10)."""

import hashlib
import json
import os
import subprocess

import pytest

from support.cluster_objects import in_cluster, slice_of
from support.covers import covers, covers_key
from support.fairway import run_command
from support.manifests import HOST, annotated, endpoints, service, tls_secret, to_yaml
from support.php_fpm import PhpFpm
from support.waiting import until

FLAGS = ("--configmap", "default/fairway", "--workers", "1")
SCRIPT = "$fastcgi_script_name"


@pytest.fixture
def php(tmp_path):
    application = PhpFpm(tmp_path)
    yield application
    application.close()


def params(name="params", namespace="default", **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


def fastcgi(**annotations):
    return annotated(**{"backend_protocol": "FCGI", "fastcgi_params_configmap": "params", **annotations})


@pytest.fixture
def started(serve, php):
    """started(parameters of the ConfigMap, *more objects, **annotations) -> fairway"""
    def start(data=None, *more, config=None, **annotations):
        return serve({"ingress.yaml": fastcgi(**annotations), "service.yaml": [service(), endpoints(php)],
                      "params.yaml": params(**(data or {"SCRIPT_FILENAME": f"{php.root}{SCRIPT}"})),
                      "config.yaml": params("fairway", **(config or {})), **({"more.yaml": list(more)} if more else {})}, *FLAGS)
    return start


def curl(fairway, path, *arguments, text=True):
    """(status, head, body) as curl has them."""
    done = subprocess.run(["curl", "-sS", "-i", "--max-time", "20", "-H", f"Host: {HOST}", *arguments,
                           f"http://127.0.0.1:{fairway.http_port}{path}"], capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), body.decode() if text else body


def shown(fairway, path="/show.php", *arguments):
    status, head, body = curl(fairway, path, *arguments)
    assert status == 200, (head, body)
    return json.loads(body)


@covers("backend-protocol", "fastcgi-params-configmap")
def test_php_sees_the_request(started, php):
    fairway = started()
    seen = shown(fairway, "/a/../show.php?x=1&y=a%20b", "-A", "curl/test", "-H", "X-Two-Words: one", "-H", "x-two-words: two",
                 "-H", "Cookie: a=1", "-H", "Cookie: b=2", "--path-as-is")
    server = seen["server"]
    assert seen["get"] == {"x": "1", "y": "a b"}
    expected = {
        "REQUEST_METHOD": "GET", "QUERY_STRING": "x=1&y=a%20b", "REQUEST_URI": "/a/../show.php?x=1&y=a%20b", "SCRIPT_NAME": "/show.php",
        "SCRIPT_FILENAME": f"{php.root}/show.php", "DOCUMENT_URI": "/show.php", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_SCHEME": "http",
        "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_SOFTWARE": "fairway", "REMOTE_ADDR": "127.0.0.1", "SERVER_ADDR": "127.0.0.1",
        "SERVER_PORT": str(fairway.http_port), "SERVER_NAME": HOST, "REDIRECT_STATUS": "200", "CONTENT_LENGTH": "", "CONTENT_TYPE": "",
        "DOCUMENT_ROOT": "/usr/local/nginx/html", "HTTP_HOST": HOST, "HTTP_USER_AGENT": "curl/test", "HTTP_X_TWO_WORDS": "one, two",
        "HTTP_COOKIE": "a=1; b=2", "HTTP_X_FORWARDED_PROTO": "http", "HTTP_X_REAL_IP": "127.0.0.1"}
    assert {name: server.get(name) for name in expected} == expected
    assert server["REMOTE_PORT"].isdigit() and len(server["HTTP_X_REQUEST_ID"]) == 32
    assert "HTTPS" not in server and "PATH_INFO" not in server


@covers("backend-protocol")
def test_https_is_told(started):
    fairway = started(ssl_redirect="false")
    done = subprocess.run(["curl", "-sSk", "--http2", "--connect-to", f"{HOST}:443:127.0.0.1:{fairway.https_port}",
                           f"https://{HOST}/show.php"], capture_output=True, check=True, text=True)
    server = json.loads(done.stdout)["server"]
    assert (server["HTTPS"], server["REQUEST_SCHEME"], server["SERVER_PORT"], server["SERVER_PROTOCOL"]) == ("on", "https", "443", "HTTP/2.0")


@covers("backend-protocol")
def test_what_clients_may_not_say(started):
    fairway = started(config={"enable-underscores-in-headers": "true", "ignore-invalid-headers": "false"})
    server = shown(fairway, "/show.php", "-H", "Proxy: http://evil.example", "-H", "X-Forwarded-For: 6.6.6.6", "-H", "X-Real-IP: 6.6.6.6",
                   "-H", "X_Real_IP: 6.6.6.6", "-H", "X_Forwarded-For: 6.6.6.6", "-H", "X-User: real", "-H", "X_User: forged",
                   "-H", "Content_Length: 7", "-H", "Alone_Here: kept", "-H", "Connection: X-Hop", "-H", "X-Hop: 1")["server"]
    assert server["HTTP_X_FORWARDED_FOR"] == server["HTTP_X_REAL_IP"] == "127.0.0.1"
    assert server["HTTP_X_USER"] == "real" and server["HTTP_ALONE_HERE"] == "kept"
    assert not {"HTTP_PROXY", "HTTP_X_HOP", "HTTP_CONNECTION", "HTTP_CONTENT_LENGTH"} & server.keys()


@covers("backend-protocol")
def test_bodies_reach_php(started, tmp_path):
    fairway = started(proxy_body_size="50m")
    assert shown(fairway, "/show.php", "-d", "name=a b&x=1")["post"] == {"name": "a b", "x": "1"}
    big = tmp_path / "big"
    big.write_bytes(os.urandom(10_000_000))
    digest = hashlib.sha256(big.read_bytes()).hexdigest()
    seen = shown(fairway, "/show.php", "-F", f"upload=@{big}")
    assert seen["files"] == {"upload": [10_000_000, digest]} and "HTTP_CONTENT_TYPE" not in seen["server"]
    seen = shown(fairway, "/show.php", "-H", "Content-Type: a/b", "-H", "Expect: 100-continue", "--data-binary", f"@{big}")
    assert (seen["length"], seen["sha256"], seen["server"]["CONTENT_TYPE"]) == (10_000_000, digest, "a/b")


@covers("backend-protocol")
@pytest.mark.parametrize("buffering", ["on", "off"])
def test_a_body_of_unknown_length_is_taken_in_first(started, tmp_path, buffering):
    fairway = started(proxy_body_size="50m", proxy_request_buffering=buffering)
    big = tmp_path / "big"
    for size in (0, 1, 3_000_000):
        big.write_bytes(os.urandom(size))
        seen = shown(fairway, "/show.php", "-X", "PUT", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: a/b", "--data-binary", f"@{big}")
        assert (seen["length"], seen["sha256"]) == (size, hashlib.sha256(big.read_bytes()).hexdigest())
        assert seen["server"]["CONTENT_LENGTH"] == str(size) and "HTTP_TRANSFER_ENCODING" not in seen["server"]


@covers("backend-protocol")
def test_responses_of_php(started, php):
    fairway = started()
    php.script("status.php", "<?php http_response_code((int)$_GET['code']); header('X-App: php'); echo 'body';")
    php.script("redirect.php", "<?php header('Location: /elsewhere?a=b');")
    php.script("named.php", "<?php header('Content-Length: 4'); setcookie('a', '1'); setcookie('b', '2'); echo 'four and more';")
    for code in (200, 201, 404, 418, 500, 503):
        status, head, body = curl(fairway, f"/status.php?code={code}")
        assert (status, body) == (code, "body") and "X-App: php" in head and "\nStatus:" not in head, head
    assert curl(fairway, "/status.php?code=204")[::2] == (204, "")
    status, head, _ = curl(fairway, "/redirect.php")
    assert status == 302 and "Location: /elsewhere?a=b\r\n" in head
    status, head, body = curl(fairway, "/named.php")
    assert body == "four" and head.count("Set-Cookie: ") == 2
    status, head, body = curl(fairway, "/show.php", "-I")
    assert status == 200 and body == "" and "Content-type: application/json" in head.replace("Content-Type", "Content-type")
    status, head, body = curl(fairway, "/no-such.php")
    assert status == 404 and "File not found." in body


@covers("backend-protocol")
def test_a_large_response_is_whole_and_as_slow_as_its_client(started, php):
    php.script("big.php", "<?php for ($i = 0; $i < 200; $i++) echo str_repeat(chr(65 + $i % 26), 100000);")
    expected = hashlib.sha256(b"".join(bytes([65 + i % 26]) * 100_000 for i in range(200))).hexdigest()
    fairway = started()
    for arguments in ((), ("--limit-rate", "8M")):
        status, _, body = curl(fairway, "/big.php", *arguments, text=False)
        assert status == 200 and len(body) == 20_000_000 and hashlib.sha256(body).hexdigest() == expected


@covers("backend-protocol")
def test_a_script_that_streams_is_seen_at_once(started, php):
    php.script("stream.php", "<?php header('X-Accel-Buffering: no'); echo 'first'; flush(); sleep(5); echo 'second';")
    fairway = started()
    client = subprocess.Popen(["curl", "-sSN", "-H", f"Host: {HOST}", f"http://127.0.0.1:{fairway.http_port}/stream.php"],
                              stdout=subprocess.PIPE)
    assert client.stdout.read(5) == b"first"
    assert client.poll() is None, "the second part has not come yet"
    client.kill()
    client.communicate()


@covers("backend-protocol")
def test_what_php_complains_of_is_logged_and_not_answered(started, php):
    php.script("error.php", "<?php error_log(\"the cache is gone\\nevent=forged\"); echo 'fine';")
    fairway = started()
    status, head, body = curl(fairway, "/error.php")
    assert (status, body) == (200, "fine") and "cache" not in head
    (entry,) = until(lambda: fairway.events("fastcgi.stderr"), what="the complaint in the log")
    assert "the cache is gone" in entry["text"] and entry["ingress"] == "default/kubia"
    assert not fairway.events("forged")


@covers("fastcgi-index")
def test_index_is_for_paths_that_end_with_a_slash(started, php):
    php.script("index.php", "<?php echo 'index of ', $_SERVER['SCRIPT_NAME'];")
    php.script("shop/index.php", "<?php echo 'index of ', $_SERVER['SCRIPT_NAME'];")
    fairway = started(fastcgi_index="index.php")
    assert curl(fairway, "/")[2] == "index of /index.php"
    assert curl(fairway, "/shop/?a=b")[2] == "index of /shop/index.php"
    assert shown(fairway)["server"]["SCRIPT_NAME"] == "/show.php"
    fairway.write("ingress.yaml", fastcgi())
    until(lambda: curl(fairway, "/")[0] in (403, 404), what="the index to be gone")


@covers("fastcgi-index")
def test_an_index_that_is_no_file_name_is_reported(started):
    fairway = started(fastcgi_index="../index.php")
    assert any(entry.get("field") == "annotation fastcgi-index" for entry in fairway.log), fairway.log
    assert shown(fairway)["server"]["SCRIPT_NAME"] == "/show.php"


@covers("fastcgi-params-configmap")
def test_parameters_replace_the_usual_ones_and_follow_their_configmap(started, php):
    own = {"SCRIPT_FILENAME": f"{php.root}/show.php", "SERVER_SOFTWARE": "nginx", "HTTP_X_SAID": "ours", "APP_ENV": "dev",
           "FULL": "${host}:$arg_x$document_root$fastcgi_path_info", "EMPTY": ""}
    fairway = started(own)
    server = shown(fairway, "/front/controller?x=5", "-H", "X-Said: theirs")["server"]
    assert (server["SERVER_SOFTWARE"], server["HTTP_X_SAID"], server["APP_ENV"], server["EMPTY"]) == ("nginx", "ours", "dev", "")
    assert server["FULL"] == f"{HOST}:5/usr/local/nginx/html" and server["SCRIPT_NAME"] == "/front/controller"
    fairway.write("params.yaml", params(**{**own, "APP_ENV": "production"}))
    until(lambda: shown(fairway)["server"]["APP_ENV"] == "production", what="the new parameter")
    (fairway.folder / "params.yaml").unlink()
    until(lambda: curl(fairway, "/show.php")[0] == 503, what="the paths to close without their ConfigMap")
    fairway.write("params.yaml", params(**own))
    until(lambda: curl(fairway, "/show.php")[0] == 200, what="the paths to open again")


@covers("fastcgi-params-configmap")
@pytest.mark.parametrize("name, data", [("missing", {"A": "b"}), ("params", {"A": "$nonsense"}), ("params", {"A": "$1"}),
                                        ("params", {"A": "caf\u00e9"}), ("other/params", {"A": "b"}), ("a/b/c", {"A": "b"})])
def test_parameters_that_cannot_be_had_close_the_paths(started, name, data):
    fairway = started(data, params(namespace="other", A="b"), fastcgi_params_configmap=name)
    assert curl(fairway, "/show.php")[0] == 503
    assert any(entry.get("field") == "annotation fastcgi-params-configmap" for entry in fairway.log), fairway.log


@covers("fastcgi-params-configmap")
@covers_key("allow-cross-namespace-resources")
def test_a_configmap_of_another_namespace_where_that_is_allowed(started, php):
    fairway = started(None, params(namespace="other", SCRIPT_FILENAME=f"{php.root}{SCRIPT}", WHERE="other"),
                      config={"allow-cross-namespace-resources": "true"}, fastcgi_params_configmap="other/params")
    assert shown(fairway)["server"]["WHERE"] == "other"


@covers("fastcgi-params-configmap")
def test_the_controller_follows_the_configmap_it_needs(controller, api, php):
    fairway = controller()
    api.put(slice_of("kubia", php), in_cluster(fastcgi()))
    until(lambda: curl(fairway, "/show.php")[0] == 503, what="the paths to close without their ConfigMap")
    for where in ("first", "second"):
        api.put(params(SCRIPT_FILENAME=f"{php.root}{SCRIPT}", WHERE=where))
        until(lambda: curl(fairway, "/show.php")[0] == 200 and shown(fairway)["server"]["WHERE"] == where, what=where)


@covers("rewrite-target", "upstream-vhost")
def test_other_annotations_act_on_parameters(started):
    fairway = started(rewrite_target="/show.php", upstream_vhost="inner.example", x_forwarded_prefix="/app")
    server = shown(fairway, "/any/path?x=1")["server"]
    assert (server["SCRIPT_NAME"], server["REQUEST_URI"], server["QUERY_STRING"]) == ("/show.php", "/any/path?x=1", "x=1")
    assert (server["HTTP_HOST"], server["HTTP_X_FORWARDED_PREFIX"]) == ("inner.example", "/app")


@covers("backend-protocol")
def test_slow_scripts_and_a_dead_application(started, php):
    php.script("slow.php", "<?php sleep(20);")
    fairway = started(proxy_read_timeout="1", proxy_next_upstream="off")
    assert curl(fairway, "/slow.php")[0] == 504
    php.script("die.php", "<?php exec('kill -9 ' . getmypid()); sleep(5);")
    assert curl(fairway, "/die.php")[0] == 502
    assert shown(fairway)
    php.kill()
    assert curl(fairway, "/show.php")[0] == 502


@covers("backend-protocol")
def test_no_tunnel_through_fastcgi(started):
    fairway = started()
    seen = shown(fairway, "/show.php", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13",
                 "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    assert not {"HTTP_UPGRADE", "HTTP_CONNECTION"} & seen["server"].keys()


@covers("backend-protocol")
def test_another_endpoint_is_tried(serve, tmp_path):
    (tmp_path / "a").mkdir()
    living = PhpFpm(tmp_path / "a")
    (tmp_path / "b").mkdir()
    dead = PhpFpm(tmp_path / "b")
    dead.kill()
    try:
        fairway = serve({"all.yaml": [fastcgi(), service(), endpoints(living, dead), params(SCRIPT_FILENAME=f"{living.root}{SCRIPT}")]}, *FLAGS)
        assert [curl(fairway, "/show.php", "-d", "a=b")[0] for _ in range(4)] == [200] * 4
        assert fairway.metric("nginx_ingress_controller_requests", status="200") == 4
    finally:
        living.close()


def test_lint_and_explain_tell(tmp_path):
    (tmp_path / "all.yaml").write_text(to_yaml([
        fastcgi(fastcgi_index="index.php"), service(), params(SCRIPT_FILENAME=f"/app{SCRIPT}"),
        annotated("bare", {"fastcgi-index": "index.php"}, paths={"/bare": "kubia"}),
        annotated("lost", {"backend-protocol": "FCGI"}, paths={"/lost": "kubia"})]))
    explained = run_command("explain", "-f", tmp_path, f"http://{HOST}/")
    assert "speaks FastCGI (annotation backend-protocol)" in explained.stdout, explained
    assert "script of paths that end with /: index.php" in explained.stdout, explained.stdout
    assert "own parameters: SCRIPT_FILENAME" in explained.stdout
    linted = run_command("lint", "-f", tmp_path)
    assert "fastcgi-index: has no effect without backend-protocol: FCGI" in linted.stdout, linted.stdout
    assert "without the parameter SCRIPT_FILENAME" in linted.stdout


@covers("backend-protocol", "auth-tls-error-page")
def test_the_page_for_clients_without_certificate_is_all_that_an_application_sees(serve, php, authority, tmp_path):
    clients = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "clients"}, "stringData": {"ca.crt": authority.pem}}
    objects = [fastcgi(tls="tls-secret", auth_tls_secret="default/clients", auth_tls_error_page="/no-certificate?why=1"),
               service(), endpoints(php), params(SCRIPT_FILENAME=f"{php.root}/show.php"), clients, tls_secret(authority.issue(HOST))]
    fairway = serve({"all.yaml": objects})
    done = subprocess.run(["curl", "-sSk", "--max-time", "20", "--resolve", f"{HOST}:{fairway.https_port}:127.0.0.1",
                           f"https://{HOST}:{fairway.https_port}/admin/secret?id=7"], capture_output=True, text=True, check=True)
    server = json.loads(done.stdout)["server"]
    names = ("REQUEST_URI", "SCRIPT_NAME", "DOCUMENT_URI", "QUERY_STRING")
    assert [server[name] for name in names] == ["/no-certificate?why=1", "/no-certificate", "/no-certificate", "why=1"]
    assert "secret" not in done.stdout
