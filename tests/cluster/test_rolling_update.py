"""Nobody notices when pods are replaced one by one: those of the application, and those of Fairway."""

from kube.kubectl import KubectlFailed
from support.waiting import until


def test_the_application_is_replaced_without_a_failed_request(kubia, load):
    before = kubia.pods()
    clients = load()
    kubia.kubectl("rollout", "restart", "deployment/kubia")
    kubia.kubectl.roll_out("kubia")
    kubia.wait_for_pods(3)
    clients.go_on()
    clients.assert_none_failed()
    assert not before & kubia.pods()


def test_fairway_is_replaced_without_a_failed_request(fairway, kubia, load):
    before = {pod["metadata"]["name"] for pod in fairway.pods()}
    clients = load()
    fairway.kubectl("rollout", "restart", f"deployment/{fairway.name}")
    fairway.kubectl.roll_out(fairway.name)
    fairway.kubectl("wait", "--for=delete", "--timeout=120s", *[f"pod/{name}" for name in before])
    clients.go_on()
    clients.assert_none_failed()
    assert not before & {pod["metadata"]["name"] for pod in fairway.pods()}


def asked(kubectl, pod, port, path):
    """What a pod of Fairway answers through the API server: the text, or kubectl's error; 'gone' once it is."""
    try:
        return kubectl("get", "--raw", f"/api/v1/namespaces/{kubectl.namespace}/pods/{pod}:{port}/proxy{path}")
    except KubectlFailed as error:
        return "gone" if f'pods "{pod}" not found' in str(error) else str(error)


def in_service(installation, pod):
    """Whether the EndpointSlices of Fairway's Service send new clients to a pod."""
    slices = installation.kubectl.list("endpointslices", **{"kubernetes.io/service-name": installation.name})
    return any(endpoint["targetRef"]["name"] == pod and endpoint["conditions"]["ready"]
               for each in slices for endpoint in each.get("endpoints") or ())


def test_a_pod_of_fairway_leaves_its_service_before_it_closes_its_ports(fairway, kubia, load):
    """Readiness goes first, then the endpoint, then the listeners; and its preStop hook sees the end of it."""
    clients = load()
    pod = sorted(each["metadata"]["name"] for each in fairway.pods())[0]
    assert asked(fairway.kubectl, pod, 10254, "/healthz").strip() == "ok"
    fairway.kubectl("delete", "pod", pod, "--wait=false")
    seen = []

    def over():
        # The health first: it may only get worse until the others are looked at.
        health = asked(fairway.kubectl, pod, 10254, "/healthz")
        accepts = "connection refused" not in asked(fairway.kubectl, pod, 80, "/")
        seen.append(("ok" if health.strip() == "ok" else "not ready", in_service(fairway, pod), accepts))
        return health == "gone"

    until(over, 60, f"the end of {pod}")
    during = seen[:-1]
    assert ("not ready", False, True) in during, seen
    assert all(health == "not ready" or accepts for health, _, accepts in during), seen
    assert all(accepts or not serves for _, serves, accepts in during), seen
    clients.go_on()
    clients.assert_none_failed()
    fairway.kubectl.roll_out(fairway.name)
    events = fairway.kubectl("get", "events", "--output", "jsonpath={.items[*].reason}").split()
    assert "Killing" in events and "FailedPreStopHook" not in events
