"""The Kubernetes objects that say the same as a Site, one YAML file per object, as `fairway run -f FOLDER` reads them."""

import base64
import os
from pathlib import Path

from harness.site import Certificate, Host, Site

NAMESPACE = "bench"
CONFIG_MAP = f"{NAMESPACE}/fairway"
TLS_SECRET = "secure-tls"


# The most used ones, all at once. nginx says the same: servers/nginx.py.
ANNOTATIONS = {
    "rewrite-target": "/$2",
    "use-regex": "true",
    "ssl-redirect": "false",
    "proxy-body-size": "20m",
    "proxy-connect-timeout": "10",
    "proxy-read-timeout": "120",
    "proxy-send-timeout": "120",
    "proxy-next-upstream-tries": "2",
    "enable-cors": "true",
    "whitelist-source-range": "127.0.0.0/8,10.0.0.0/8",
    "limit-rps": "1000000",
}


def write_all(folder: Path, site: Site, settings: dict[str, str]) -> None:
    """Writes every object of the site and the ConfigMap with `settings`."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "configmap.yaml", config_map(settings))
    if site.certificate:
        write(folder, "secret.yaml", secret(site.certificate))
    for name, port in site.backends.items():
        write(folder, f"service-{name}.yaml", service(name))
        write(folder, f"endpoints-{name}.yaml", endpoint_slice(name, port))
    for host in site.hosts.values():
        write(folder, f"ingress-{host.name}.yaml", ingress(host, site.grpc))


def write(folder: Path, name: str, text: str) -> None:
    """Writes a file whole or not at all: next to its place, then renamed into it."""
    prepare(folder, name, text)()


def prepare(folder: Path, name: str, text: str):
    """As write(), with the rename left to the function it returns, so that only the change itself is timed."""
    waiting = folder.parent / f"{name}.new"
    waiting.write_text(text)
    return lambda: os.rename(waiting, folder / name)


def config_map(settings: dict[str, str]) -> str:
    lines = "".join(f'  {key}: "{value}"\n' for key, value in settings.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fairway\n  namespace: {NAMESPACE}\ndata:\n{lines}"


def secret(pair: Certificate) -> str:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    return f"""apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata:
  name: {TLS_SECRET}
  namespace: {NAMESPACE}
data:
  tls.crt: {encoded(pair.text())}
  tls.key: {encoded(pair.key_text())}
"""


def service(name: str) -> str:
    """Without a selector, so that the EndpointSlice alone says where it leads."""
    return f"""apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {NAMESPACE}
spec:
  ports:
    - name: http
      port: 80
      targetPort: 8080
"""


def endpoint_slice(service_name: str, port: int) -> str:
    return f"""apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: {service_name}-1
  namespace: {NAMESPACE}
  labels:
    kubernetes.io/service-name: {service_name}
addressType: IPv4
ports:
  - name: http
    port: {port}
    protocol: TCP
endpoints:
  - addresses: ["127.0.0.1"]
    conditions:
      ready: true
"""


def ingress(host: Host, grpc: frozenset[str] = frozenset()) -> str:
    """@param grpc  names of the backends that speak gRPC; a host's backends all do or none does."""
    values = dict(ANNOTATIONS) if host.annotated else {}
    if grpc & set(host.paths.values()):
        values["backend-protocol"] = "GRPC"
    annotations = "".join(f'    nginx.ingress.kubernetes.io/{name}: "{value}"\n' for name, value in values.items())
    annotations = f"  annotations:\n{annotations}" if values else ""
    tls = f"  tls:\n    - hosts: [{host.name}]\n      secretName: {TLS_SECRET}\n" if host.tls else ""
    paths = "".join(f"""          - path: {path}{"(/|$)(.*)" if host.annotated else ""}
            pathType: {"ImplementationSpecific" if host.annotated else "Prefix"}
            backend:
              service:
                name: {backend}
                port:
                  number: 80
""" for path, backend in host.paths.items())
    return f"""apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {host.name}
  namespace: {NAMESPACE}
{annotations}spec:
{tls}  rules:
    - host: {host.name}
      http:
        paths:
{paths}"""
