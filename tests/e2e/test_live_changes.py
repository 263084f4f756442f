"""Changes of files are live at once, and cut nobody."""

import os
import shutil
import socket
import time

from support.manifests import HOST, endpoints, ingress, service, to_yaml
from support.waiting import until

# The promise is 100 ms after the last write; the rest is for a busy test machine.
LIVE_WITHIN_S = 5.0


def live(fairway, path, status):
    """Waits until a path answers with a status; how long that took, in seconds."""
    start = time.monotonic()
    until(lambda: fairway.get(path).status == status, LIVE_WITHIN_S, f"{path} with {status}")
    return time.monotonic() - start


def test_an_edit_in_place_is_live(kubia):
    fairway, _ = kubia
    assert fairway.get("/new").status == 200
    (fairway.folder / "ingress.yaml").write_text(to_yaml(ingress(paths={"/only": "kubia"})))
    live(fairway, "/new", 404)
    assert fairway.get("/only").status == 200


def test_a_change_takes_about_a_tenth_of_a_second(kubia):
    fairway, _ = kubia
    times = []
    for number in range(5):
        path = f"/v{number}"
        fairway.write("ingress.yaml", ingress(paths={("/", "Exact"): "kubia", path: "kubia"}))
        times.append(live(fairway, path + "/x", 200))
    assert sorted(times)[len(times) // 2] < 0.3, times


def test_a_new_and_a_deleted_file_are_live(kubia):
    fairway, _ = kubia
    assert fairway.get(host="second.example.com").status == 404
    fairway.write("second.yaml", ingress("second", "second.example.com"))
    until(lambda: fairway.get(host="second.example.com").status == 200, LIVE_WITHIN_S)
    (fairway.folder / "second.yaml").unlink()
    until(lambda: fairway.get(host="second.example.com").status == 404, LIVE_WITHIN_S)
    assert fairway.get().status == 200


def test_new_folders_are_followed(kubia):
    fairway, _ = kubia
    (fairway.folder / "more/deep").mkdir(parents=True)
    (fairway.folder / "more/deep/second.yaml").write_text(to_yaml(ingress("second", "second.example.com")))
    until(lambda: fairway.get(host="second.example.com").status == 200, LIVE_WITHIN_S)
    shutil.rmtree(fairway.folder / "more")
    until(lambda: fairway.get(host="second.example.com").status == 404, LIVE_WITHIN_S)


def test_a_symlink_swap_as_in_a_config_map_volume(serve, origins):
    """The kubelet writes ..2026_1/, points the link ..data at it by a rename, and files are links into ..data."""
    fairway = serve({"service.yaml": [service(), endpoints(*origins(1))]})
    folder = fairway.folder

    def publish(version, content):
        (folder / version).mkdir()
        (folder / version / "ingress.yaml").write_text(to_yaml(content))
        os.symlink(version, folder / "..data_tmp")
        os.rename(folder / "..data_tmp", folder / "..data")

    publish("..v1", ingress(paths={"/one": "kubia"}))
    os.symlink("..data/ingress.yaml", folder / "ingress.yaml")
    live(fairway, "/one", 200)
    publish("..v2", ingress(paths={"/two": "kubia"}))
    live(fairway, "/two", 200)
    assert fairway.get("/one").status == 404
    shutil.rmtree(folder / "..v1")
    publish("..v3", ingress(paths={"/three": "kubia"}))
    live(fairway, "/three", 200)


def test_a_broken_edit_keeps_the_last_good_version_and_says_so(kubia):
    fairway, _ = kubia
    fairway.write("ingress.yaml", "kind: Ingress\nspec: [\n")
    until(lambda: any(entry["level"] == "error" and "ingress.yaml" in entry["where"] for entry in fairway.events("diagnostic")),
          what="an error that names the file")
    assert fairway.get().status == 200
    assert fairway.metric("nginx_ingress_controller_config_last_reload_successful") == 0
    fairway.write("ingress.yaml", ingress(paths={"/fixed": "kubia"}))
    live(fairway, "/other", 404)
    assert fairway.get("/fixed").status == 200
    assert fairway.metric("nginx_ingress_controller_config_last_reload_successful") == 1


def test_one_bad_object_leaves_its_neighbours_alone(kubia):
    fairway, _ = kubia
    bad = ingress("bad", "bad.example.com")
    bad["spec"]["rules"][0]["http"]["paths"][0]["backend"] = {"serviceName": "kubia"}
    fairway.write("more.yaml", [bad, ingress("good", "good.example.com")])
    until(lambda: fairway.get(host="good.example.com").status == 200, LIVE_WITHIN_S)
    assert fairway.get(host="bad.example.com").status == 404
    assert any("bad" in entry.get("object", "") for entry in fairway.events("diagnostic"))


def test_endpoints_come_and_go(kubia, origins):
    fairway, (first, second) = kubia
    assert set(fairway.hits(8)) == {"pod-0", "pod-1"}
    third = origins(1)[0]
    fairway.write("endpoints.yaml", endpoints(second, third))
    until(lambda: set(fairway.hits(4)) == {"pod-1", "pod-2"}, LIVE_WITHIN_S)
    fairway.write("endpoints.yaml", endpoints())
    live(fairway, "/", 503)


def test_a_change_leaves_connections_open(kubia):
    fairway, _ = kubia
    request = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", fairway.http_port), timeout=10) as connection:
        connection.sendall(request)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        fairway.write("ingress.yaml", ingress(paths={"/only": "kubia"}))
        live(fairway, "/", 404)
        connection.sendall(request)
        assert connection.recv(4096).startswith(b"HTTP/1.1 404"), "the same connection sees the new rules"


def test_sighup_reads_everything_again(kubia):
    import signal

    fairway, _ = kubia
    fairway.signal(signal.SIGHUP)
    until(lambda: fairway.events("reload"), what="the log line")
    assert fairway.get().status == 200
