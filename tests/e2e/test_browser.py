"""A browser that nobody here wrote: Chromium, over TLS."""

import pytest

from support.browser import PROGRAM, Browser
from support.manifests import HOST, config_map, endpoints, ingress, service, tls_secret
from support.waiting import until

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
