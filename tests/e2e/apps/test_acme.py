"""Certificates by ACME (RFC 8555): certbot gets one from Pebble by the HTTP-01 challenge, whose path goes through Fairway."""

import json
import os
import socket
import ssl
import subprocess
import sys
import urllib.request

from apps.conftest import free_port, needs
from support.dns import Dns
from support.manifests import HOST, annotated, endpoints, ingress, service
from support.waiting import until


class Endpoint:
    def __init__(self, port):
        self.port = port


def pebble(program, authority, tmp_path, http_port):
    """Starts Pebble, which validates at `http_port`. (directory URL, URL of its root certificate, variables that trust it)"""
    certificate = authority.issue("localhost")
    for name, text in (("cert.pem", certificate.chain_pem), ("key.pem", certificate.key_pem), ("ca.pem", authority.pem)):
        (tmp_path / name).write_text(text)
    directory, management = free_port(), free_port()
    (tmp_path / "pebble.json").write_text(json.dumps({"pebble": {
        "listenAddress": f"127.0.0.1:{directory}", "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(tmp_path / "cert.pem"), "privateKey": str(tmp_path / "key.pem"), "httpPort": http_port, "tlsPort": 1}}))
    dns = Dns(["127.0.0.1"])
    program(directory, needs("pebble"), "-config", tmp_path / "pebble.json", "-dnsserver", dns.address,
            env=os.environ | {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"})
    return dns, f"https://localhost:{directory}/dir", f"https://localhost:{management}/roots/0"


def test_certbot_through_the_challenge_path(serve, origins, program, authority, tmp_path):
    certbot = needs("certbot")
    webroot, port = tmp_path / "webroot", free_port()
    webroot.mkdir()
    program(port, sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", webroot)
    application = origins(1)[0]
    # As cert-manager does it: an Ingress with TLS whose Secret is still missing, and another one for the challenge alone.
    solver = annotated("solver", paths={"/.well-known/acme-challenge": "solver"}, whitelist_source_range="0.0.0.0/0,::/0")
    fairway = serve({"all.yaml": [ingress(tls="shop-tls"), service(), endpoints(application), solver, service("solver"),
                                  endpoints(Endpoint(port), name="solver")]})
    assert fairway.get().status == 308  # to HTTPS, which the challenge is exempt from
    dns, directory, root = pebble(program, authority, tmp_path, fairway.http_port)
    folders = [part for name in ("config", "work", "logs") for part in (f"--{name}-dir", str(tmp_path / name))]
    done = subprocess.run([certbot, "certonly", "--webroot", "-w", webroot, "-d", HOST, "--server", directory, *folders, "-n",
                           "--agree-tos", "--register-unsafely-without-email"], capture_output=True, text=True, timeout=100,
                          env=os.environ | {"REQUESTS_CA_BUNDLE": str(tmp_path / "ca.pem")})
    dns.close()
    assert done.returncode == 0, done.stdout + done.stderr

    live = tmp_path / "config/live" / HOST
    fairway.write("secret.yaml", {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": "shop-tls"},
                                  "stringData": {"tls.crt": (live / "fullchain.pem").read_text(),
                                                 "tls.key": (live / "privkey.pem").read_text()}})
    trusted = ssl.create_default_context(cadata=authority.pem)
    with urllib.request.urlopen(root, context=trusted, timeout=20) as answer:
        issued_by = ssl.create_default_context(cadata=answer.read().decode())

    def is_served():
        try:
            with socket.create_connection(("127.0.0.1", fairway.https_port), timeout=20) as plain:
                return issued_by.wrap_socket(plain, server_hostname=HOST).version()
        except ssl.SSLCertVerificationError:
            return None
    assert until(is_served, 20) == "TLSv1.3"
