"""enable-opentelemetry, opentelemetry-*, otlp-*, otel-* (reference 3.15): spans, as a collector of OpenTelemetry's own gets
them, and what endpoints are told."""

import http.client
import re
import signal
import socket
import subprocess
import time

import grpc
import pytest

from support.covers import covers, covers_key
from support.dns import Dns
from support.manifests import HOST, endpoints, service, site
from support.scripted_origin import response
from support.trace_collector import TraceCollector
from support.waiting import until

FLAG = ("--configmap", "default/fairway")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT[:-1] + "0"
OWN = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")


@pytest.fixture
def collector():
    started = TraceCollector()
    yield started
    started.close()


class Traced:
    """Fairway with one traced Ingress, an endpoint and a collector."""

    def __init__(self, serve, origin, collector, config, annotations):
        self.origin, self.collector = origin, collector
        config = {"otlp-collector-host": "127.0.0.1", "otlp-collector-port": str(collector.port),
                  "otel-schedule-delay-millis": "50", **config}
        self.fairway = serve(site(origin, config={key: value for key, value in config.items() if value is not None},
                                  **annotations), *FLAG)

    def get(self, *arguments, **options):
        return self.fairway.get(*arguments, **options)

    def spans(self, count):
        until(lambda: len(self.collector.spans) >= count, 20, f"{count} spans")
        return self.collector.spans

    def counted(self, name):
        return self.fairway.metric(name)


@pytest.fixture
def traced(serve, scripted_origin, collector):
    """traced(answer of the endpoint, config={}, **annotations) -> Traced"""
    def start(answer=response(200, "ok"), config={}, **annotations):
        annotations.setdefault("enable_opentelemetry", "true")
        return Traced(serve, scripted_origin(answer), collector, config, annotations)
    return start


@covers("enable-opentelemetry")
@covers_key("otlp-collector-host", "otlp-collector-port", "otel-service-name", "otel-sampler")
def test_a_request_becomes_a_span(traced):
    it = traced()
    before = time.time()
    assert it.get("/a/b?c=d", headers={"User-Agent": "test/1", "X-Forwarded-Proto": "https"}).status == 200
    span, = it.spans(1)
    assert span.traceparent == it.origin.requests[0].get("traceparent")
    assert (span.name, span.kind, span.parent_id, span.error) == ("/", 2, "", False)
    attributes = dict(span.attributes)
    assert attributes.pop("net.peer.port") > 0
    assert attributes == {
        "http.method": "GET", "http.flavor": "1.1", "http.target": "/a/b?c=d", "http.server_name": HOST,
        "http.host": HOST, "http.user_agent": "test/1", "http.scheme": "http", "http.route": "/",
        "http.status_code": 200, "net.host.port": it.fairway.http_port, "net.peer.ip": "127.0.0.1"}
    assert span.resource["service.name"] == "nginx" and span.resource["telemetry.sdk.name"] == "fairway"
    assert 0 <= span.seconds < 20 and before - 1 <= span.ended <= time.time() + 1
    until(lambda: it.counted("fairway_spans_exported_total") == 1, 20, "the counter")


@covers("enable-opentelemetry", "opentelemetry-trust-incoming-span")
def test_the_clients_trace_goes_on(traced):
    it = traced()
    it.get("/", headers={"traceparent": PARENT, "tracestate": "vendor=1"})
    span, = it.spans(1)
    assert (span.trace_id, span.parent_id) == (PARENT[3:35], PARENT[36:52])
    assert span.state == "vendor=1"
    seen = it.origin.requests[0]
    assert seen.get("traceparent") == span.traceparent and seen.get("tracestate") == "vendor=1"


@covers("enable-opentelemetry")
@pytest.mark.parametrize("parent", [
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", PARENT.upper(), PARENT + "-more", "ff" + PARENT[2:],
    "00-" + "0" * 32 + PARENT[35:], PARENT[:36] + "0" * 16 + "-01", "nonsense"])
def test_what_is_no_traceparent_begins_a_trace(traced, parent):
    it = traced()
    it.get("/", headers={"traceparent": parent, "tracestate": "vendor=1"})
    span, = it.spans(1)
    assert span.parent_id == "" and span.trace_id != PARENT[3:35]
    seen = it.origin.requests[0]
    assert seen.get("traceparent") == span.traceparent and seen.get("tracestate") is None


@covers("opentelemetry-trust-incoming-span")
@covers_key("opentelemetry-trust-incoming-span")
@pytest.mark.parametrize("config, annotations, trusted", [
    ({}, {"opentelemetry_trust_incoming_span": "false"}, False),
    ({"opentelemetry-trust-incoming-span": "false"}, {}, False),
    ({"opentelemetry-trust-incoming-span": "false"}, {"opentelemetry_trust_incoming_span": "true"}, True),
    ({}, {"opentelemetry_trust_incoming_span": "perhaps"}, True)])
def test_clients_that_are_not_believed(traced, config, annotations, trusted):
    it = traced(config=config, **annotations)
    it.get("/", headers={"traceparent": PARENT, "tracestate": "vendor=1"})
    span, = it.spans(1)
    assert (span.trace_id == PARENT[3:35]) == trusted
    assert it.origin.requests[0].get("tracestate") == ("vendor=1" if trusted else None)


@covers("enable-opentelemetry")
@covers_key("enable-opentelemetry")
@pytest.mark.parametrize("key, annotation, on", [
    ("true", None, True), ("true", "false", False), ("false", "true", True), (None, "false", False), ("true", "maybe", True)])
def test_where_it_is_switched(traced, key, annotation, on):
    it = traced(config={"enable-opentelemetry": key}, enable_opentelemetry=annotation if annotation else "")
    it.get("/")
    got = it.origin.requests[0].get("traceparent")
    assert bool(got and OWN.fullmatch(got)) == on
    it.get("/", headers={"traceparent": PARENT})
    assert (it.origin.requests[1].get("traceparent") == PARENT) != on  # without it fields pass as they came


@covers("opentelemetry-operation-name")
@covers_key("opentelemetry-operation-name")
def test_names_of_spans(traced):
    it = traced(config={"opentelemetry-operation-name": "HTTP $request_method $uri"})
    it.get("/a", method="PUT")
    assert it.spans(1)[0].name == "HTTP PUT /a"
    named = traced(config={"opentelemetry-operation-name": "HTTP $request_method $uri"}, opentelemetry_operation_name="check_out-1")
    named.get("/a")
    assert it.spans(2)[1].name == "check_out-1"
    refused = traced(opentelemetry_operation_name="$uri; return 200")
    refused.get("/")
    assert it.spans(3)[2].name == "/"
    assert any("opentelemetry-operation-name" in entry["field"] for entry in refused.fairway.events("diagnostic"))


@covers_key("otel-sampler", "otel-sampler-ratio", "otel-sampler-parent-based")
@pytest.mark.parametrize("config, parent, sampled", [
    ({"otel-sampler": "AlwaysOff"}, None, False), ({"otel-sampler": "AlwaysOff"}, PARENT, True), ({}, UNSAMPLED, False),
    ({"otel-sampler-parent-based": "false"}, UNSAMPLED, True),
    ({"otel-sampler": "AlwaysOff", "otel-sampler-parent-based": "false"}, PARENT, False),
    ({"otel-sampler": "TraceIdRatioBased", "otel-sampler-ratio": "0"}, None, False),
    ({"otel-sampler": "TraceIdRatioBased", "otel-sampler-ratio": "1"}, None, True),
    ({"otel-sampler": "Sometimes"}, None, True), ({"otel-sampler-ratio": "2"}, None, True)])
def test_which_requests_are_sampled(traced, config, parent, sampled):
    it = traced(config=config)
    it.get("/", headers={"traceparent": parent} if parent else {})
    assert it.origin.requests[0].get("traceparent")[-2:] == ("01" if sampled else "00")
    if sampled:
        it.spans(1)
    else:
        time.sleep(0.5)
        assert it.collector.spans == []


@covers_key("otel-sampler-ratio")
def test_a_share_of_requests(traced):
    it = traced(config={"otel-sampler": "TraceIdRatioBased", "otel-sampler-ratio": "0.5"})
    for _ in range(200):
        it.get("/")
    flags = [seen.get("traceparent")[-2:] for seen in it.origin.requests]
    assert 50 < flags.count("01") < 150


@covers("enable-opentelemetry")
def test_errors_and_answers_of_our_own(traced):
    it = traced(answer=response(503, "no"), denylist_source_range="192.0.2.1")
    it.get("/")
    assert it.spans(1)[0].error and it.spans(1)[0].attributes["http.status_code"] == 503
    refused = traced(denylist_source_range="127.0.0.1")
    refused.get("/")
    span = it.spans(2)[1]
    assert not span.error and span.attributes["http.status_code"] == 403


@covers("enable-opentelemetry")
def test_health_checks_become_no_spans(traced):
    it = traced(config={"enable-opentelemetry": "true"})
    assert it.get("/healthz", host="198.51.100.1").status == 200
    it.get("/")
    time.sleep(0.3)
    assert [span.attributes["http.target"] for span in it.spans(1)] == ["/"]


@covers("enable-opentelemetry")
def test_authentication_servers_hear_of_the_trace(traced, scripted_origin):
    auth = scripted_origin(response(204))
    it = traced(auth_url=f"http://127.0.0.1:{auth.port}/", opentelemetry_trust_incoming_span="false")
    it.get("/", headers={"traceparent": PARENT, "tracestate": "vendor=1"})
    question = auth.requests[0]
    assert question.get("traceparent") == it.spans(1)[0].traceparent and question.get("tracestate") is None


@covers("enable-opentelemetry")
def test_values_that_are_not_utf_8(traced):
    it = traced()
    it.get("/", headers={"User-Agent": b"caf\xe9 \xc3\xa9" + b"x" * 2000})
    agent = it.spans(1)[0].attributes["http.user_agent"]
    assert agent.startswith("caf\ufffd \u00e9xxx") and len(agent.encode()) <= 1024


@covers("enable-opentelemetry")
def test_variables_of_the_access_log(traced):
    form = "$opentelemetry_trace_id|$opentelemetry_span_id|$opentelemetry_context_traceparent|$opentelemetry_context_tracestate"
    it = traced(config={"log-format-upstream": form})
    it.get("/", headers={"traceparent": PARENT, "tracestate": "vendor=1"})
    span, = it.spans(1)
    until(lambda: it.fairway.output, 20, "the line")
    assert it.fairway.output == [f"{span.trace_id}|{span.span_id}|{span.traceparent}|vendor=1"]


@covers_key("otel-max-export-batch-size", "otel-schedule-delay-millis", "otel-service-name")
def test_batches(traced):
    it = traced(config={"otel-max-export-batch-size": "10", "otel-schedule-delay-millis": "3600000", "otel-service-name": "edge"})
    for _ in range(45):
        it.get("/")
    # A full batch leaves at once; what remains of the two workers at most 9 each.
    spans = it.spans(45 - 18)
    assert it.collector.exports <= 4 and len(spans) % 10 == 0
    assert {span.resource["service.name"] for span in spans} == {"edge"}
    exported = len(spans)
    it.fairway.signal(signal.SIGTERM)  # and the rest when it ends
    assert len(it.spans(45)) == 45 and exported < 45
    assert it.fairway.wait(20) == 0


@covers_key("otel-max-queuesize")
def test_a_full_queue_drops(traced):
    it = traced(config={"otel-max-queuesize": "5", "otel-schedule-delay-millis": "3600000"})
    it.collector.answer = lambda context: time.sleep(5)
    for _ in range(40):
        it.get("/")
    until(lambda: it.counted("fairway_spans_dropped_total") >= 40 - 10, 20, "the counter")
    until(lambda: it.fairway.events("tracing.spans_dropped"), 20, "the event")
    assert it.fairway.events("tracing.spans_dropped")[0]["reason"] == "the queue is full"


@covers_key("otlp-collector-host")
def test_a_collector_that_fails_for_a_while(traced):
    it = traced()
    answers = iter([grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])

    def answer(context):
        if code := next(answers, None):
            context.abort(code, "later")
        return 0
    it.collector.answer = answer
    it.get("/")
    assert len(it.spans(1)) == 1 and it.collector.exports == 3


@covers_key("otlp-collector-host")
def test_a_collector_that_refuses(traced):
    it = traced()
    it.collector.answer = lambda context: context.abort(grpc.StatusCode.PERMISSION_DENIED, "no")
    it.get("/")
    until(lambda: it.counted("fairway_spans_dropped_total") == 1, 20, "the counter")
    assert it.fairway.events("tracing.spans_dropped")[0]["reason"] == "it answers grpc-status 7"
    assert it.collector.exports == 1


@covers_key("otlp-collector-host")
def test_spans_that_a_collector_rejects_are_counted(traced):
    it = traced()
    it.collector.answer = lambda context: 1
    it.get("/")
    until(lambda: it.counted("fairway_spans_dropped_total") == 1, 20, "the counter")
    assert it.fairway.events("tracing.spans_rejected")[0]["reason"] == "too old"


@covers_key("otlp-collector-host", "otlp-collector-port")
def test_a_collector_that_is_not_there_harms_no_request(traced):
    it = traced(config={"otlp-collector-port": "1"})
    for _ in range(20):
        assert it.get("/").status == 200
    until(lambda: it.counted("fairway_spans_dropped_total") == 20, 20, "the counter")
    assert it.fairway.events("tracing.spans_dropped")[0]["reason"] == "connect_failed"


@covers_key("otlp-collector-host")
@pytest.mark.parametrize("host", ["http://collector:4317", "collector:4317", "$host", "a b"])
def test_hosts_that_are_none(traced, host):
    it = traced(config={"otlp-collector-host": host})
    assert it.get("/").status == 200
    assert any(entry["field"] == "data.otlp-collector-host" for entry in it.fairway.events("diagnostic"))


@covers_key("otlp-collector-host")
def test_another_collector_without_restart(traced):
    it = traced(config={"otlp-collector-host": None})
    it.get("/")
    assert OWN.fullmatch(it.origin.requests[0].get("traceparent"))
    assert any(entry["reason"] == "NoTraceCollector" for entry in it.fairway.events("diagnostic"))
    text = (it.fairway.folder / "all.yaml").read_text().replace(
        "otlp-collector-port", "otlp-collector-host: localhost\n  otlp-collector-port")
    it.fairway.write("all.yaml", text)
    until(lambda: (it.get("/"), it.collector.spans)[1], 20, "a span")


@covers_key("otlp-collector-host")
def test_a_collector_that_is_a_service(serve, scripted_origin, collector):
    config = {"enable-opentelemetry": "true", "otlp-collector-host": "otel.default.svc", "otel-schedule-delay-millis": "50"}
    manifests = site(scripted_origin(), config=config)
    manifests["otel.yaml"] = service(name="otel", port=4317)
    fairway = serve(manifests, *FLAG)
    fairway.get("/")
    until(lambda: fairway.metric("fairway_spans_dropped_total") == 1, 20, "a span without an address")
    fairway.write("endpoints.yaml", endpoints(collector, name="otel"))
    until(lambda: (fairway.get("/"), collector.spans)[1], 20, "a span")


@covers_key("otlp-collector-host")
def test_names_follow_dns(serve, scripted_origin):
    dns = Dns()
    try:
        config = {"enable-opentelemetry": "true", "otlp-collector-host": "otel.example.org"}
        serve(site(scripted_origin(), config=config), *FLAG, "--resolver", dns.address)
        until(lambda: "otel.example.org" in dns.asked, what="a question")
    finally:
        dns.close()


@covers("enable-opentelemetry")
def test_clients_of_http2(traced):
    it = traced()
    subprocess.run(["curl", "-sS", "--http2-prior-knowledge", "--resolve", f"{HOST}:{it.fairway.http_port}:127.0.0.1",
                    "-H", f"traceparent: {PARENT}", f"http://{HOST}:{it.fairway.http_port}/"], check=True, timeout=20,
                   stdout=subprocess.DEVNULL)
    span, = it.spans(1)
    assert span.attributes["http.flavor"] == "2.0" and span.parent_id == PARENT[36:52]


@covers_key("otlp-collector-host")
def test_a_collector_that_says_nothing_holds_up_no_shutdown(traced):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        it = traced(config={"otlp-collector-port": str(silent.getsockname()[1]), "otel-max-export-batch-size": "1",
                            "otel-schedule-delay-millis": "3600000"})
        for _ in range(9):
            assert it.get("/").status == 200
        it.fairway.signal(signal.SIGTERM)
        assert it.fairway.wait(30) == 0  # one time-out of ten seconds, not one for each batch
    assert sum(int(entry["spans"]) for entry in it.fairway.events("tracing.spans_dropped")) >= 1


@covers_key("otel-max-export-batch-size", "otel-max-queuesize")
def test_whatever_clients_write_batches_fit_into_a_message(traced):
    it = traced(config={"otel-max-export-batch-size": "1024", "otel-max-queuesize": "2048", "otel-schedule-delay-millis": "3600000"})
    connection = http.client.HTTPConnection("127.0.0.1", it.fairway.http_port, timeout=20)
    junk = b"\xff" * 1500
    for _ in range(900):
        connection.request("GET", "/" + "%ff" * 500, headers={"Host": HOST, "User-Agent": junk, "traceparent": PARENT, "tracestate": junk})
        assert connection.getresponse().read() == b"ok"
    connection.close()
    it.fairway.signal(signal.SIGTERM)
    assert len(it.spans(900)) == 900 and not it.fairway.events("tracing.spans_dropped")
    assert it.fairway.wait(20) == 0
