"""limit-rate, limit-rate-after (reference 3.8): a lower bound on the time that a response takes."""

import time

import pytest

from support.covers import covers, covers_key
from support.manifests import site

FLAGS = ("--configmap", "default/fairway")


def seconds(fairway, kilobytes):
    started = time.monotonic()
    answer = fairway.get(f"/bytes?{kilobytes * 1024}", timeout=60)
    assert answer.status == 200 and len(answer.text) == kilobytes * 1024
    return time.monotonic() - started


@covers("limit-rate", "limit-rate-after")
@covers_key("limit-rate", "limit-rate-after")
@pytest.mark.parametrize("config, annotations", [
    ({"limit-rate": "100", "limit-rate-after": "200"}, {}), ({}, {"limit_rate": "100", "limit_rate_after": "200"}),
    ({"limit-rate": "1", "limit-rate-after": "200"}, {"limit_rate": "100"})])
def test_a_response_takes_its_time(serve, origins, config, annotations):
    """200 KB are free, a second's bytes go ahead of time: 300 KB more take at least two seconds."""
    fairway = serve(site(*origins(1), config=config, **annotations), *FLAGS)
    assert seconds(fairway, 600) > 2.5


@covers("limit-rate")
@covers_key("limit-rate")
def test_an_ingress_can_switch_it_off(serve, origins):
    fairway = serve(site(*origins(1), config={"limit-rate": "1"}, limit_rate="0"), *FLAGS)
    assert fairway.get(f"/bytes?{1 << 20}").status == 200  # at 1 KB a second it would take far longer than the client waits
