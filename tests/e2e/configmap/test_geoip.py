"""GeoIP2 variables (reference 4.1: use-geoip2), with databases that MaxMind's own format library reads and another's writes."""

import os

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from support.covers import covers_key
from support.manifests import site
from support.waiting import until

GENEVA = {"city": {"names": {"en": "Gen\u00e8ve"}, "geoname_id": 2660646},
          "country": {"iso_code": "CH", "names": {"en": "Switzerland"}}, "continent": {"code": "EU"},
          "location": {"latitude": 46.2, "longitude": 6.14, "time_zone": "Europe/Zurich", "metro_code": 7},
          "subdivisions": [{"iso_code": "GE", "names": {"en": "Geneva"}}]}


def write(path, kind, networks):
    writer = MMDBWriter(6, kind, languages=["en"], description=kind, ipv4_compatible=True)
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(f"{path}.new")
    os.rename(f"{path}.new", path)


@pytest.fixture
def geo(serve, origins, tmp_path):
    """geo({"file": {network: record}}, "variables", **ConfigMap) -> Fairway, whose where(client address) is their text"""
    folder = tmp_path / "geoip"
    folder.mkdir()

    def start(databases, variables, **keys):
        for name, networks in databases.items():
            write(folder / name, name.removesuffix(".mmdb"), networks)
        manifests = site(*origins(1), config={"use-geoip2": "true", "use-forwarded-headers": "true", "add-headers": "default/told", **keys})
        told = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "told"}, "data": {"X-Where": f"[{variables}]"}}
        fairway = serve({**manifests, "told.yaml": told}, "--configmap", "default/fairway", "--geoip-directory", str(folder))
        fairway.databases = folder

        def where(client):
            field = fairway.get(headers={"X-Forwarded-For": client}).headers["X-Where"]
            return field.encode("latin-1").decode()[1:-1]
        fairway.where = where
        return fairway
    return start


@covers_key("use-geoip2")
def test_clients_are_looked_up_by_their_own_address(geo):
    fairway = geo({"GeoLite2-City.mmdb": {"203.0.113.0/24": GENEVA, "2001:db8::/32": {"city": {"names": {"en": "Six"}}}},
                   "GeoLite2-ASN.mmdb": {"203.0.113.0/24": {"autonomous_system_number": 64500,
                                                            "autonomous_system_organization": "Example Org"}}},
                  "$geoip2_city|$geoip2_city_country_code|$geoip2_city_geoname_id|$geoip2_latitude|$geoip2_dma_code|"
                  "$geoip2_region_code|$geoip2_subregion_code|$geoip2_asn|$geoip2_org|$geoip2_isp")
    assert fairway.where("203.0.113.9") == "Gen\u00e8ve|CH|2660646|46.20000|7|GE||64500|Example Org|"
    assert fairway.where("2001:db8::1").startswith("Six|||")
    assert fairway.where("198.51.100.1") == "|||||||||"


def test_flags_of_anonymous_addresses_default_to_no(geo):
    fairway = geo({"GeoIP2-Anonymous-IP.mmdb": {"203.0.113.0/24": {"is_anonymous": True, "is_tor_exit_node": True}}},
                  "$geoip2_is_anon|$geoip2_is_anonymous|$geoip2_is_tor_exit_node|$geoip2_is_public_proxy")
    assert fairway.where("203.0.113.9") == "1|1|1|0"
    assert fairway.where("198.51.100.1") == "|0|0|0"


def test_no_database_is_told(geo):
    fairway = geo({}, "$geoip2_city")
    assert fairway.where("203.0.113.9") == ""
    assert any("there is no database in" in str(entry) for entry in fairway.log)


@covers_key("geoip2-autoreload-in-minutes")
def test_a_replaced_database_is_noticed(geo):
    fairway = geo({"GeoLite2-City.mmdb": {"203.0.113.0/24": GENEVA}}, "$geoip2_city_country_code",
                  **{"geoip2-autoreload-in-minutes": "1"})
    assert fairway.where("203.0.113.9") == "CH"
    write(fairway.databases / "GeoLite2-City.mmdb", "GeoLite2-City", {"203.0.113.0/24": {"country": {"iso_code": "FR"}}})
    until(lambda: fairway.where("203.0.113.9") == "FR", 90, "the new database")
