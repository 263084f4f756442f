"""Small builders of Kubernetes objects: a test names only what matters to it."""

import yaml

HOST = "kubia.example.com"


def ingress(name="kubia", host=HOST, paths=None, tls=None, annotations=None, **spec):
    """An Ingress of networking.k8s.io/v1. `paths`: {path: service} or {(path, pathType): (service, port)}."""
    entries = []
    for key, target in (paths if paths is not None else {"/": "kubia"}).items():
        path, path_type = key if isinstance(key, tuple) else (key, "Prefix")
        service_name, port = target if isinstance(target, tuple) else (target, 80)
        port = {"number": port} if isinstance(port, int) else {"name": port}
        entries.append({"path": path, "pathType": path_type,
                        "backend": {"service": {"name": service_name, "port": port}}})
    rule = {"http": {"paths": entries}}
    if host:
        rule["host"] = host
    body = {"rules": [rule], **spec}
    if tls:
        body["tls"] = [{"hosts": [host], "secretName": tls}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": name, "annotations": annotations or {}}, "spec": body}


PREFIX = "nginx.ingress.kubernetes.io/"


def annotated(name="kubia", annotations=None, host=HOST, paths=None, tls=None, **more):
    """An Ingress with annotations; those among the keywords are written with '_' for '-'."""
    values = {**(annotations or {}), **{key.replace("_", "-"): str(value) for key, value in more.items()}}
    return ingress(name, host, paths, tls, {PREFIX + key: value for key, value in values.items()})


def site(*origins, config=None, **annotations):
    """Manifests of one annotated Ingress, its Service and endpoints; with `config`, a dict, also the ConfigMap, which
    --configmap default/fairway names."""
    objects = [annotated(**annotations), service(), endpoints(*origins)]
    if config is not None:
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "fairway"}, "data": config})
    return {"all.yaml": objects}


def service(name="kubia", port=80):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"ports": [{"port": port, "targetPort": 8080}]}}


def endpoints(*origins, name="kubia"):
    """Endpoints of the Service `name`: one subset for each origin, as each has a port of its own."""
    subsets = [{"addresses": [{"ip": "127.0.0.1"}], "ports": [{"port": origin.port}]} for origin in origins]
    return {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": name}, "subsets": subsets}


def tls_secret(certificate, name="tls-secret"):
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": name},
            "stringData": {"tls.crt": certificate.chain_pem, "tls.key": certificate.key_pem}}


def config_map(name="fairway", **data):
    """Keys are written with '_' for '-'."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name},
            "data": {key.replace("_", "-"): str(value) for key, value in data.items()}}


def to_yaml(content):
    """The text of a manifest file: of text itself, one object, or several."""
    if isinstance(content, str):
        return content
    return yaml.safe_dump_all(content if isinstance(content, list) else [content])
