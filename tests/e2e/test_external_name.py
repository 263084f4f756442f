"""Services of type ExternalName: the name is resolved while Fairway runs."""

import pytest

from support.covers import covers_key
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


@covers_key("disable-ipv6-dns")
@pytest.mark.parametrize("disabled", ["true", "false"])
def test_ipv6_addresses_are_not_asked_for_when_disabled(serve, dns, disabled):
    dns.addresses = [NOWHERE]
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"}, "data": {"disable-ipv6-dns": disabled}}
    fairway = serve({"web.yaml": [ingress(annotations=FAST), SERVICE, config]}, "--resolver", dns.address,
                    "--configmap", "default/fairway")
    until(lambda: fairway.get("/").status in (502, 504), what="an endpoint")
    assert (28 in dns.kinds) == (disabled == "false")  # AAAA
    assert 1 in dns.kinds


@pytest.mark.parametrize("name", ["0.0.0.0", "127.0.0.9", "224.0.0.1"])
def test_addresses_that_lead_to_this_machine_are_refused(serve, scripted_origin, name):
    origin = scripted_origin()
    local = {**SERVICE, "spec": {"type": "ExternalName", "externalName": name}}
    fairway = serve({"web.yaml": [ingress(annotations=FAST, paths={"/": ("kubia", origin.port)}), local]})
    assert fairway.get("/").status == 503
    assert not origin.requests
