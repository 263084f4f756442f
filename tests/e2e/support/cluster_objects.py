"""Objects as an API server has them, with what it fills in."""


def in_cluster(manifest):
    """As an API server has it: namespaced, and with the class that the controller serves."""
    manifest = {**manifest, "metadata": {"namespace": "default", **manifest["metadata"]}}
    if manifest["kind"] == "Ingress":
        manifest["spec"] = {**manifest["spec"], "ingressClassName": "nginx"}
    return manifest


def slice_of(service, *pods):
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": f"{service}-1", "namespace": "default",
                         "labels": {"kubernetes.io/service-name": service}},
            "ports": [{"name": "", "port": pods[0].port, "protocol": "TCP"}],
            "endpoints": [{"addresses": ["127.0.0.1"], "conditions": {"ready": True}} for pod in pods]}


SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubia", "namespace": "default"},
           "spec": {"ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}]}}
CLASS = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "nginx"},
         "spec": {"controller": "k8s.io/ingress-nginx"}}
