"""What `kubectl apply` is told when the webhook judges Ingresses."""

import base64
import json
import subprocess

import pytest
from conftest import SOON_S, made

from kube.kubectl import Kubectl, KubectlFailed
from support.manifests import config_map
from support.waiting import until

OURS = "k8s.io/ingress-nginx"
DENIED = 'admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: '


@pytest.fixture
def webhook(controller, classes, authority, tmp_path):
    """webhook(*flags) starts a controller that the API server asks about Ingresses, as ingress-nginx's chart sets it up."""
    classes(ours=OURS, foreign="example.com/other")
    admin = Kubectl()

    def start(*flags):
        certificate = authority.issue("localhost")
        (tmp_path / "tls.crt").write_text(certificate.chain_pem)
        (tmp_path / "tls.key").write_text(certificate.key_pem)
        fairway = controller("--validating-webhook=127.0.0.1:0", f"--validating-webhook-certificate={tmp_path}/tls.crt",
                             f"--validating-webhook-key={tmp_path}/tls.key", *flags)
        (listening,) = fairway.events("webhook.listening")
        admin.apply({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": "fairway-admission"},
            "webhooks": [{
                "name": "validate.nginx.ingress.kubernetes.io", "admissionReviewVersions": ["v1"],
                "sideEffects": "None", "failurePolicy": "Fail", "matchPolicy": "Equivalent",
                "rules": [{"apiGroups": ["networking.k8s.io"], "apiVersions": ["v1"], "resources": ["ingresses"],
                           "operations": ["CREATE", "UPDATE"]}],
                "clientConfig": {"url": f"https://localhost:{listening['port']}/networking/v1/ingresses",
                                 "caBundle": base64.b64encode(authority.pem.encode()).decode()}}]})
        # The API server learns of it a moment later.
        attack = made("attack", paths={("/x_by_lua", "ImplementationSpecific"): "kubia"})
        until(lambda: "denied the request" in failure_of(admin, attack, "--dry-run=server"), SOON_S, "the webhook to be asked")
        return fairway

    yield start
    admin("delete", "validatingwebhookconfiguration", "fairway-admission", "--ignore-not-found")


def failure_of(kubectl, manifest, *flags):
    """What kubectl says when it is denied, or ''."""
    import json
    try:
        kubectl("apply", "--filename", "-", *flags, stdin=json.dumps(manifest))
        return ""
    except KubectlFailed as failed:
        return str(failed)


def warnings_of(kubectl, manifest):
    import json
    done = subprocess.run(kubectl.command("apply", "--filename", "-"), input=json.dumps(manifest), capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


def annotated(name, annotation, value, **options):
    return made(name, annotations={f"nginx.ingress.kubernetes.io/{annotation}": value}, **options)


DENIALS = {
    "deep-inspect": (made("a", paths={("/etc/passwd", "Exact"): "kubia"}), "invalid object: invalid rule in ingress"),
    "deep-inspect-of-others": (made("b", "foreign", paths={("/etc/passwd", "Exact"): "kubia"}), "invalid object: "),
    "path-type": (made("c", paths={("/a(b)", "Prefix"): "kubia"}),
                  "ingress contains invalid paths: path /a(b) cannot be used with pathType Prefix"),
    "word": (annotated("d", "app-root", "/load_module"),
             "nginx.ingress.kubernetes.io/app-root annotation contains invalid word load_module"),
    "snippet": (annotated("e", "configuration-snippet", "return 403;"),
                "nginx.ingress.kubernetes.io/configuration-snippet annotation cannot be used. Snippet directives are "
                "disabled by the Ingress administrator"),
    "risk": (annotated("f", "auth-url", "http://auth.example.com"),
             "annotation group ExternalAuth contains risky annotation based on ingress configuration"),
    "value": (annotated("g", "permanent-redirect-code", "many"),
              "annotation nginx.ingress.kubernetes.io/permanent-redirect-code contains invalid value"),
    "secret-of-another-namespace": (annotated("h", "proxy-ssl-secret", "elsewhere/secret"),
                                    "annotation proxy-ssl-secret: "),
}


def test_kubectl_is_told_what_is_wrong_and_nothing_is_stored(webhook, namespace):
    namespace.apply(config_map(annotation_value_word_blocklist="load_module", annotations_risk_level="Medium"))
    webhook(f"--configmap={namespace.namespace}/fairway")
    for name, (manifest, message) in DENIALS.items():
        failure = failure_of(namespace, manifest)
        assert DENIED + message in failure, name
    assert namespace.list("ingresses") == []


def test_what_is_good_is_stored_and_may_be_changed_and_deleted(webhook, namespace):
    webhook()
    namespace.apply(made("web"))
    namespace("annotate", "ingress", "web", "nginx.ingress.kubernetes.io/ssl-redirect=false")
    namespace.apply(made("foreign", "foreign", annotations={"nginx.ingress.kubernetes.io/server-snippet": "x"}))
    denied = namespace.try_to("annotate", "ingress", "web", "nginx.ingress.kubernetes.io/server-snippet=x")
    assert denied == ""
    namespace("delete", "ingress", "web", "foreign")


def test_a_path_that_another_ingress_has_is_denied_until_it_is_free(webhook, namespace):
    webhook()
    namespace.apply(made("first"))
    late = made("late")
    late["spec"]["rules"][0]["host"] = "first.example.com"
    message = f'host "first.example.com" and path "/" is already defined in ingress {namespace.namespace}/first'
    until(lambda: DENIED + message in failure_of(namespace, late, "--dry-run=server"), SOON_S, "the conflict to be known")
    canary = {**late, "metadata": {"name": "canary", "annotations": {"nginx.ingress.kubernetes.io/canary": "true"}}}
    namespace.apply(canary)
    namespace("delete", "ingress", "first")
    until(lambda: failure_of(namespace, late) == "", SOON_S, "the path to be free")


def test_catch_alls_are_denied_when_they_are_off(webhook, namespace):
    webhook("--disable-catch-all")
    manifest = made("web", defaultBackend={"service": {"name": "kubia", "port": {"number": 80}}})
    assert DENIED + "this deployment is trying to create a catch-all ingress while DisableCatchAll flag is set to true" \
        in failure_of(namespace, manifest)


def test_what_may_be_wrong_is_warned_of(webhook, namespace):
    webhook()
    warnings = warnings_of(namespace, annotated("web", "proxy-read-timeout", "60s"))
    assert 'Warning: annotation proxy-read-timeout: "60s" has a unit, which ingress-nginx ignores here' in warnings
    assert f"Warning: spec.rules[0].http.paths[0].backend: Service {namespace.namespace}/kubia does not exist" in warnings
