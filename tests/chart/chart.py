"""Renders charts/fairway with helm, which needs no cluster for it."""

import json
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHART = ROOT / "charts" / "fairway"
CASES = sorted((HERE / "cases").iterdir())
KUBERNETES = "1.36.0"

# NOTES.txt is printed by installs only; in a copy of the chart this template shows it among the objects.
_NOTES = """apiVersion: v1
kind: ConfigMap
metadata:
  name: notes-of-the-chart
data:
  notes: {{ tpl (.Files.Get "notes.txt") . | toJson }}
"""


def helm_program():
    """HELM, the one in PATH, or the one that tests/cluster/node builds; None: there is none."""
    cache = os.environ.get("FAIRWAY_CLUSTER_CACHE", os.path.expanduser("~/.cache/fairway-cluster"))
    built = os.path.join(cache, "bin", "helm")
    return os.environ.get("HELM") or shutil.which("helm") or (built if os.access(built, os.X_OK) else None)


class RenderFailed(Exception):
    pass


def render(values, chart=CHART, release="edge", namespace="edge", certificates=False):
    """Values: a file, or an object. Returns the objects' text, with a word in place of keys and certificates unless these
    are asked for; raises RenderFailed with what helm says."""
    command = [helm_program(), "template", release, str(chart), "--namespace", namespace,
               "--kube-version", KUBERNETES, "--values"]
    if isinstance(values, pathlib.Path):
        result = subprocess.run([*command, str(values)], capture_output=True, text=True)
    else:
        result = subprocess.run([*command, "-"], input=json.dumps(values), capture_output=True, text=True)
    if result.returncode != 0:
        raise RenderFailed(result.stderr)
    return result.stdout if certificates else without_keys(result.stdout)


def with_notes(folder):
    """A copy of the chart, in a folder, whose objects include a ConfigMap with its notes."""
    copy = folder / "fairway"
    shutil.copytree(CHART, copy)
    (copy / "templates" / "NOTES.txt").rename(copy / "notes.txt")
    (copy / "templates" / "notes.yaml").write_text(_NOTES)
    return copy


def without_keys(text):
    """Keys and certificates are new in each render."""
    return re.sub(r"(ca\.crt|tls\.crt|tls\.key|caBundle): [A-Za-z0-9+/=]{100,}", r"\1: MADE-BY-HELM", text)
