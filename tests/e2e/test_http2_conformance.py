"""h2spec, a conformance suite that nobody here wrote, against both ports. `make conformance` builds it and sets H2SPEC."""

import os
import subprocess
import xml.etree.ElementTree

import pytest

from support.manifests import config_map, endpoints, ingress, service

H2SPEC = os.environ.get("H2SPEC")

# On the plain port what is no HTTP/2 preface is HTTP/1, and answered as such; the case wants a close without a word.
EXPECTED_ON_THE_PLAIN_PORT = {"Sends invalid connection preface"}


def failures(report):
    cases = xml.etree.ElementTree.parse(report).getroot().iter("testcase")
    seen = {case: case.find("failure") is not None or case.find("error") is not None for case in cases}
    assert len(seen) > 140, "the whole suite ran"
    return {case.get("classname") for case, failed in seen.items() if failed}


@pytest.mark.skipif(not H2SPEC, reason="needs h2spec, which make conformance builds: it takes a Go toolchain")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_h2spec(serve, origins, tmp_path, tls):
    fairway = serve({"all.yaml": [ingress(host=None), service(), endpoints(*origins(1)), config_map(ssl_redirect="false")]},
                    "--configmap", "default/fairway")
    report = tmp_path / "report.xml"
    port = ["-t", "-k", "-p", str(fairway.https_port)] if tls else ["-p", str(fairway.http_port)]
    subprocess.run([H2SPEC, *port, "-h", "127.0.0.1", "-P", "/", "-o", "5", "-j", str(report), "generic", "http2", "hpack"],
                   capture_output=True, timeout=280)
    assert failures(report) == (set() if tls else EXPECTED_ON_THE_PLAIN_PORT)
