"""What users do first: three pods, a Service, an Ingress with TLS, and curl from outside of the cluster."""

from kube.traffic import HOST
from support.waiting import until


def test_every_pod_answers_over_http_and_https(fairway, kubia):
    assert fairway.http.pods() == kubia.pods()
    assert fairway.https.pods() == kubia.pods()


def test_every_pod_answers_for_an_ingress_with_its_class_in_an_annotation(fairway, kubia):
    host = "annotated.example.com"
    until(lambda: fairway.http.curl(host=host).status == 200, 30, f"an answer for {host}")
    assert fairway.http.pods(host=host) == kubia.pods()
    assert fairway.https.pods(host=host) == kubia.pods()


def test_https_has_the_certificate_of_the_secret(fairway, kubia, tmp_path):
    encoded = kubia.kubectl("get", "secret", "kubia", "--output", r"jsonpath={.data.tls\.crt}")
    trusted = tmp_path / "ca.crt"
    trusted.write_text(kubia.kubectl("get", "secret", "kubia", "--output",
                                     r"go-template={{index .data " '"tls.crt"' r" | base64decode}}"))
    assert encoded
    # A leaf that is trusted itself: curl compares host name and signature without --insecure.
    answer = fairway.https.curl("/", HOST, "--no-insecure", "--cacert", str(trusted))
    assert answer.status == 200, answer


def test_a_pod_turning_unready_leaves_without_a_failed_request(fairway, kubia, load):
    clients = load()
    leaving = sorted(kubia.pods())[0]
    kubia.ask_pod(leaving, "/fail")
    # Its probe runs every second and fails once; the rest is the time of kubelet, controllers and ours.
    until(lambda: leaving not in fairway.http.pods(12), 5, f"{leaving} gone")
    assert len(fairway.https.pods()) == 2
    clients.go_on()
    clients.assert_none_failed()


def test_a_liveness_restart_loses_no_request(fairway, kubia, load):
    clients = load()
    restarting = sorted(kubia.pods())[0]
    kubia.ask_pod(restarting, "/die")

    def restarts():
        return kubia.kubectl.get("pod", restarting)["status"]["containerStatuses"][0]["restartCount"]

    until(restarts, 60, f"a restart of {restarting}")
    kubia.wait_for_pods(3, 60)
    clients.go_on()
    clients.assert_none_failed()
