"""Lists of addresses that may or may not pass (reference 3.9), by the address of the real client (2.4)."""

import pytest

from support.certificates import Authority
from support.covers import covers, covers_key
from support.manifests import HOST, site, tls_secret
from support.waiting import until

FLAG = ("--configmap", "default/fairway")


@pytest.fixture
def site_with(serve, origins):
    """site_with({"key": value}, **annotations): Fairway, which believes X-Forwarded-For."""
    def start(config=None, **annotations):
        config = {"use-forwarded-headers": "true", **(config or {})}
        return serve(site(*origins(1), config=config, **annotations), *FLAG)
    return start


def statuses(fairway, *clients, **options):
    return [fairway.get(headers={"X-Forwarded-For": client}, **options).status for client in clients]


def closed(fairway, name):
    """Every request is a 503, and the log says why."""
    until(lambda: any(name in entry["message"] or name in entry.get("field", "") for entry in fairway.events("diagnostic")),
          what=f"a diagnostic about {name}")
    return set(statuses(fairway, "192.0.2.1", "10.0.0.1")) == {503}


@covers("allowlist-source-range")
def test_only_the_listed_may_pass(site_with):
    fairway = site_with(allowlist_source_range="192.0.2.0/24, 198.51.100.7,2001:db8::/32")
    assert statuses(fairway, "192.0.2.1", "192.0.2.255", "198.51.100.7", "2001:db8:ff::1") == [200] * 4
    assert statuses(fairway, "192.0.3.0", "198.51.100.8", "2001:db9::1", "127.0.0.1") == [403] * 4
    assert "403 Forbidden" in fairway.get().text  # nobody's X-Forwarded-For: the TCP peer is the client


@covers("whitelist-source-range", "allowlist-source-range")
def test_the_newer_name_goes_before_the_older(site_with):
    assert statuses(site_with(whitelist_source_range="192.0.2.1"), "192.0.2.1", "192.0.2.2") == [200, 403]
    fairway = site_with(whitelist_source_range="192.0.2.1", allowlist_source_range="192.0.2.2")
    assert statuses(fairway, "192.0.2.1", "192.0.2.2") == [403, 200]


@covers("denylist-source-range", "allowlist-source-range")
def test_deny_goes_before_allow(site_with):
    fairway = site_with(denylist_source_range="192.0.2.7, 10.0.0.0/8")
    assert statuses(fairway, "192.0.2.7", "10.1.2.3", "192.0.2.8") == [403, 403, 200]
    fairway = site_with(denylist_source_range="192.0.2.7", allowlist_source_range="192.0.2.0/24")
    assert statuses(fairway, "192.0.2.7", "192.0.2.8", "192.0.3.1") == [403, 200, 403]


@covers("allowlist-source-range", "whitelist-source-range", "denylist-source-range")
@pytest.mark.parametrize("name", ["allowlist-source-range", "whitelist-source-range", "denylist-source-range"])
@pytest.mark.parametrize("value", ["192.0.2.0/33", "192.0.2.1, nonsense", ","])
def test_a_bad_item_closes_the_paths(site_with, name, value):
    assert closed(site_with(annotations={name: value}), name)


@covers("whitelist-source-range")
def test_the_client_is_the_tcp_peer_unless_fields_are_believed(serve, origins):
    fairway = serve(site(*origins(1), whitelist_source_range="192.0.2.1"))
    assert fairway.get(headers={"X-Forwarded-For": "192.0.2.1"}).status == 403
    assert serve(site(*origins(1), whitelist_source_range="127.0.0.1")).get(headers={"X-Forwarded-For": "192.0.2.1"}).status == 200


@covers_key("whitelist-source-range", "denylist-source-range")
def test_the_keys_hold_for_every_ingress_and_annotations_replace_them(site_with):
    lists = {"whitelist-source-range": "192.0.2.0/24", "denylist-source-range": "192.0.2.9"}
    fairway = site_with(lists)
    assert statuses(fairway, "192.0.2.1", "192.0.2.9", "10.0.0.1") == [200, 403, 403]
    assert statuses(fairway, "10.0.0.1", host="unknown.example.com") == [403]  # also what no Ingress names
    fairway = site_with(lists, allowlist_source_range="10.0.0.0/8")
    assert statuses(fairway, "10.0.0.1", "192.0.2.1", "192.0.2.9") == [200, 403, 403]
    # cert-manager's solver.
    fairway = site_with(lists, whitelist_source_range="0.0.0.0/0,::/0")
    assert statuses(fairway, "10.0.0.1", "2001:db8::1", "192.0.2.9") == [200, 200, 403]
    for key in lists:
        assert closed(site_with({key: "192.0.2.0/24, bad"}), key)


@covers_key("block-cidrs")
def test_blocked_addresses_are_refused_whatever_the_lists_say(site_with):
    fairway = site_with({"block-cidrs": "192.0.2.0/28, 2001:db8::/64"})
    assert statuses(fairway, "192.0.2.15", "2001:db8::7", "192.0.2.16") == [403, 403, 200]
    assert statuses(fairway, "192.0.2.1", host="unknown.example.com") == [403]
    fairway = site_with({"block-cidrs": "192.0.2.1"}, allowlist_source_range="192.0.2.0/24", satisfy="any")
    assert statuses(fairway, "192.0.2.1", "192.0.2.2") == [403, 200]
    assert closed(site_with({"block-cidrs": "192.0.2.1, bad"}), "block-cidrs")


@covers("allowlist-source-range")
def test_ten_thousand_networks(site_with):
    networks = ",".join(f"10.{i // 256}.{i % 256}.0/24" for i in range(0, 20000, 2))
    fairway = site_with(allowlist_source_range=networks)
    assert statuses(fairway, "10.0.0.9", "10.0.1.9", "10.78.30.1", "10.78.31.1", "10.200.0.1") == [200, 403, 200, 403, 403]


@covers("allowlist-source-range")
def test_preflights_and_redirects_to_https_come_before_lists(serve, origins, authority: Authority):
    preflight = {"Origin": "https://a.example"}
    fairway = serve(site(*origins(1), allowlist_source_range="192.0.2.1", enable_cors="true"))
    assert fairway.get(method="OPTIONS", headers=preflight).status == 204
    assert fairway.get().headers["Access-Control-Allow-Origin"] == "*"  # also in the 403
    manifests = site(*origins(1), allowlist_source_range="192.0.2.1", tls="tls-secret")
    fairway = serve({**manifests, "secret.yaml": tls_secret(authority.issue(HOST))})
    assert fairway.get().status == 308


@covers("allowlist-source-range")
def test_no_endpoints_is_a_503_before_a_403(serve):
    assert serve(site(allowlist_source_range="192.0.2.1")).get().status == 503


@covers_key("block-user-agents", "block-referers")
@pytest.mark.parametrize("key, field", [("block-user-agents", "User-Agent"), ("block-referers", "Referer")])
def test_blocked_fields(site_with, key, field):
    fairway = site_with({key: "BadBot/1.0, ~^Evil, ~*CRAWL(er|ing)"})

    def status(value, **options):
        return fairway.get(headers={field: value} if value is not None else {}, **options).status
    assert [status(value) for value in ("BadBot/1.0", "badbot/1.0", "Evil thing", "x Crawler y", "a crawling b")] == [403] * 5
    assert [status(value) for value in ("BadBot/1.0 x", "evil thing", "An Evil", "good", None)] == [200] * 5
    assert status("BadBot/1.0", host="unknown.example.com") == 403


@covers_key("block-user-agents")
def test_a_bad_pattern_is_left_out_aloud(site_with):
    fairway = site_with({"block-user-agents": "~(, ~good"})
    assert [fairway.get(headers={"User-Agent": value}).status for value in ("good", "other")] == [403, 200]
    until(lambda: any("missing closing parenthesis" in entry["message"] for entry in fairway.events("diagnostic")), what="a diagnostic")


@covers("allowlist-source-range")
@covers_key("whitelist-source-range", "block-cidrs")
def test_lists_of_several_lines(serve, scripted_origin):
    flags = ("--configmap", "default/fairway")
    listed = "10.0.0.0/8,\n127.0.0.1/32\n"
    assert serve(site(scripted_origin(), allowlist_source_range=listed)).get().status == 200
    assert serve(site(scripted_origin(), config={"whitelist-source-range": listed}), *flags).get().status == 200
    assert serve(site(scripted_origin(), config={"block-cidrs": listed}), *flags).get().status == 403
    agents = serve(site(scripted_origin(), config={"block-user-agents": "good,\nbad\n"}), *flags)
    assert agents.get(headers={"User-Agent": "bad"}).status == 403
