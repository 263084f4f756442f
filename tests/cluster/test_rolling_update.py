"""Nobody notices when pods are replaced one by one: those of the application, and those of Fairway."""


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
