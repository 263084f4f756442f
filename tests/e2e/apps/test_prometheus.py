"""Prometheus behind a path of its own: its web page, its API, and its scrapes of Fairway's metrics."""

import json
import urllib.parse

from apps.conftest import free_port, needs
from support.fairway import request
from support.manifests import site
from support.waiting import until


class Endpoint:
    def __init__(self, port):
        self.port = port


def test_page_and_api_under_a_prefix(serve, program, tmp_path):
    prometheus, port = needs("prometheus"), free_port()
    fairway = serve(site(Endpoint(port), paths={"/prometheus": "kubia"}))
    (tmp_path / "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": "fairway", "static_configs": [{"targets": [f"127.0.0.1:{fairway.health_port}"]}]}]}))
    program(port, prometheus, f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", "--web.external-url=http://kubia.example.com/prometheus/",
            "--log.level=error")
    get = lambda path: request(fairway.http_port, path, timeout=20)
    until(lambda: get("/prometheus/-/ready").status == 200, 60, "Prometheus, which answers 503 while it opens its data")

    assert get("/prometheus").headers["Location"].endswith("/prometheus/")  # Prometheus' own redirect
    page = get("/prometheus/classic/graph")
    assert page.status == 200 and "Prometheus" in page.text
    style = page.text.split('href="/prometheus/classic/static/')[1].split('"')[0]
    assert get(f"/prometheus/classic/static/{style}").status == 200

    def scraped():
        query = urllib.parse.urlencode({"query": "sum(nginx_ingress_controller_requests)"})
        answer = json.loads(get(f"/prometheus/api/v1/query?{query}").text)
        return answer["status"] == "success" and answer["data"]["result"]
    assert float(until(scraped, 40)[0]["value"][1]) >= 1
