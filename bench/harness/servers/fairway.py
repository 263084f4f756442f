"""Fairway in standalone mode, `fairway run`, fed with Kubernetes manifests written from the Site."""

from harness import manifests
from harness.process import Process, free_port
from harness.servers.base import Server, Setup
from harness.site import Site

# As in the peers' configurations: connections are not closed for their age or number of requests during a run, and
# uploads are passed on as they come, which is the better of what nginx is measured with.
SETTINGS = {
    "keep-alive": "3600",
    "keep-alive-requests": "1000000",
    "upstream-keepalive-connections": "320",
    "upstream-keepalive-requests": "1000000",
    "upstream-keepalive-timeout": "3600",
    "proxy-body-size": "0",
    "proxy-request-buffering": "off",
    "ssl-protocols": "TLSv1.3",
}


class Fairway(Server):
    name = "fairway"

    def __init__(self, setup: Setup, binary: str):
        super().__init__(setup)
        self.binary = binary
        self.manifests = self.folder / "manifests"

    def configure(self) -> None:
        log = {"access-log-path": str(self.access_log_path())} if self.setup.access_log \
            else {"disable-access-log": "true"}
        manifests.write_all(self.manifests, self.setup.site, SETTINGS | log)

    def start(self) -> None:
        argv = [self.binary, "run", "-f", str(self.manifests), "--workers", str(self.setup.workers),
                "--http-port", str(self.plain_port), "--https-port", str(self.tls_port),
                "--healthz-port", str(free_port()),
                "--configmap", manifests.CONFIG_MAP,
                # wrk names no host in its ClientHello: what it gets is the default certificate.
                "--default-ssl-certificate", f"{manifests.NAMESPACE}/{manifests.TLS_SECRET}",
                "--log-level", "warn"]
        self.process = Process(argv, self.setup.placement, self.log_path())

    def prepare_change(self, site: Site, changed: str):
        kind, _, name = changed.partition(" ")
        if kind == "endpoint":
            text = manifests.endpoint_slice(name, site.backends[name])
            return manifests.prepare(self.manifests, f"endpoints-{name}.yaml", text)
        if kind == "certificate":
            return manifests.prepare(self.manifests, "secret.yaml", manifests.secret(site.certificate))
        return manifests.prepare(self.manifests, f"ingress-{name}.yaml", manifests.ingress(site.hosts[name], site.grpc))
