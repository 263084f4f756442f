"""Services of type ExternalName: the name is resolved while Fairway runs."""

import pytest

from support.dns import Dns
from support.manifests import ingress
from support.waiting import until

SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubia"},
           "spec": {"type": "ExternalName", "externalName": "db.example.org."}}
FAST = {"nginx.ingress.kubernetes.io/proxy-connect-timeout": "1",
        "nginx.ingress.kubernetes.io/proxy-next-upstream-tries": "1"}
# RFC 5737: nobody answers there. Loopback addresses, where somebody would, are refused.
NOWHERE = "192.0.2.1"


@pytest.fixture
def dns():
    server = Dns()
    yield server
    server.close()


def test_an_answer_of_dns_is_live_at_once(serve, dns):
    fairway = serve({"web.yaml": [ingress(annotations=FAST), SERVICE]}, "--resolver", dns.address)
    until(lambda: "db.example.org" in dns.asked, what="a question")
    assert fairway.get("/").status == 503
    dns.addresses = [NOWHERE]
    # An endpoint that cannot be reached, and no longer none at all.
    until(lambda: fairway.get("/").status in (502, 504), what="an endpoint")


def test_loopback_is_refused(serve, dns):
    dns.addresses = ["127.0.0.1"]
    fairway = serve({"web.yaml": [ingress(annotations=FAST), SERVICE]}, "--resolver", dns.address)
    until(lambda: any("which are refused" in entry["message"] for entry in fairway.events("diagnostic")),
          what="the reason in the log")
    assert fairway.get("/").status == 503


def test_external_names_can_be_disabled(serve, dns):
    dns.addresses = [NOWHERE]
    fairway = serve({"web.yaml": [ingress(annotations=FAST), SERVICE]}, "--resolver", dns.address,
                    "--disable-svc-external-name")
    assert fairway.get("/").status == 503
    assert dns.asked == []
