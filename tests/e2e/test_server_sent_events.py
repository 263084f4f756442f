"""Server-sent events: each is forwarded when it arrives, however slow its server is."""

import http.server
import threading

import httpx
import pytest

from support.manifests import HOST, endpoints, ingress, service, tls_secret


class EventServer:
    """A stream of events at GET /events: the first at once, each other when the test says next(). /chunked frames them in
    chunks; else they end with the connection."""

    def __init__(self):
        self.gone = threading.Event()  # a client was seen to have left
        self._turn = threading.Semaphore(0)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                chunked = self.path == "/chunked"
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header(*("Transfer-Encoding", "chunked") if chunked else ("Connection", "close"))
                self.end_headers()
                try:
                    for number in range(1000):
                        event = f"data: event {number}\n\n".encode()
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event) if chunked else event)
                        outer._turn.acquire()
                except OSError:
                    outer.gone.set()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def next(self):
        self._turn.release()

    def close(self):
        for _ in range(1000):
            self.next()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def events():
    server = EventServer()
    yield server
    server.close()


@pytest.fixture
def fairway(serve, events, authority):
    annotations = {"nginx.ingress.kubernetes.io/ssl-redirect": "false"}
    return serve({"all.yaml": [ingress(tls="tls-secret", annotations=annotations), service(), endpoints(events),
                               tls_secret(authority.issue(HOST))]})


@pytest.fixture(params=["http1", "http1-tls", "http2", "http2-tls"])
def client(request, fairway):
    version, _, tls = request.param.partition("-")
    base = f"https://127.0.0.1:{fairway.https_port}" if tls else f"http://127.0.0.1:{fairway.http_port}"
    with httpx.Client(http1=version == "http1", http2=version == "http2", base_url=base, headers={"Host": HOST},
                      verify=False, timeout=10) as client:
        yield client


@pytest.mark.parametrize("path", ["/chunked", "/until-close"])
def test_each_event_arrives_before_the_next_is_sent(client, events, path):
    with client.stream("GET", path) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        lines = response.iter_lines()
        for number in range(20):
            assert next(lines) == f"data: event {number}"
            assert next(lines) == ""
            events.next()


def test_a_client_that_leaves_ends_the_stream_at_its_server(client, events):
    with client.stream("GET", "/chunked") as response:
        assert next(response.iter_lines()) == "data: event 0"
    client.close()
    for _ in range(500):
        events.next()
        if events.gone.wait(0.02):
            break
    assert events.gone.is_set()
