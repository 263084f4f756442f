"""The admission webhook as the chart installs it: kubectl apply is told what is wrong, whatever happens to pods and certificate."""

import base64
import threading

import pytest

from kube.kubectl import Kubectl, KubectlFailed
from kube.many import PATHS, Api
from support.certificates import Authority
from support.waiting import until

WEBHOOK = "validate.fairway.dev"


@pytest.fixture(scope="module")
def webhook(install):
    """Fairway of these tests alone: while its pods are away every Ingress of the cluster is refused."""
    installation = install(values={"controller": {"admissionWebhooks": {"enabled": True}}})
    yield installation
    installation.upgrade(controller={"admissionWebhooks": {"enabled": False}})


def ingress(installation, name, host, **annotations):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": {"name": name, "annotations": {f"nginx.ingress.kubernetes.io/{key.replace('_', '-')}": value
                                                       for key, value in annotations.items()}},
            "spec": {"ingressClassName": installation.name, "rules": [{"host": host, "http": {"paths": [
                {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}}


def refusal(kubectl, made):
    with pytest.raises(KubectlFailed) as failed:
        kubectl.apply(made)
    return str(failed.value)


def test_kubectl_apply_is_told_what_is_wrong(webhook, namespace):
    namespace.apply(ingress(webhook, "web", "web.example.com", proxy_body_size="8m"))
    said = refusal(namespace, ingress(webhook, "bad", "bad.example.com", permanent_redirect_code="many"))
    assert WEBHOOK in said and "permanent-redirect-code" in said
    said = refusal(namespace, ingress(webhook, "second", "web.example.com"))
    assert f'host "web.example.com" and path "/" is already defined in ingress {namespace.namespace}/web' in said
    said = refusal(namespace, ingress(webhook, "web", "web.example.com", permanent_redirect_code="many"))
    assert "permanent-redirect-code" in said  # an update, too
    assert {each["metadata"]["name"] for each in namespace.list("ingresses")} == {"web"}
    of_another = ingress(webhook, "other", "web.example.com", permanent_redirect_code="many")
    of_another["spec"]["ingressClassName"] = "someone-elses"
    namespace.apply(of_another)


def test_it_answers_in_milliseconds(webhook, namespace):
    api = Api(namespace)
    before, spent = api.webhook_calls(WEBHOOK)
    for number in range(100):
        api.ask("POST", PATHS["Ingress"].format(namespace.namespace) + "?dryRun=All",
                ingress(webhook, f"web-{number}", f"web-{number}.example.com"))
    calls, seconds = (now - then for now, then in zip(api.webhook_calls(WEBHOOK), (before, spent)))
    assert calls == 100
    print(f"{seconds / calls * 1000:.1f} ms in the mean of {calls:.0f} calls, as the API server measures it")
    assert seconds / calls < 0.5


def test_ingresses_are_accepted_while_fairway_is_replaced(webhook, namespace):
    stop, failures, applied = threading.Event(), [], []

    def keep_applying():
        while not stop.is_set():
            try:
                namespace.apply(ingress(webhook, "web", f"web-{len(applied)}.example.com"))
                applied.append(1)
            except KubectlFailed as failed:
                failures.append(str(failed))

    applying = threading.Thread(target=keep_applying)
    applying.start()
    try:
        webhook.kubectl("rollout", "restart", f"deployment/{webhook.name}")
        webhook.kubectl.roll_out(webhook.name)
        until(lambda: len(webhook.kubectl.list("pods", **{"app.kubernetes.io/instance": webhook.release})) == 2, 60, "the end of the old pods")
    finally:
        stop.set()
        applying.join()
    assert applied and not failures, (len(applied), failures[:3])


def test_a_new_certificate_is_used_without_a_restart(webhook, namespace):
    """The kubelet writes a changed Secret into the pods within a minute or so."""
    pods = {pod["metadata"]["name"] for pod in webhook.pods()}
    authority = Authority()
    certificate = authority.issue("webhook", f"{webhook.name}-admission.{webhook.name}.svc")

    def encoded(text):
        return base64.b64encode(text.encode()).decode()

    name = f"{webhook.release}-admission"
    webhook.kubectl.patch("secret", f"{name}-tls", {"data": {"tls.crt": encoded(certificate.chain_pem), "tls.key": encoded(certificate.key_pem)}})
    # From here on the old certificate is not trusted.
    Kubectl().patch("validatingwebhookconfiguration", name,
                    [{"op": "replace", "path": "/webhooks/0/clientConfig/caBundle", "value": encoded(authority.pem)}])

    def judged():
        try:
            namespace.apply(ingress(webhook, "bad", "bad.example.com", permanent_redirect_code="many"))
        except KubectlFailed as failed:
            return "permanent-redirect-code" in str(failed)
        return False

    until(judged, 200, "an answer under the new certificate")
    assert {pod["metadata"]["name"] for pod in webhook.pods()} == pods
