"""gRPC through Fairway between grpcio on both sides: HTTP/2 over TLS or in the clear from the client, and to the server."""

import pathlib
import threading

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.grpc_process import GrpcServer
from support.manifests import HOST, config_map, endpoints, ingress, service, tls_secret
from support.waiting import until

LARGE_MESSAGES = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Peers:
    """A server, Fairway in front of it, and a channel to that. Messages are plain bytes."""

    def __init__(self, serve, authority, folder, tls, server_tls):
        files = []
        if server_tls:
            certificate = authority.issue("pod.example.com")
            for name, text in (("pod.crt", certificate.chain_pem), ("pod.key", certificate.key_pem)):
                (folder / name).write_text(text)
                files.append(str(folder / name))
        self.server = GrpcServer(*files)
        annotations = {"nginx.ingress.kubernetes.io/backend-protocol": "GRPCS" if server_tls else "GRPC",
                       "nginx.ingress.kubernetes.io/ssl-redirect": "false",
                       "nginx.ingress.kubernetes.io/proxy-body-size": "0"}
        self.fairway = serve({"all.yaml": [ingress(tls="tls-secret", annotations=annotations), service(),
                                           endpoints(self.server), tls_secret(authority.issue(HOST)), config_map()]},
                             "--configmap", "default/fairway")
        if tls:
            self.channel = grpc.secure_channel(
                f"127.0.0.1:{self.fairway.https_port}", grpc.ssl_channel_credentials(authority.pem.encode()),
                options=[("grpc.ssl_target_name_override", HOST), *LARGE_MESSAGES])
        else:
            self.channel = grpc.insecure_channel(f"127.0.0.1:{self.fairway.http_port}",
                                                 options=[("grpc.default_authority", HOST), *LARGE_MESSAGES])
        self.unary = self.channel.unary_unary("/test.Calls/Unary")
        self.download = self.channel.unary_stream("/test.Calls/Download")
        self.upload = self.channel.stream_unary("/test.Calls/Upload")
        self.chat = self.channel.stream_stream("/test.Calls/Chat")
        self.wait = self.channel.unary_unary("/test.Calls/Wait")
        self.fail = self.channel.unary_unary("/test.Calls/Fail")

    def peak_memory(self):
        """Of Fairway, in bytes: the most it ever had resident."""
        status = pathlib.Path(f"/proc/{self.fairway.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def close(self):
        self.channel.close()
        self.server.kill()


@pytest.fixture(params=["h2c to h2c", "TLS to h2c", "TLS to TLS"])
def peers(request, serve, authority, tmp_path):
    peers = Peers(serve, authority, tmp_path, tls=request.param.startswith("TLS"), server_tls=request.param.endswith("TLS"))
    yield peers
    peers.close()


@pytest.fixture
def plain(serve, authority, tmp_path):
    peers = Peers(serve, authority, tmp_path, tls=False, server_tls=False)
    yield peers
    peers.close()


def test_all_four_types_of_call(peers):
    assert peers.unary(b"hello", timeout=10) == b"hello"
    assert list(peers.download(b"5 1000", timeout=10)) == [bytes(1000)] * 5
    assert peers.upload(iter([b"one", b"three"]), timeout=10) == b"2 8"
    assert list(peers.chat(iter([b"a", b"", b"c" * 100_000]), timeout=10)) == [b"a", b"", b"c" * 100_000]


def test_messages_pass_one_by_one_in_both_directions(peers):
    """The answer to each message comes before the next is sent: nothing waits for the end of a body."""
    turn = threading.Semaphore(0)

    def questions():
        for number in range(20):
            yield str(number).encode()
            assert turn.acquire(timeout=10)

    for number, answer in enumerate(peers.chat(questions(), timeout=20)):
        assert answer == str(number).encode()
        turn.release()
    assert number == 19


def test_metadata_and_trailing_metadata_pass(peers):
    metadata = [("x-text", "a, b"), ("x-data-bin", bytes(range(256)))]
    answer, call = peers.unary.with_call(b"", timeout=10, metadata=metadata)
    assert answer == b""
    assert set(metadata) <= {tuple(pair) for pair in call.initial_metadata()}
    assert set(metadata) <= {tuple(pair) for pair in call.trailing_metadata()}


def test_the_status_of_the_server_passes(peers):
    with pytest.raises(grpc.RpcError) as failure:
        peers.fail(b"", timeout=10)
    assert failure.value.code() == grpc.StatusCode.ABORTED
    assert failure.value.details() == "näher ist nicht 100%"


def test_a_method_that_does_not_exist_is_unimplemented(peers):
    with pytest.raises(grpc.RpcError) as failure:
        peers.channel.unary_unary("/test.Calls/Missing")(b"", timeout=10)
    assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_host_without_rule_is_answered_in_grpc(plain):
    with grpc.insecure_channel(f"127.0.0.1:{plain.fairway.http_port}", options=[("grpc.default_authority", "no.example.com")]) as channel:
        with pytest.raises(grpc.RpcError) as failure:
            channel.unary_unary("/test.Calls/Unary")(b"", timeout=10)
    assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED, failure.value


def test_a_deadline_ends_the_call_on_both_sides(peers):
    assert peers.unary(b"", timeout=20) == b""  # connections stand, so that the deadline is the call's alone
    call = peers.wait.future(b"", timeout=3)
    until(lambda: "began Wait\n" in peers.server.lines, 20)
    assert call.exception(timeout=20).code() == grpc.StatusCode.DEADLINE_EXCEEDED
    until(lambda: "cancelled Wait\n" in peers.server.lines, 10)


def test_a_cancel_reaches_the_server_and_no_other_call(peers):
    answered = []
    call = peers.wait.future(b"", timeout=60)
    chat = peers.chat(iter(lambda: answered.append(1) or b"x", None), timeout=60)
    next(chat)
    until(lambda: "began Wait\n" in peers.server.lines, 20)
    call.cancel()
    until(lambda: "cancelled Wait\n" in peers.server.lines, 10)
    assert next(chat) == b"x"
    chat.cancel()
    assert peers.unary(b"after", timeout=10) == b"after"


def test_a_message_of_10_mb(peers):
    message = bytes(range(250)) * 40_000
    assert peers.unary(message, timeout=60) == message


def test_streams_of_100_mb_are_not_held_in_memory(peers):
    peers.unary(b"", timeout=10)
    before = peers.peak_memory()
    received = sum(len(message) for message in peers.download(b"100 1000000", timeout=100))
    assert received == 100_000_000
    assert peers.upload((bytes(1_000_000) for _ in range(100)), timeout=100) == b"100 100000000"
    assert peers.peak_memory() - before < 24 * 1024 * 1024


def test_a_slow_client_holds_the_server_back(plain):
    """Nothing is read for as long as the client takes nothing: what is under way fits into windows and sockets."""
    before = plain.peak_memory()
    call = plain.download(b"200 1000000", timeout=100)
    next(call)
    assert plain.unary(b"meanwhile", timeout=10) == b"meanwhile"
    assert plain.peak_memory() - before < 24 * 1024 * 1024
    assert 1 + sum(1 for _ in call) == 200


def test_many_calls_at_once_share_few_connections(plain):
    calls = [plain.unary.future(str(number).encode(), timeout=30) for number in range(500)]
    assert [call.result() for call in calls] == [str(number).encode() for number in range(500)]


def test_health_checking(peers):
    stub = health_pb2_grpc.HealthStub(peers.channel)
    answer = stub.Check(health_pb2.HealthCheckRequest(service="test.Calls"), timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as failure:
        stub.Check(health_pb2.HealthCheckRequest(service="missing"), timeout=10)
    assert failure.value.code() == grpc.StatusCode.NOT_FOUND
    watch = stub.Watch(health_pb2.HealthCheckRequest(service="test.Calls"), timeout=30)
    assert next(iter(watch)).status == health_pb2.HealthCheckResponse.SERVING
    watch.cancel()


def test_a_server_that_is_gone_is_unavailable_until_it_is_back(peers):
    assert peers.unary(b"1", timeout=10) == b"1"
    running = peers.wait.future(b"", timeout=60)
    until(lambda: "began Wait\n" in peers.server.lines, 20)
    peers.server.kill()
    assert running.exception(timeout=10).code() == grpc.StatusCode.UNAVAILABLE
    with pytest.raises(grpc.RpcError) as failure:
        peers.unary(b"3", timeout=10)
    assert failure.value.code() == grpc.StatusCode.UNAVAILABLE
    peers.server.start()

    def works():
        try:
            return peers.unary(b"4", timeout=10) == b"4"
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE
            return False

    until(works, 20)
