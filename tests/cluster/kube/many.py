"""Thousands of objects, through the API of the cluster: kept connections, many requests at once."""

import concurrent.futures
import http.client
import json
import ssl
import threading
import urllib.parse

import yaml

PATHS = {"Service": "/api/v1/namespaces/{}/services", "Secret": "/api/v1/namespaces/{}/secrets",
         "Ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
         "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices"}


class Api:
    """Requests with a token: that of the kubeconfig's user, or another one."""

    def __init__(self, kubectl, token=None):
        view = yaml.safe_load(kubectl("config", "view", "--raw", "--minify", "--flatten"))
        cluster, user = view["clusters"][0]["cluster"], view["users"][0]["user"]
        url = urllib.parse.urlsplit(cluster["server"])
        self._host, self._port = url.hostname, url.port
        self._headers = {"Authorization": "Bearer " + (token or user["token"]), "Accept": "application/json"}
        self._context = ssl.create_default_context()
        self._context.check_hostname = False  # of an address that the certificate may not name
        self._context.verify_mode = ssl.CERT_NONE
        self._local = threading.local()

    def ask(self, method, path, body=None, content_type="application/json"):
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPSConnection(self._host, self._port, context=self._context, timeout=60)
        headers = {**self._headers, "Content-Type": content_type} if body is not None else self._headers
        self._local.connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = self._local.connection.getresponse()
        text = response.read().decode()
        assert response.status < 300, f"{method} {path}: {response.status} {text[:300]}"
        return text

    def answers(self, path):
        """Whether the API server answers GET as it does when all is well."""
        try:
            return bool(self.ask("GET", path))
        except (AssertionError, OSError, http.client.HTTPException):
            self._local = threading.local()
            return False

    def create(self, namespace, objects, at_once=8):
        def one(made):
            self.ask("POST", PATHS[made["kind"]].format(namespace), made)

        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            list(pool.map(one, objects))

    def webhook_calls(self, name):
        """(calls of an admission webhook since the API server's start, seconds that they took)"""
        text = self.ask("GET", "/metrics")

        def total(kind):
            lines = [line for line in text.splitlines()
                     if line.startswith(f"apiserver_admission_webhook_admission_duration_seconds_{kind}{{") and f'name="{name}"' in line]
            return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

        return total("count"), total("sum")

    def requests_by(self, resources):
        """{(resource, verb): requests since the API server's start} of these resources."""
        counts = {}
        for line in self.ask("GET", "/metrics").splitlines():
            if not line.startswith("apiserver_request_total{"):
                continue
            labels = dict(part.split("=", 1) for part in line[line.index("{") + 1:line.rindex("}")].split(",") if "=" in part)
            resource, verb = labels["resource"].strip('"'), labels["verb"].strip('"')
            if resource in resources:
                counts[resource, verb] = counts.get((resource, verb), 0) + float(line.rsplit(" ", 1)[1])
        return counts


def many_hosts(count, ingress_class, address, port):
    """Services, their slices and Ingresses: `count` hosts of two paths, each with a Service of its own with two endpoints.
    The first endpoint of host 0 is `address:port`."""
    for number in range(count):
        name = f"web-{number:05}"
        spread = [f"10.{number >> 8 & 255}.{number & 255}.{last}" for last in (1, 2)]
        yield {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
               "spec": {"clusterIP": "None", "ports": [{"port": 80, "targetPort": 8080}]}}
        yield {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
               "metadata": {"name": f"{name}-1", "labels": {"kubernetes.io/service-name": name}},
               "ports": [{"name": "", "port": port if number == 0 else 8080, "protocol": "TCP"}],
               "endpoints": [{"addresses": [each], "conditions": {"ready": True, "serving": True, "terminating": False}}
                             for each in ([address] if number == 0 else spread)]}
        backend = {"service": {"name": name, "port": {"number": 80}}}
        yield {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name},
               "spec": {"ingressClassName": ingress_class, "rules": [{"host": f"{name}.example.com", "http": {"paths": [
                   {"path": path, "pathType": "Prefix", "backend": backend} for path in ("/", "/api")]}}]}}
