"""Finding Services without a cluster: DNS, host names, environment variables."""

import shutil
import socket
import subprocess

import pytest

from support.fairway import request, run_command
from support.manifests import endpoints, ingress, service, to_yaml
from support.waiting import until

KUBIA = "kubia.default.svc.cluster.local"
KUBIA_ADDRESS = "127.101.72.147"

HEADLESS = """\
apiVersion: v1
kind: Service
metadata: {name: kubia-headless}
spec:
  clusterIP: None
  selector: {app: kubia}
  ports: [{name: http, port: 80, targetPort: 8080}]
"""


def pod(name, address, **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "kubia"}},
            "spec": {"containers": [{"name": "kubia"}], **spec}, "status": {"podIP": address}}


@pytest.fixture
def dns(serve):
    """dns(manifests) starts Fairway with Services and a DNS server; what it returns asks by dig."""
    if shutil.which("dig") is None:
        pytest.fail("dig is missing; scripts/install-deps test installs it")

    def start(manifests, *flags):
        fairway = serve(manifests, "--services", "--dns-address", "127.0.0.1:0", *flags)
        port = fairway.events("started")[0]["dns"].rpartition(":")[2]

        def dig(*question):
            result = subprocess.run(["dig", "@127.0.0.1", "-p", port, "+tries=1", "+timeout=5", *question],
                                    capture_output=True, text=True, timeout=20)
            assert result.returncode == 0, result
            return result.stdout

        return fairway, dig

    return start


def short(dig, *question):
    return sorted(dig("+short", *question).splitlines())


def test_dig_finds_services_pods_and_ports(dns):
    _, dig = dns({"kubia.yaml": service(), "headless.yaml": HEADLESS,
                  "pods.yaml": [pod("kubia-0", "10.0.0.1", hostname="first", subdomain="kubia-headless"),
                                pod("kubia-1", "10.0.0.2")]})
    assert short(dig, KUBIA) == [KUBIA_ADDRESS]
    assert short(dig, "+tcp", KUBIA) == [KUBIA_ADDRESS]
    assert short(dig, "-x", KUBIA_ADDRESS) == [KUBIA + "."]
    headless = "kubia-headless.default.svc.cluster.local"
    assert short(dig, headless) == ["10.0.0.1", "10.0.0.2"]
    assert short(dig, f"first.{headless}") == ["10.0.0.1"]
    assert short(dig, f"_http._tcp.{headless}", "SRV") == [f"0 100 8080 10-0-0-2.{headless}.",
                                                          f"0 100 8080 first.{headless}."]
    assert short(dig, "10-0-0-9.default.pod.cluster.local") == ["10.0.0.9"]
    assert "status: NXDOMAIN" in dig("nobody.default.svc.cluster.local")
    nodata = dig(KUBIA, "AAAA")
    assert "status: NOERROR" in nodata and "ANSWER: 0, AUTHORITY: 1" in nodata and " aa " in nodata
    assert "status: REFUSED" in dig("example.com")
    assert "status: REFUSED" in dig("-c", "CH", "-t", "TXT", "version.bind")


def test_answers_follow_the_files(dns):
    fairway, dig = dns({"headless.yaml": HEADLESS, "pod.yaml": pod("kubia-0", "10.0.0.1")})
    name = "kubia-headless.default.svc.cluster.local"
    assert short(dig, name) == ["10.0.0.1"]
    fairway.write("second.yaml", pod("kubia-1", "10.0.0.2"))
    until(lambda: short(dig, name) == ["10.0.0.1", "10.0.0.2"], 5, "the second Pod in DNS")
    (fairway.folder / "pod.yaml").unlink()
    until(lambda: short(dig, name) == ["10.0.0.2"], 5, "the first Pod out of DNS")


def test_long_answers_come_over_tcp(dns):
    _, dig = dns({"headless.yaml": HEADLESS,
                  "pods.yaml": [pod(f"kubia-{i}", f"10.0.{i // 200}.{1 + i % 200}") for i in range(300)]})
    name = "kubia-headless.default.svc.cluster.local"
    assert "flags: qr aa tc" in dig("+ignore", "+noedns", name)
    assert len(short(dig, name)) == 300, "dig asks again over TCP"


def test_another_cluster_domain(dns):
    _, dig = dns({"kubia.yaml": service()}, "--cluster-domain", "k8s.test")
    assert short(dig, "kubia.default.svc.k8s.test") == [KUBIA_ADDRESS]
    assert "status: REFUSED" in dig(KUBIA)


def test_host_names_of_services_reach_them(serve, origins):
    fairway = serve({"service.yaml": service(), "endpoints.yaml": endpoints(*origins(1))}, "--services")
    for name in ("kubia", "kubia.default", "kubia.default.svc", KUBIA, "KUBIA.default:8080"):
        result = subprocess.run(["curl", "-sS", "-H", f"Host: {name}", f"http://127.0.0.1:{fairway.http_port}/"],
                                capture_output=True, text=True, timeout=20)
        assert result.stdout == "You've hit pod-0\n", (name, result)
    assert fairway.get(host="kubia.other").status == 404
    assert fairway.get(host="kubia.default.svc.cluster.example").status == 404


def test_an_ingress_takes_the_host_name(serve, origins):
    fairway = serve({"service.yaml": service(), "endpoints.yaml": endpoints(*origins(1)),
                     "ingress.yaml": ingress(host="kubia.default", paths={"/only": "kubia"})}, "--services")
    assert fairway.get("/only", host="kubia.default").status == 200
    assert fairway.get("/", host="kubia.default").status == 404
    assert fairway.get("/", host="kubia.default.svc").status == 200
    (fairway.folder / "ingress.yaml").unlink()
    until(lambda: fairway.get("/", host="kubia.default").status == 200, 5, "the name back at the Service")


def test_without_services_the_names_mean_nothing(serve, origins):
    fairway = serve({"service.yaml": service(), "endpoints.yaml": endpoints(*origins(1))})
    assert fairway.get(host="kubia.default").status == 404


def test_explain_knows_host_names_of_services(tmp_path):
    (tmp_path / "service.yaml").write_text(to_yaml([service()]))
    result = run_command("explain", "http://kubia.default.svc/", "--services", "-f", tmp_path)
    assert "a name of Service default/kubia" in result.stdout, result


def test_env_prints_what_a_pod_sees(tmp_path):
    (tmp_path / "service.yaml").write_text(to_yaml([service()]))
    result = run_command("env", "-f", tmp_path)
    lines = result.stdout.splitlines()
    assert result.returncode == 0, result
    assert lines[:2] == [f"KUBIA_SERVICE_HOST={KUBIA_ADDRESS}", "KUBIA_SERVICE_PORT=80"]
    assert f"KUBIA_PORT_80_TCP=tcp://{KUBIA_ADDRESS}:80" in lines
    shell = subprocess.run(["sh", "-c", 'eval "$1"; printf %s "$KUBIA_SERVICE_HOST"', "sh",
                            run_command("env", "--export", "-f", tmp_path).stdout],
                           capture_output=True, text=True, timeout=20)
    assert shell.stdout == KUBIA_ADDRESS, shell
    assert run_command("env", "--namespace", "other", "-f", tmp_path).stdout == ""


def test_dns_port_in_use_is_said(serve, tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        (tmp_path / "service.yaml").write_text(to_yaml([service()]))
        result = run_command("run", "-f", tmp_path, "--http-port", 0, "--https-port", 0, "--healthz-port", 0,
                             "--dns-address", address)
    assert result.returncode == 1 and address in result.stderr and "--dns-address" in result.stderr, result


def test_garbage_does_not_stop_the_dns_server(dns):
    fairway, dig = dns({"kubia.yaml": service()})
    port = int(fairway.events("started")[0]["dns"].rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for size in (0, 1, 11, 12, 512, 5000):
            client.sendto(bytes([0xff]) * size, ("127.0.0.1", port))
            client.sendto(bytes(size), ("127.0.0.1", port))
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"\xff\xff" + bytes(100))
    assert short(dig, KUBIA) == [KUBIA_ADDRESS]
    assert request(fairway.health_port, "/healthz", host="localhost").status == 200
