"""From manifests to endpoints: what a client of a real instance sees."""

import json
import subprocess

from support.fairway import ROOT
from support.manifests import HOST, endpoints, ingress, service

# The Ingress of the study notes, letter for letter.
NOTES_INGRESS = """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: kubia
spec:
  rules:
  - host: kubia.example.com
    http:
      paths:
      - path: /
        backend:
          serviceName: kubia-nodeport
          servicePort: 80
"""


def test_the_notes_ingress_spreads_over_its_pods(serve, origins):
    pods = origins(3)
    fairway = serve({"ingress.yaml": NOTES_INGRESS, "service.yaml": service("kubia-nodeport"),
                     "endpoints.yaml": endpoints(*pods, name="kubia-nodeport")})
    result = subprocess.run(["curl", "-sS", "--resolve", f"{HOST}:{fairway.http_port}:127.0.0.1",
                             f"http://{HOST}:{fairway.http_port}/"], capture_output=True, text=True, timeout=20)
    assert result.returncode == 0 and result.stdout.startswith("You've hit pod-"), result
    hits = fairway.hits(60)
    assert set(hits) == {"pod-0", "pod-1", "pod-2"}
    assert min(hits.values()) >= 10, hits


def test_the_example_folder_serves_its_own_pods(tmp_path, serve):
    pods = subprocess.Popen([ROOT / "examples/kubia/pods"], stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(3):
            pods.stdout.readline()
        manifests = {path.name: path.read_text() for path in (ROOT / "examples/kubia").glob("*.yaml")}
        fairway = serve(manifests)
        assert set(fairway.hits(12)) == {"kubia-4jfyf", "kubia-mc6fd", "kubia-xp5g2"}
        https = subprocess.run(["curl", "-sS", "--cacert", ROOT / "examples/kubia/ca.crt", "--resolve",
                                f"{HOST}:{fairway.https_port}:127.0.0.1", f"https://{HOST}:{fairway.https_port}/"],
                               capture_output=True, text=True, timeout=20)
        assert https.stdout.startswith("You've hit kubia-"), https
    finally:
        pods.kill()
        pods.wait()
        pods.stdout.close()


def test_unknown_hosts_and_paths_are_404(serve, origins):
    fairway = serve({"all.yaml": [ingress(paths={"/app": "kubia"}), service(), endpoints(*origins(1))]})
    assert fairway.get("/app/x").status == 200
    assert fairway.get("/application").status == 404, "a prefix ends at a path element"
    assert fairway.get("/app", host="other.example.com").status == 404


def test_a_service_without_endpoints_is_503(serve):
    fairway = serve({"all.yaml": [ingress(), service(), endpoints()]})
    assert fairway.get().status == 503


def test_a_missing_service_is_503_and_hurts_nobody_else(serve, origins):
    fairway = serve({"all.yaml": [ingress(paths={"/": "kubia", "/broken": "missing"}), service(), endpoints(*origins(1))]})
    assert fairway.get("/broken").status == 503
    assert fairway.get("/").status == 200


def test_the_origin_sees_who_asked(kubia):
    fairway, _ = kubia
    seen = json.loads(fairway.get("/echo?x=1", headers={"Connection": "X-Secret", "X-Secret": "1"}).text)
    headers = {name: value for name, value in seen["headers"]}
    assert seen["target"] == "/echo?x=1"
    assert headers["Host"] == HOST
    assert headers["X-Forwarded-For"] == headers["X-Real-IP"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == headers["X-Scheme"] == "http"
    assert len(headers["X-Request-ID"]) == 32
    assert "X-Secret" not in headers, "a hop-by-hop header"


def test_a_body_arrives_whole(kubia):
    fairway, _ = kubia
    seen = json.loads(fairway.get("/echo", method="POST", body=b"x" * 700_000).text)
    assert (seen["method"], seen["body_bytes"]) == ("POST", 700_000)


def test_the_access_log_has_ingress_nginx_fields(kubia):
    from support.waiting import until

    fairway, _ = kubia
    fairway.get("/logged", headers={"User-Agent": "an agent"})
    line = until(lambda: next((line for line in fairway.output if "GET /logged" in line), None), what="the log line")
    assert line.startswith("127.0.0.1 - - [")
    assert '"GET /logged HTTP/1.1" 200 17 "-" "an agent"' in line
    assert "[default-kubia-80] [] 127.0.0.1:" in line
