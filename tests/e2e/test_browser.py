"""A browser that nobody here wrote: Chromium, over TLS."""

import json

import pytest

from support.browser import PROGRAM, Browser
from support.manifests import HOST, config_map, endpoints, ingress, service, tls_secret
from support.waiting import until
from support.websocket import WebSocketServer

RESOURCES = 200

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed: scripts/install-deps browser")


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path / "profile")
    yield browser
    browser.close()


def test_a_page_with_200_resources_comes_over_one_http2_connection(serve, origins, authority, browser):
    fairway = serve({"all.yaml": [ingress(tls="tls-secret"), service(), endpoints(*origins(2)),
                                  tls_secret(authority.issue(HOST)), config_map()]}, "--configmap", "default/fairway")
    responses = browser.open(f"https://{HOST}:{fairway.https_port}/page?{RESOURCES}")
    resources = {url: response for url, response in responses.items() if "/resource?" in url}
    assert len(resources) == RESOURCES
    assert {response["status"] for response in responses.values()} == {200}
    assert {response["protocol"] for response in resources.values()} == {"h2"}
    assert len({response["connectionId"] for response in resources.values()}) == 1
    assert browser.evaluate("loaded") == RESOURCES, "every script ran"
    until(lambda: sum('/resource?' in line and 'HTTP/2.0" 200' in line for line in list(fairway.output)) == RESOURCES)


@pytest.fixture
def sockets():
    server = WebSocketServer()
    yield server
    server.close()


TALK = """
new Promise((resolve, reject) => {
    const socket = new WebSocket(URL_OF_SOCKET, ["other", "chat"]), seen = [];
    const messages = ["hello", "x".repeat(1000000), new Uint8Array(100000)];
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { seen.push(socket.protocol); socket.send(messages.shift()); };
    socket.onmessage = ({data}) => {
        seen.push(data.length ?? data.byteLength);
        if (messages.length) socket.send(messages.shift()); else socket.close(4000, "enough");
    };
    socket.onclose = ({code, reason, wasClean}) => resolve(JSON.stringify([...seen, code, reason, wasClean]));
    setTimeout(() => reject("too slow"), 20000);
})
"""


def test_a_websocket_rides_on_the_http2_connection_of_its_page(serve, origins, authority, browser, sockets):
    fairway = serve({"all.yaml": [ingress(tls="tls-secret", paths={"/": "kubia", "/chat": "chat"}), service(), service("chat"),
                                  endpoints(*origins(1)), endpoints(sockets, name="chat"),
                                  tls_secret(authority.issue(HOST)),
                                  config_map(log_format_upstream="$connection $request $status")]},
                    "--configmap", "default/fairway")
    browser.open(f"https://{HOST}:{fairway.https_port}/page?1")
    answer = browser.evaluate(TALK.replace("URL_OF_SOCKET", json.dumps(f"wss://{HOST}:{fairway.https_port}/chat")))
    assert json.loads(answer) == ["chat", 5, 1_000_000, 100_000, 4000, "enough", True]
    until(lambda: sockets.closed == [(4000, "enough")])
    until(lambda: any("/chat" in line for line in fairway.output))
    connections = {line.split(" ", 1)[1]: line.split()[0] for line in fairway.output}
    assert connections["GET /chat HTTP/2.0 101"] == connections["GET /page?1 HTTP/2.0 200"]
