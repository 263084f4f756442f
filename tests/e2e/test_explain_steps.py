"""`fairway explain` goes through the very list of steps that requests go through, with each step's verdict."""

import json
import re

import pytest

from support.fairway import ROOT, run_command
from support.manifests import HOST, annotated, endpoints, service, to_yaml


@pytest.fixture
def explain(tmp_path):
    """explain(URL, *options, **annotations)"""
    def run(url, *options, tls=None, paths=None, **annotations):
        (tmp_path / "all.yaml").write_text(to_yaml([annotated(tls=tls, paths=paths, **annotations), service()]))
        result = run_command("explain", url, "-f", tmp_path, "-o", "json", *options)
        assert result.returncode == 0, result.stderr
        explanation = json.loads(result.stdout)
        explanation["verdicts"] = dict(line.split(": ", 1) for step in explanation["steps"] if step["topic"] == "steps"
                                       for line in step["details"])
        return explanation
    return run


def test_every_step_is_there_in_its_order(explain):
    names = re.findall(r'^ {4}\{(?:\.name = )?"([^"]+)"', (ROOT / "proxy/request_steps.cpp").read_text(), re.MULTILINE)
    assert len(names) > 7
    assert list(explain(f"http://{HOST}/")["verdicts"]) == names


def test_the_step_that_answers_ends_the_list(explain):
    explained = explain(f"http://{HOST}/a/?b", tls="missing")
    assert (explained["status"], explained["outcome"]) == (308, f"308 to https://{HOST}/a/?b")
    assert explained["verdicts"]["redirect to HTTPS"] == f"answers 308 Permanent Redirect, Location https://{HOST}/a/?b"
    assert explained["verdicts"]["Host for the endpoint"] == "not reached"
    assert explained["verdicts"]["rewrite"] == "not asked for"


def test_method_and_fields_count(explain):
    preflight = explain(f"http://{HOST}/", "-X", "OPTIONS", "-H", "Origin: https://a.example", enable_cors="true")
    assert (preflight["status"], preflight["verdicts"]["CORS preflight"]) == (204, "answers 204 No Content")
    assert explain(f"http://{HOST}/", "-H", "Origin: https://a.example", enable_cors="true")["status"] == 503
    large = explain(f"http://{HOST}/", "-X", "POST", "--header", "Content-Length: 2000000")
    assert (large["status"], large["outcome"]) == (413, '413 Request Entity Too Large, by the step "body size"')


def test_closed_paths_say_why(explain):
    explained = explain(f"http://{HOST}/", enable_modsecurity="true")
    assert explained["status"] == 503
    assert explained["verdicts"]["closed"].startswith("answers 503")
    assert any("enable-modsecurity" in step["verdict"] for step in explained["steps"] if step["topic"] == "policies")


def test_rewrites_and_patterns_are_shown(explain):
    explained = explain(f"http://{HOST}/app/x?y", rewrite_target="/$2", paths={("/app(/|$)(.*)", "ImplementationSpecific"): "kubia"})
    assert explained["verdicts"]["rewrite"] == "the endpoint gets /x?y"
    told = json.dumps(explained["steps"])
    assert "by the pattern ^/app(/|$)(.*)" in told and "its paths are patterns" in told


def test_wrong_usage_says_what_to_write(tmp_path):
    (tmp_path / "all.yaml").write_text(to_yaml([annotated(), service()]))
    for options, advice in ((("-H", "nonsense"), "NAME:VALUE"), (("-H", "Host: x"), "URL"), (("--source-ip", "x"), "IP address")):
        result = run_command("explain", f"http://{HOST}/", "-f", tmp_path, *options)
        assert result.returncode == 2 and advice in result.stderr, result


def test_a_running_instance_takes_the_same_options(serve, origins):
    fairway = serve({"all.yaml": [annotated(enable_cors="true"), service(), endpoints(*origins(1))]})
    result = run_command("explain", f"http://{HOST}/", "--admin", fairway.admin_url, "-X", "OPTIONS", "-H", "Origin: https://a.example",
                         "-o", "json")
    assert json.loads(result.stdout)["status"] == 204, result
