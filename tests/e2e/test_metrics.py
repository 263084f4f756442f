"""/metrics, read by Prometheus' own parser."""

from support.fairway import request
from support.manifests import HOST, annotated, endpoints, ingress, service, tls_secret
from support.waiting import until


def test_requests_are_counted_under_ingress_nginx_names(kubia):
    fairway, _ = kubia
    for _ in range(5):
        fairway.get("/a")
    labels = {"host": HOST, "namespace": "default", "ingress": "kubia", "service": "kubia", "path": "/", "method": "GET", "status": "200"}
    assert fairway.metric("nginx_ingress_controller_requests", **labels) == 5
    assert fairway.metric("nginx_ingress_controller_request_duration_seconds_count", **labels) == 5
    assert fairway.metric("nginx_ingress_controller_request_duration_seconds_bucket", le="+Inf", **labels) == 5
    assert fairway.metric("nginx_ingress_controller_request_duration_seconds_sum", **labels) > 0
    assert fairway.metric("nginx_ingress_controller_request_size_sum", **labels) > 5 * 40
    assert fairway.metric("nginx_ingress_controller_response_size_sum", **labels) > 5 * 60


def test_histograms_only_grow(kubia):
    fairway, _ = kubia
    fairway.get("/")
    buckets = [sample for sample in fairway.metrics()["nginx_ingress_controller_request_duration_seconds_bucket"]]
    counts = [sample.value for sample in sorted(buckets, key=lambda sample: float(sample.labels["le"]))]
    assert counts == sorted(counts) and len(counts) == 12


def test_hosts_can_be_left_out(serve, origins):
    fairway = serve({"all.yaml": [ingress(), service(), endpoints(*origins(1))]}, "--metrics-per-host=false")
    fairway.get()
    assert all("host" not in sample.labels for sample in fairway.metrics()["nginx_ingress_controller_requests"])


def test_connections_process_and_configuration(kubia):
    fairway, _ = kubia
    fairway.get()
    assert fairway.metric("nginx_ingress_controller_nginx_process_connections_total", state="accepted") >= 1
    assert fairway.metric("nginx_ingress_controller_nginx_process_requests_total") >= 1
    assert fairway.metric("nginx_ingress_controller_config_last_reload_successful") == 1
    assert fairway.metric("nginx_ingress_controller_config_last_reload_successful_timestamp_seconds") > 1.6e9
    assert fairway.metric("nginx_ingress_controller_success") == 1
    assert fairway.metric("nginx_ingress_controller_config_hash") > 0
    assert fairway.metric("nginx_ingress_controller_build_info") == 1
    assert fairway.metric("process_resident_memory_bytes") > 1e6
    assert fairway.metric("fairway_snapshot_generation") == fairway.metric("fairway_snapshot_oldest_generation") >= 1


def test_ingresses_without_a_backend_are_named(serve, origins):
    fairway = serve({"all.yaml": [ingress("lost", "lost.example.com", {"/": "missing"}), ingress("empty", "empty.example.com", {"/": "none"}),
                                  service("none"), endpoints(name="none"), ingress(), service(), endpoints(*origins(1))]})
    orphans = {(sample.labels["ingress"], sample.labels["type"]) for sample in fairway.metrics()["nginx_ingress_controller_orphan_ingress"]}
    assert orphans == {("lost", "no-service"), ("empty", "no-endpoint")}


def test_certificates_tell_their_end(serve, origins, authority):
    fairway = serve({"all.yaml": [ingress(tls="tls-secret"), service(), endpoints(*origins(1)), tls_secret(authority.issue(HOST))]})
    expires = fairway.metric("nginx_ingress_controller_ssl_expire_time_seconds", host=HOST)
    assert expires > 1.6e9
    assert fairway.metric("nginx_ingress_controller_ssl_certificate_info", host=HOST, issuer_common_name="End-to-end test CA") == 1


def test_methods_that_clients_invent_do_not_multiply_series(kubia):
    fairway, _ = kubia
    for number in range(5):
        fairway.get(method=f"INVENTED{number}")
    methods = {sample.labels["method"] for sample in fairway.metrics()["nginx_ingress_controller_requests"]}
    assert not any(method.startswith("INVENTED") for method in methods)


def test_bad_requests_are_counted(kubia):
    import socket

    fairway, _ = kubia
    with socket.create_connection(("127.0.0.1", fairway.http_port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 400")
    assert fairway.metric("fairway_bad_requests_total") == 1


def test_the_health_port_has_nothing_else(kubia):
    fairway, _ = kubia
    assert request(fairway.health_port, "/").status == 404
    assert request(fairway.health_port, "/healthz", method="POST").status == 405


def test_refused_settings_are_counted_for_as_long_as_they_stand(serve, origins):
    counted = lambda severity: fairway.metric("fairway_diagnostics", severity=severity)
    others = [service(), endpoints(*origins(1))]
    fairway = serve({"all.yaml": [annotated(proxy_read_timeout="9x", proxy_body_size="much"), *others]})
    assert (counted("error"), counted("warning")) == (0, 2)
    fairway.write("all.yaml", [annotated(whitelist_source_range="nowhere", proxy_body_size="much"), *others])
    until(lambda: (counted("error"), counted("warning")) == (1, 1), 20, "one that closes the path, and one that does not")
    fairway.write("all.yaml", [annotated(), *others])
    until(lambda: (counted("error"), counted("warning")) == (0, 0), 20, "the end of both")
