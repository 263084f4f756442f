"""enable-modsecurity, enable-owasp-core-rules, modsecurity-transaction-id, and the keys enable-modsecurity,
enable-owasp-modsecurity-crs and modsecurity-snippet (reference 3.15): what is inspected, what is refused, what is told."""

import concurrent.futures
import http.client
import json
import socket
import subprocess

import pytest

from support.covers import covers, covers_key
from support.fairway import run_command
from support.http2_origin import Http2Origin
from support.manifests import HOST, annotated, config_map, endpoints, service, site, to_yaml
from support.scripted_origin import response
from support.waiting import until
from support.websocket import Http1WebSocket, WebSocketServer

FLAGS = ("--configmap", "default/fairway", "--workers", "2")
INCLUDE_BASE = "Include /etc/nginx/modsecurity/modsecurity.conf\n"
INCLUDE_CORE = "Include /etc/nginx/owasp-modsecurity-crs/nginx-modsecurity.conf\n"
RULES = INCLUDE_BASE + """SecRuleEngine On
SecRule ARGS "@contains evil" "id:1001,phase:2,deny,log,msg:'evil argument'"
SecRule REQUEST_HEADERS:X-Probe "@streq bad" \\
    "id:1002,phase:1,deny,status:418,log,msg:'evil field'"
SecRule REQUEST_URI "@beginsWith /old" "id:1003,phase:1,redirect:https://new.example.com/here,log"
SecRule RESPONSE_HEADERS:X-Leak "@streq yes" "id:1004,phase:3,deny,status:502,log"
SecRule RESPONSE_BODY "@contains secret" "id:1005,phase:4,deny,log"
"""
INJECTION = "/?id=1%27%20or%20%271%27=%271"


def rules(text=RULES, **keys):
    return {"enable-modsecurity": "true", "modsecurity-snippet": text, **{k.replace("_", "-"): v for k, v in keys.items()}}


@pytest.fixture
def inspected(serve, scripted_origin):
    """inspected(config, answer, **annotations): (fairway, origin)"""
    def start(config=None, answer=response(200, "ok", Content_Type="text/plain"), **annotations):
        origin = scripted_origin(answer)
        return serve(site(origin, config=config or {}, **annotations), *FLAGS), origin
    return start


def curl(fairway, path, *flags, **options):
    command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "30", "-H", f"Host: {HOST}", *flags,
               f"http://127.0.0.1:{fairway.http_port}{path}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def texts(fairway, event="modsecurity.matched"):
    return [entry["text"] for entry in fairway.events(event)]


@covers("enable-modsecurity")
def test_the_base_rules_detect_and_refuse_nothing(inspected):
    fairway, origin = inspected(enable_modsecurity="true")
    broken = fairway.get("/", method="POST", body=b'{"a":', headers={"Content-Type": "application/json"})
    assert (broken.status, origin.requests[0].body) == (200, b'{"a":')
    until(lambda: texts(fairway), 20, "the match")
    assert '[id "200002"]' in texts(fairway)[0]
    assert fairway.events("modsecurity.matched")[0]["ingress"] == "default/kubia"
    assert fairway.get("/", method="POST", body=b'{"a":1}', headers={"Content-Type": "application/json"}).status == 200
    assert len(texts(fairway)) == 1
    assert fairway.metric("fairway_modsecurity_refused_requests_total") == 0


@covers("enable-modsecurity")
@pytest.mark.parametrize("value", [None, "false"])
def test_nothing_is_inspected_unasked(inspected, value):
    fairway, _ = inspected(**({"enable_modsecurity": value} if value else {}))
    assert fairway.get("/", method="POST", body=b'{"a":', headers={"Content-Type": "application/json"}).status == 200
    assert not texts(fairway)


@covers("enable-modsecurity")
@covers_key("enable-modsecurity", "modsecurity-snippet")
def test_an_ingress_can_leave_the_rules_of_all(serve, scripted_origin):
    origin = scripted_origin(response(200, "ok"))
    fairway = serve({"all.yaml": [annotated(), annotated("free", host="free.example.com", enable_modsecurity="false"),
                                  service(), endpoints(origin), config_map(**{k.replace("-", "_"): v for k, v in rules().items()})]},
                    *FLAGS)
    assert fairway.get("/?a=evil").status == 403
    assert fairway.get("/?a=evil", host="free.example.com").status == 200
    # The default backend is inspected as well; as no endpoint is asked, phase 1 is all there is.
    assert fairway.get("/", host="unknown.example.com", headers={"X-Probe": "bad"}).status == 418
    assert fairway.get("/", host="unknown.example.com").status == 404


BODIES = {
    "urlencoded": ["--data-raw", "a=b&c=evil"],
    "json": ["-H", "Content-Type: application/json", "--data-raw", '{"a": {"b": "evil"}}'],
    "multipart": ["-F", "a=b", "-F", "c=evil"],
    "chunked": ["-H", "Transfer-Encoding: chunked", "--data-raw", "c=evil"],
    "argument": ["-G", "--data-urlencode", "a=evil"],
    "encoded": ["-G", "--data-raw", "a=%65vil"],
}


@covers_key("modsecurity-snippet")
@pytest.mark.parametrize("protocol", ["--http1.1", "--http2-prior-knowledge"])
@pytest.mark.parametrize("kind", BODIES)
def test_what_rules_refuse_never_reaches_an_endpoint(inspected, kind, protocol):
    fairway, origin = inspected(rules())
    flags = [flag for flag in BODIES[kind] if protocol == "--http1.1" or "Transfer-Encoding" not in flag]
    if kind == "chunked" and protocol != "--http1.1":
        flags = ["--data-raw", "c=evil"]
    assert curl(fairway, "/", protocol, *flags).stdout == "403"
    assert not origin.requests
    harmless = [flag.replace("evil", "good").replace("%65vil", "good") for flag in flags]
    assert curl(fairway, "/", protocol, *harmless).stdout == "200"
    assert len(origin.requests) == 1
    until(lambda: texts(fairway, "modsecurity.refused"), 20, "the refusal")
    assert "evil argument" in texts(fairway, "modsecurity.refused")[0]
    assert fairway.metric("fairway_modsecurity_refused_requests_total") == 1


@covers_key("modsecurity-snippet")
def test_fields_and_redirects(inspected):
    fairway, origin = inspected(rules())
    assert fairway.get("/", headers={"X-Probe": "bad"}).status == 418
    moved = fairway.get("/old/page")
    assert (moved.status, moved.headers["Location"]) == (302, "https://new.example.com/here")
    assert not origin.requests
    assert fairway.get("/", headers={"X-Probe": "good"}).status == 200


@covers_key("modsecurity-snippet")
def test_bodies_larger_than_memory(inspected):
    fairway, origin = inspected(rules(RULES + "SecRequestBodyNoFilesLimit 13107200\n"), proxy_body_size="0",
                                client_body_buffer_size="8k")
    large = b"a=" + b"x" * 6_000_000
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert fairway.get("/", method="POST", body=large + b"&b=evil", headers=form).status == 403
    assert not origin.requests
    assert fairway.get("/", method="POST", body=large, headers=form).status == 200
    assert origin.requests[0].body == large
    assert fairway.get("/", method="POST", body=iter([large, b"&b=good"]), headers=form).status == 200
    assert origin.requests[1].body == large + b"&b=good"
    # SecRequestBodyLimit of the base rules, which refuse what is larger
    assert fairway.get("/", method="POST", body=b"a=" + b"x" * 13_200_000, headers=form).status == 403
    assert len(origin.requests) == 2


@covers_key("modsecurity-snippet")
def test_the_base_rules_limit_bodies_without_files(inspected):
    fairway, _ = inspected(rules(), proxy_body_size="0")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert fairway.get("/", method="POST", body=b"a=" + b"x" * 131_000, headers=form).status == 200
    assert fairway.get("/", method="POST", body=b"a=" + b"x" * 132_000, headers=form).status == 400
    large = b"x" * 3_000_000
    assert curl(fairway, "/", "-F", "file=@-;filename=a.bin", input=large.decode()).stdout == "200"


@covers_key("modsecurity-snippet")
def test_a_body_that_only_claims_to_be_a_stream_is_inspected(inspected):
    fairway, origin = inspected(rules(RULES + 'SecRule REQUEST_BODY "@contains evil" "id:1100,phase:2,deny"\n'
                                      'SecAction "id:1101,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"\n'))
    assert curl(fairway, "/", "-H", "Content-Type: application/grpc", "--data-raw", "evil").stdout == "403"
    told = subprocess.run(["curl", "-sS", "-i", "--http2-prior-knowledge", "-H", f"Host: {HOST}", "-H", "Content-Type: application/grpc",
                           "--data-raw", "evil", f"http://127.0.0.1:{fairway.http_port}/"], capture_output=True, text=True, timeout=30)
    assert "grpc-status: 7" in told.stdout  # PERMISSION_DENIED
    assert curl(fairway, "/", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "--data-raw", "c=evil").stdout == "403"
    assert not origin.requests


@covers("enable-owasp-core-rules", "enable-modsecurity")
def test_the_core_rules_detect(inspected):
    fairway, _ = inspected(enable_modsecurity="true", enable_owasp_core_rules="true")
    assert fairway.get(INJECTION).status == 200
    until(lambda: any('[id "942100"]' in text for text in texts(fairway)), 20, "the match")


@covers("enable-owasp-core-rules")
@covers_key("modsecurity-snippet")
def test_an_ingress_adds_the_core_rules_to_those_of_all(serve, scripted_origin):
    origin = scripted_origin(response(200, "ok"))
    config = rules(INCLUDE_BASE + "SecRuleEngine On\n")
    fairway = serve({"all.yaml": [annotated(enable_owasp_core_rules="true"), annotated("other", host="other.example.com"),
                                  service(), endpoints(origin), config_map(**{k.replace("-", "_"): v for k, v in config.items()})]},
                    *FLAGS)
    browser = {"User-Agent": "Mozilla/5.0", "Accept": "*/*"}
    assert fairway.get(INJECTION, headers=browser).status == 403
    assert fairway.get(INJECTION, host="other.example.com", headers=browser).status == 200
    assert fairway.get("/?a=b", headers=browser).status == 200


@covers_key("enable-owasp-modsecurity-crs", "modsecurity-snippet")
@pytest.mark.parametrize("config", [rules(INCLUDE_BASE + INCLUDE_CORE + "SecRuleEngine On\n"),
                                    rules(INCLUDE_BASE + "SecRuleEngine On\n", enable_owasp_modsecurity_crs="true")],
                         ids=["included", "by its key"])
@pytest.mark.parametrize("protocol", ["--http1.1", "--http2-prior-knowledge"])
def test_the_core_rules_refuse_injections(inspected, config, protocol):
    fairway, origin = inspected(config)
    assert curl(fairway, INJECTION, protocol).stdout == "403"
    assert curl(fairway, "/", protocol, "--data-raw", "q=<script>alert(1)</script>").stdout == "403"
    assert not origin.requests
    assert curl(fairway, "/shop?item=12", protocol).stdout == "200"


@covers("enable-owasp-core-rules")
@covers_key("enable-owasp-modsecurity-crs")
def test_core_rules_alone_inspect_nothing_and_say_so(inspected):
    fairway, _ = inspected({"enable-owasp-modsecurity-crs": "true"}, enable_owasp_core_rules="true")
    assert fairway.get(INJECTION).status == 200
    assert not texts(fairway)
    told = json.dumps(fairway.log)
    assert told.count("has no effect without enable-modsecurity") == 2


@covers_key("modsecurity-snippet")
@pytest.mark.parametrize("buffering", ["off", "on"])
def test_responses_are_refused_before_their_head_or_cut(inspected, buffering):
    def answer(request):
        if request.target == "/head":
            return response(200, "x" * 100_000, X_Leak="yes", Content_Type="text/plain")
        if request.target == "/late":
            yielded = b"x" * 10_000
            return [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20006\r\n\r\n", yielded, 0.3, yielded,
                    b"secret"]
        kind = "application/octet-stream" if request.target == "/other" else "text/html"
        return response(200, "a secret" if request.target != "/good" else "fine", Content_Type=kind)

    fairway, _ = inspected(rules(), answer, proxy_buffering=buffering)
    assert fairway.get("/head").status == 502
    assert fairway.get("/good").text == "fine"
    assert fairway.get("/other").text == "a secret"
    assert curl(fairway, "/body").returncode == 52  # an empty reply: its head was not sent yet
    assert curl(fairway, "/late").returncode == 18  # a partial file
    assert curl(fairway, "/body", "--http2-prior-knowledge").returncode != 0
    assert fairway.metric("fairway_modsecurity_refused_requests_total") == 4


@covers_key("modsecurity-snippet")
@pytest.mark.parametrize("buffering", ["on", "off"])
def test_large_responses_pass_whole(inspected, buffering):
    body = "".join(f"line {i}\n" for i in range(200_000))
    fairway, _ = inspected(rules(use_gzip="true"), response(200, body, Content_Type="text/html"), proxy_buffering=buffering)
    assert fairway.get("/").text == body
    packed = subprocess.run(["curl", "-sS", "--compressed", "-H", f"Host: {HOST}", f"http://127.0.0.1:{fairway.http_port}/"],
                            capture_output=True, text=True, timeout=30, check=True)
    assert packed.stdout == body


@covers("modsecurity-transaction-id")
def test_the_transaction_has_the_id_of_the_request_or_of_the_annotation(inspected):
    text = RULES + "SecAuditEngine RelevantOnly\nSecAuditLogParts ABHZ\n"
    fairway, _ = inspected(rules(text))
    fairway.get("/?a=evil", headers={"X-Request-ID": "my-request"})
    until(lambda: fairway.events("modsecurity.refused"), 20, "the refusal")
    assert fairway.events("modsecurity.refused")[0]["transaction"] == "my-request"
    assert '[unique_id "my-request"]' in texts(fairway, "modsecurity.refused")[0]
    until(lambda: any("my-request 127.0.0.1" in line for line in fairway.output), 20, "the audit log")

    fairway, _ = inspected(rules(), modsecurity_transaction_id="$request_method-$http_x_trace")
    fairway.get("/?a=evil", headers={"X-Trace": "t" * 300})
    until(lambda: fairway.events("modsecurity.refused"), 20, "the refusal")
    assert fairway.events("modsecurity.refused")[0]["transaction"] == "GET-" + "t" * 124


@covers("modsecurity-transaction-id")
def test_a_bad_transaction_id_leaves_the_usual_one(inspected):
    fairway, _ = inspected(rules(), modsecurity_transaction_id="$no_such_variable")
    fairway.get("/?a=evil", headers={"X-Request-ID": "my-request"})
    until(lambda: fairway.events("modsecurity.refused"), 20, "the refusal")
    assert fairway.events("modsecurity.refused")[0]["transaction"] == "my-request"
    assert "no_such_variable" in json.dumps(fairway.log)


@covers_key("modsecurity-snippet")
@pytest.mark.parametrize("text, says", [
    ("SecRuleEngine On\nSecRule ARGS \"x\" \"id:1,phase:2,exec:/bin/sh\"", "line 2: action exec is not taken"),
    ("SecRuleScript /x.lua \"id:1\"", "line 1: SecRuleScript is not taken"),
    ("\n\nInclude /etc/passwd", "line 3: Include /etc/passwd is not taken"),
    ("SecRuleEngine On\nSecRule ARGS \"x\" \"id:1,phase:2,no_such_action\"", "line 2"),
    ("SecRule ARGS \"(evil\" \"id:1,phase:2,deny\"", "line 1: its pattern is not taken"),
    ("SecRule ARGS \"a\" \"id:1\"\nSecRule ARGS \"b\" \"id:1\"", "duplicated"),
], ids=["exec", "Lua", "Include", "broken rule", "broken pattern", "id twice"])
def test_rules_that_cannot_act_close_every_path_that_wants_them(inspected, tmp_path, text, says):
    fairway, origin = inspected(rules(text))
    assert fairway.get("/").status == 503
    assert not origin.requests
    manifests = tmp_path / "lint.yaml"
    manifests.write_text(to_yaml([annotated(), service(), config_map(enable_modsecurity="true", modsecurity_snippet=text)]))
    found = run_command("lint", "-f", manifests, "--configmap", "default/fairway")
    assert found.returncode == 1 and says in found.stdout + found.stderr, found.stdout + found.stderr
    assert "data.modsecurity-snippet" in found.stdout + found.stderr


@covers("enable-modsecurity")
@covers_key("modsecurity-snippet")
def test_switched_off_is_open_whatever_the_rules_are(inspected):
    fairway, _ = inspected(rules("SecRuleScript /x.lua \"id:1\""), enable_modsecurity="false")
    assert fairway.get("/").status == 200


@covers("enable-modsecurity", "enable-owasp-core-rules")
@pytest.mark.parametrize("name", ["enable_modsecurity", "enable_owasp_core_rules"])
def test_a_switch_that_is_none_closes_the_paths(inspected, name):
    fairway, _ = inspected(**{name: "sure"})
    assert fairway.get("/").status == 503


def test_rules_of_an_ingress_are_refused_and_the_key_named(inspected):
    fairway, _ = inspected(enable_modsecurity="true", modsecurity_snippet="SecRuleEngine On")
    assert fairway.get("/").status in (404, 503)
    assert "ConfigMap key modsecurity-snippet" in json.dumps(fairway.log)


@covers_key("modsecurity-snippet", "enable-modsecurity")
def test_changes_are_live(inspected):
    fairway, origin = inspected(rules())
    manifests = site(origin, config=rules(RULES.replace("evil", "wicked")))["all.yaml"]
    assert fairway.get("/?a=evil").status == 403
    fairway.write("all.yaml", manifests)
    until(lambda: fairway.get("/?a=wicked").status == 403, 20, "the new rules")
    assert fairway.get("/?a=evil").status == 200
    fairway.write("all.yaml", site(origin, config=rules("SecRuleEngine nonsense"))["all.yaml"])
    until(lambda: fairway.get("/").status == 503, 20, "rules that cannot act")
    fairway.write("all.yaml", site(origin, config={})["all.yaml"])
    until(lambda: fairway.get("/?a=wicked").status == 200, 20, "no rules")


@covers_key("modsecurity-snippet")
def test_the_connection_of_a_refused_request_serves_the_next(inspected):
    fairway, _ = inspected(rules())
    connection = http.client.HTTPConnection("127.0.0.1", fairway.http_port, timeout=20)
    form = {"Host": HOST, "Content-Type": "application/x-www-form-urlencoded"}
    for body, status in [(b"a=evil", 403), (b"a=good", 200), (b"a=evil" + b"x" * 100_000, 403), (b"a=good", 200)]:
        connection.request("POST", "/", body=body, headers=form)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.request("GET", "/old", headers={"Host": HOST})
    assert connection.getresponse().status == 302


@covers("enable-modsecurity")
def test_own_pages_stand_for_refusals(serve, scripted_origin):
    origin, pages = scripted_origin(response(200, "ok")), scripted_origin(response(403, "our own page"))
    fairway = serve({"all.yaml": [annotated(custom_http_errors="403", default_backend="pages"), service(), endpoints(origin),
                                  service("pages"), endpoints(pages, name="pages"),
                                  config_map(**{k.replace("-", "_"): v for k, v in rules().items()})]}, *FLAGS)
    answer = fairway.get("/", method="POST", body=b"a=evil", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status, answer.text) == (403, "our own page")
    assert pages.requests[0].body == b"" and not origin.requests


@covers("enable-modsecurity")
def test_endpoints_of_http2(serve, tmp_path):
    origin = Http2Origin()
    try:
        fairway = serve(site(origin, config=rules(), backend_protocol="GRPC"), *FLAGS)
        assert curl(fairway, "/", "--data-raw", "a=evil").stdout == "403"
        assert curl(fairway, "/?a=evil").stdout == "403"
        sent = subprocess.run(["curl", "-sS", "-H", f"Host: {HOST}", "--data-raw", "a=good",
                               f"http://127.0.0.1:{fairway.http_port}/"], capture_output=True, text=True, timeout=30)
        assert sent.stdout == "a=good"
    finally:
        origin.close()


@covers("enable-modsecurity")
def test_websockets_are_inspected_at_their_handshake(serve):
    server = WebSocketServer()
    try:
        fairway = serve(site(server, config=rules()), *FLAGS)
        client = Http1WebSocket(fairway, tls=False)
        client.send("evil is not looked for in here")
        assert client.receive() == "evil is not looked for in here"
        client.close()
        assert fairway.get("/?a=evil", headers={"Connection": "Upgrade", "Upgrade": "websocket"}).status == 403
    finally:
        server.close()


@covers("enable-modsecurity")
def test_clients_that_leave_end_their_inspection(inspected):
    fairway, _ = inspected(rules(RULES + "SecAuditEngine On\nSecAuditLogParts AZ\n"))
    head = (f"POST /left HTTP/1.1\r\nHost: {HOST}\r\nX-Request-ID: left-alone\r\nContent-Length: 100\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\na=").encode()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", fairway.http_port)) as client:
            client.sendall(head)
    # Each is in the audit log once: phase 5 has run.
    until(lambda: sum("left-alone 127.0.0.1" in line for line in list(fairway.output)) == 20, 20, "the audit log")
    assert fairway.get("/").status == 200


@covers("enable-modsecurity")
def test_clients_that_leave_amid_a_response_end_its_inspection(inspected):
    def answer(request):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000000\r\n\r\n"
        return [head, *[b"x" * 100_000, 0.02] * 1000]

    fairway, _ = inspected(rules(RULES + "SecAuditEngine On\nSecAuditLogParts AZ\n"), answer)
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", fairway.http_port)) as client:
            client.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Request-ID: left-amid\r\n\r\n".encode())
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
    until(lambda: sum("left-amid 127.0.0.1" in line for line in list(fairway.output)) == 10, 20, "the audit log")


@covers("enable-modsecurity", "enable-owasp-core-rules")
def test_many_at_once(inspected):
    fairway, origin = inspected(rules(INCLUDE_BASE + INCLUDE_CORE + "SecRuleEngine On\n"))
    browser = {"User-Agent": "Mozilla/5.0", "Accept": "*/*"}

    def ask(n):
        if n % 3 == 0:
            return fairway.get(INJECTION, headers=browser).status == 403
        if n % 3 == 1:
            form = {**browser, "Content-Type": "application/x-www-form-urlencoded"}
            return fairway.get("/", method="POST", body=b"q=<script>alert(1)</script>", headers=form).status == 403
        return fairway.get(f"/?n={n}", headers=browser).status == 200

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(300)))
    assert len(origin.requests) == 100


@covers("enable-modsecurity")
@pytest.mark.parametrize("curl_flag", ["--http1.1", "--http2-prior-knowledge"])
def test_what_clients_send_ends_no_field_of_a_redirect(inspected, curl_flag):
    text = 'SecRuleEngine On\nSecRule ARGS:u "@rx ." "id:1010,phase:1,redirect:https://new.example.com/%{ARGS.u},log"\n'
    fairway, _ = inspected(rules(text))
    done = subprocess.run(["curl", "-sS", "-i", curl_flag, "-H", f"Host: {HOST}",
                           f"http://127.0.0.1:{fairway.http_port}/?u=a%0d%0aX-Inj:%201%0d%0a%0d%0aHTTP/1.1%20200%20OK"],
                          capture_output=True, text=True, timeout=20, check=True)
    head = done.stdout.lower()
    assert " 302" in head.splitlines()[0] and "\nx-inj" not in head
    assert "location: https://new.example.com/a%0d%0ax-inj:%201%0d%0a%0d%0ahttp/1.1%20200%20ok" in head


@covers("enable-modsecurity", "custom-http-errors")
def test_what_no_rule_has_seen_goes_to_no_error_backend(serve, scripted_origin):
    pages = scripted_origin(response(403, "page"))
    manifests = site(scripted_origin(), config=rules(block_user_agents="bad"), custom_http_errors="403", default_backend="pages")
    manifests["pages.yaml"] = [service("pages"), endpoints(pages, name="pages")]
    fairway = serve(manifests, *FLAGS)
    assert fairway.get("/", method="POST", body=b"a=evil", headers={"User-Agent": "bad"}).status == 403
    assert pages.requests[0].body == b""


@covers("enable-modsecurity", "default-backend")
def test_a_stand_in_is_inspected_as_the_service_is(serve, scripted_origin):
    stand_in = scripted_origin(response(200, "secret", X_Leak="yes"))
    manifests = site(config=rules(), default_backend="standin")
    manifests["standin.yaml"] = [service("standin"), endpoints(stand_in, name="standin")]
    fairway = serve(manifests, *FLAGS)
    answer = fairway.get("/")
    assert answer.status == 502 and "secret" not in answer.text
