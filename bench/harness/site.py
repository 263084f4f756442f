"""What the servers under test serve: hosts, their paths and the backends behind them, in no server's own language."""

import copy
import subprocess
from dataclasses import dataclass
from pathlib import Path

PLAIN_HOST = "plain.bench.test"
SECURE_HOST = "secure.bench.test"


@dataclass
class Host:
    """A host and where its path prefixes lead (names of backends)."""

    name: str
    paths: dict[str, str]
    tls: bool = False
    annotated: bool = False  # what the ten most used annotations ask for, on all of its paths


@dataclass
class Site:
    """Hosts by name; backends as name -> port of their one endpoint on 127.0.0.1. Those in `grpc` speak HTTP/2 in the clear."""

    hosts: dict[str, Host]
    backends: dict[str, int]
    certificate: "Certificate | None" = None
    grpc: frozenset[str] = frozenset()

    def copy(self) -> "Site":
        return copy.deepcopy(self)


@dataclass
class Certificate:
    """A self-signed ECDSA P-256 certificate and its key, as files in PEM."""

    certificate: Path
    key: Path

    def text(self) -> str:
        return self.certificate.read_text()

    def key_text(self) -> str:
        return self.key.read_text()


def make_certificate(folder: Path, name: str) -> Certificate:
    made = Certificate(folder / f"{name}.crt", folder / f"{name}.key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", f"/CN={SECURE_HOST}", "-addext", f"subjectAltName=DNS:{SECURE_HOST}",
         "-keyout", str(made.key), "-out", str(made.certificate)],
        check=True, capture_output=True)
    return made


def small_site(origin_port: int, certificate: Certificate) -> Site:
    """One plain host and one with TLS, both in front of one origin."""
    return Site(
        hosts={
            PLAIN_HOST: Host(PLAIN_HOST, {"/": "origin"}),
            SECURE_HOST: Host(SECURE_HOST, {"/": "origin"}, tls=True),
        },
        backends={"origin": origin_port},
        certificate=certificate,
    )


def annotated_site(origin_port: int, certificate: Certificate) -> Site:
    """As small_site(), with the path /app and annotations; the origin sees what is below /app."""
    site = small_site(origin_port, certificate)
    for host in site.hosts.values():
        host.paths, host.annotated = {"/app": "origin"}, True
    return site


def grpc_site(origin_port: int, grpc_port: int, certificate: Certificate) -> Site:
    """As small_site(), with a gRPC server behind the host with TLS."""
    site = small_site(origin_port, certificate)
    site.backends["grpc"] = grpc_port
    site.grpc = frozenset({"grpc"})
    site.hosts[SECURE_HOST].paths = {"/": "grpc"}
    return site


def numbered_host(number: int | str) -> str:
    return f"h{number}.bench.test"


def backend_of_b(number: int) -> str:
    """The backend that the path /b of a numbered host leads to."""
    return f"b-{number // 10}"


def many_hosts(count: int, origin_port: int, other_port: int) -> Site:
    """`count` hosts with the paths /a and /b, all answered by one origin.

    /a leads to one backend for all hosts, so that a load on it meets the same few upstream connections whatever number of
    hosts it asks for, and only the routing differs. /b has a backend for every ten hosts.
    The backend "moving" belongs to the host moving.bench.test alone: its endpoint is the one that changes. The backend
    "other" leads to the other origin and is there for a path to move to.
    """
    backends = {"common": origin_port, "moving": origin_port, "other": other_port}
    hosts = {"moving.bench.test": Host("moving.bench.test", {"/": "moving"})}
    for number in range(count):
        name = numbered_host(number)
        hosts[name] = Host(name, {"/a": "common", "/b": backend_of_b(number)})
        backends[backend_of_b(number)] = origin_port
    return Site(hosts, backends)
