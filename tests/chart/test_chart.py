"""What the chart makes of values: the objects of some cases, each value's effect, and refusals."""

import concurrent.futures
import copy
import os
import pathlib
import subprocess

import pytest
import yaml

import chart

HERE = pathlib.Path(__file__).parent
OWN = {"takeOver", "controller.shutdownGracePeriodSeconds"}


def leaves(values, prefix=""):
    """{"controller.kind": "Deployment", ...}; an object that is empty by default is a leaf."""
    found = {}
    for key, value in values.items():
        if isinstance(value, dict) and value:
            found |= leaves(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def default_values():
    return yaml.safe_load((chart.CHART / "values.yaml").read_text())


def every_value():
    return yaml.safe_load((HERE / "cases" / "every-value" / "values.yaml").read_text())


def look_up(values, path):
    for key in path.split("."):
        if not isinstance(values, dict) or key not in values:
            return None
        values = values[key]
    return values


def with_value(values, path, value):
    """A copy with another value at that place; None: with none."""
    changed = copy.deepcopy(values)
    at = changed
    *folders, last = path.split(".")
    for key in folders:
        at = at.setdefault(key, {})
    at.pop(last, None)
    if value is not None:
        at[last] = value
    return changed


@pytest.mark.parametrize("case", chart.CASES, ids=lambda case: case.name)
def test_objects_and_notes_are_as_before(case, chart_with_notes):
    expected = case / "expected.yaml"
    rendered = chart.render(case / "values.yaml", chart_with_notes)
    if os.environ.get("FAIRWAY_UPDATE_GOLDEN"):
        expected.write_text(rendered)
    assert rendered == expected.read_text(), f"FAIRWAY_UPDATE_GOLDEN=1 rewrites {expected}"


def test_helm_lint_finds_nothing():
    result = subprocess.run([chart.helm_program(), "lint", "--strict", str(chart.CHART), "--kube-version", chart.KUBERNETES],
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_the_values_are_those_of_ingress_nginx_and_a_few_more():
    theirs = set((HERE / "ingress-nginx-4.15.1.txt").read_text().split())
    ours = set(leaves(default_values()))
    own_object = {"controller.nodeSelector.kubernetes.io/os", "defaultBackend.nodeSelector.kubernetes.io/os"}
    assert {path for path in theirs if look_up(default_values(), path) is None and path not in ours} == set()
    covered = {path for path in ours if any(path == name or path.startswith(name + ".") for name in theirs | OWN)}
    assert ours - covered - own_object == set()


# Values that count only when another is, which every-value/values.yaml cannot all have at once.
OTHERWISE = [
    {},
    {"controller.keda.enabled": False},
    {"controller.kind": "DaemonSet"},
    {"controller.image.repository": None, "defaultBackend.image.repository": None},
    {"controller.image.repository": None, "controller.image.registry": None,
     "defaultBackend.image.repository": None, "defaultBackend.image.registry": None},
    {"controller.keda.enabled": False, "controller.autoscaling.enabled": False, "controller.maxUnavailable": None,
     "defaultBackend.autoscaling.enabled": False, "defaultBackend.maxUnavailable": None},
    {"controller.scope.enabled": False},
    {"controller.admissionWebhooks.certManager.admissionCert.issuerRef": None},
    {"controller.disableLeaderElection": False},
    {"controller.publishService.pathOverride": None, "controller.hostNetwork": True},
    {"rbac.scope": False, "rbac.create": True, "controller.publishService.enabled": False},
    {"controller.customTemplate.configMapName": ""},
    {"controller.customTemplate.configMapKey": ""},
    {"controller.image.chroot": False},
    {"controller.image.digestChroot": ""},
]
# The other side of those that every-value leaves at their default, to have the effects of others.
OTHER_SIDE = {
    "controller.kind": "DaemonSet", "controller.hostNetwork": True, "rbac.create": False, "serviceAccount.create": False,
    "controller.ingressClassResource.enabled": False, "controller.publishService.enabled": False,
    "controller.service.enabled": False, "controller.service.external.enabled": False,
    "controller.service.enableHttp": False, "controller.service.enableHttps": False,
    "controller.metrics.service.enabled": False, "defaultBackend.serviceAccount.create": False,
    "controller.containerSecurityContext": {"privileged": True},
    "defaultBackend.containerSecurityContext": {"privileged": True},
    "controller.admissionWebhooks.enabled": False,
}


def test_every_value_of_ingress_nginx_acts_or_is_named_in_the_notes(chart_with_notes):
    names = (HERE / "ingress-nginx-4.15.1.txt").read_text().split()
    bases = []
    for changes in OTHERWISE:
        base = every_value()
        for path, value in changes.items():
            base = with_value(base, path, value)
        bases.append(base)
    defaults = default_values()

    def render(values):
        return chart.render(values, chart_with_notes)

    def acts(name):
        if name in OTHER_SIDE:
            return any(render(with_value(base, name, OTHER_SIDE[name])) != before for base, before in zip(bases, rendered))
        given = look_up(every_value(), name)
        assert given is not None and given != look_up(defaults, name), f"{name} is not in every-value/values.yaml"
        return any(render(with_value(base, name, None)) != before for base, before in zip(bases, rendered))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rendered = list(pool.map(render, bases))
        idle = [name for name, effect in zip(names, pool.map(acts, names)) if not effect]
    assert idle == []


@pytest.mark.parametrize("path, wrong, says", [
    ("controller.replicaCout", 2, "replicaCout"),
    ("controler", {}, "controler"),
    ("controller.replicaCount", "two", "replicaCount"),
    ("controller.kind", "StatefulSet", "kind"),
    ("controller.service.type", "Loadbalancer", "type"),
    ("controller.service.ports.http", 70000, "http"),
    ("controller.service.externalTrafficPolicy", "local", "externalTrafficPolicy"),
    ("controller.config", ["proxy-body-size"], "config"),
    ("controller.extraArgs", ["--v=2"], "extraArgs"),
    ("controller.admissionWebhooks.failurePolicy", "fail", "failurePolicy"),
    ("controller.metrics.serviceMonitor.enable", True, "enable"),
    ("controller.podLabels", {"version": 1}, "version"),
    ("controller.minAvailable", "half", "minAvailable"),
    ("takeOver", "nginx", "takeOver"),
    ("tcp", {"postgres": "shop/postgres:5432"}, "postgres"),
    ("defaultBackend.enabled", "yes", "enabled"),
])
def test_typing_errors_are_refused(path, wrong, says):
    with pytest.raises(chart.RenderFailed, match=says):
        chart.render(with_value({}, path, wrong))


def test_a_parent_chart_may_switch_it_and_have_globals_of_its_own():
    chart.render({"enabled": True, "global": {"company": "example", "image": {"registry": "mirror.example"}}})


@pytest.mark.parametrize("name", ["config", "extraArgs", "resources", "nodeSelector", "podLabels", "labels", "extraEnvs"])
def test_a_key_without_a_value_is_no_value(name):
    chart.render({"controller": {name: None}})
