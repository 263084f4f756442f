"""Fairway as a program beside the node, where its flags, its token and its memory are in our hands."""

import os
import pathlib
import subprocess
import time

import pytest
import yaml

from support.fairway import Fairway


def own_address():
    """The address that the cluster's API server is reached from."""
    route = subprocess.run(["ip", "route", "get", "198.18.0.1"], capture_output=True, text=True).stdout
    return route.split(" src ")[1].split()[0]


def needs_binary():
    if "FAIRWAY_BINARY" not in os.environ:
        pytest.skip("runs Fairway beside the node: FAIRWAY_BINARY must name it")


class Outside(Fairway):
    """`fairway controller` with a kubeconfig whose user is a service account of `namespace`."""

    def __init__(self, folder, kubectl, account, *flags, environment=None):
        self._kubectl, self._account = kubectl, account
        self.token_file = pathlib.Path(folder) / "token"
        self.renew_token()
        path = pathlib.Path(folder) / "kubeconfig"
        path.write_text(yaml.safe_dump(self._kubeconfig()))
        began = time.monotonic()
        super().__init__(folder, "--kubeconfig", path, *flags, command=("controller",), environment=environment)
        self.ready_after_s = time.monotonic() - began

    def renew_token(self):
        new = self.token_file.with_suffix(".new")
        new.write_text(self._kubectl("create", "token", self._account))
        new.rename(self.token_file)

    def _kubeconfig(self):
        view = yaml.safe_load(self._kubectl("config", "view", "--raw", "--minify", "--flatten"))
        view["users"] = [{"name": view["users"][0]["name"], "user": {"tokenFile": str(self.token_file)}}]
        return view

    def resident(self):
        """Bytes of memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024


def slice_of(service, address, port, namespace):
    """An EndpointSlice with one endpoint: an origin on this machine."""
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": f"{service}-1", "namespace": namespace, "labels": {"kubernetes.io/service-name": service}},
            "ports": [{"name": "", "port": port, "protocol": "TCP"}],
            "endpoints": [{"addresses": [address], "conditions": {"ready": True}}]}
