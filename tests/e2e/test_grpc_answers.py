"""What a gRPC client (grpcio) makes of answers that no server gave."""

import grpc
import pytest

from support.manifests import HOST, config_map, endpoints, ingress, service, tls_secret
from support.waiting import until

PREFIX = "nginx.ingress.kubernetes.io/"


@pytest.fixture
def fails(serve, authority, origins):
    """fails(annotations, …) makes a call to an Ingress with these, and gives (fairway, error)."""

    def call(annotations=(), pods=(), message=b"hello", host=HOST, timeout=10):
        annotations = {PREFIX + "ssl-redirect": "false", **{PREFIX + key: value for key, value in dict(annotations).items()}}
        fairway = serve({"all.yaml": [ingress(tls="tls-secret", annotations=annotations), service(), endpoints(*pods),
                                      tls_secret(authority.issue(HOST)),
                                      config_map(log_format_upstream="$request_uri $status $grpc_status",
                                                 enable_access_log_for_default_backend="true")]},
                        "--configmap", "default/fairway")
        options = [("grpc.default_authority", host), ("grpc.enable_retries", 0)]
        with grpc.insecure_channel(f"127.0.0.1:{fairway.http_port}", options=options) as channel:
            with pytest.raises(grpc.RpcError) as failure:
                channel.unary_unary("/shop.Cart/Add")(message, timeout=timeout)
        return fairway, failure.value

    return call


def logged(fairway, line):
    until(lambda: f"/shop.Cart/Add {line}" in fairway.output, 5, f"{line} in the log")


def test_no_endpoint_is_unavailable(fails):
    fairway, error = fails()
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    assert error.details() == "Service Temporarily Unavailable"
    logged(fairway, "503 14")
    assert fairway.metric("nginx_ingress_controller_requests", status="503") == 1


def test_an_unknown_host_is_unimplemented(fails):
    fairway, error = fails(host="other.example.com")
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    logged(fairway, "404 12")


def test_a_message_over_proxy_body_size_exhausts_resources(fails, origins):
    fairway, error = fails({"backend-protocol": "GRPC", "proxy-body-size": "10k"}, origins(1), bytes(100_000))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    logged(fairway, "413 8")


def test_an_endpoint_that_speaks_no_http2_is_unavailable(fails, origins):
    fairway, error = fails({"backend-protocol": "GRPC"}, origins(1))
    assert error.code() == grpc.StatusCode.UNAVAILABLE
    logged(fairway, "502 14")


def test_a_redirect_to_https_says_where(fails, origins):
    fairway, error = fails({"ssl-redirect": "true"}, origins(1))
    assert error.code() == grpc.StatusCode.UNKNOWN
    assert error.details() == f"Permanent Redirect: https://{HOST}/shop.Cart/Add"
    logged(fairway, "308 2")
