"""A gRPC server of grpcio in a process of its own: `python grpc_server.py PORT [CERTIFICATE KEY]` (0: any port).

Prints its port, then a line for each call of Wait that has begun ("began Wait") and that its client gave up ("cancelled
Wait"). Messages are plain bytes. Service test.Calls, one method for each type of call:
  Unary     the request back, with its metadata x-* as initial and trailing metadata
  Download  request "COUNT SIZE": that many messages of that size
  Upload    the number of messages and of bytes, once all have come
  Chat      each message back as it comes
  Wait      no answer before the client is gone
  Fail      ABORTED with a message in UTF-8
"""

import sys
import threading
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc


def custom(context):
    return [(name, value) for name, value in context.invocation_metadata() if name.startswith("x-") and "forward" not in name
            and name not in ("x-real-ip", "x-request-id", "x-scheme")]


def unary(request, context):
    context.send_initial_metadata(custom(context))
    context.set_trailing_metadata(custom(context))
    return request


def download(request, context):
    count, size = map(int, request.split())
    message = bytes(size)
    for _ in range(count):
        yield message


def upload(requests, context):
    sizes = [len(message) for message in requests]
    return f"{len(sizes)} {sum(sizes)}".encode()


def chat(requests, context):
    yield from requests


def wait(request, context):
    gone = threading.Event()
    context.add_callback(gone.set)
    print("began Wait", flush=True)
    gone.wait(60)
    print("cancelled Wait", flush=True)
    return b""


def fail(request, context):
    context.abort(grpc.StatusCode.ABORTED, "näher ist nicht 100%")


METHODS = {
    "Unary": grpc.unary_unary_rpc_method_handler(unary),
    "Download": grpc.unary_stream_rpc_method_handler(download),
    "Upload": grpc.stream_unary_rpc_method_handler(upload),
    "Chat": grpc.stream_stream_rpc_method_handler(chat),
    "Wait": grpc.unary_unary_rpc_method_handler(wait),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
}


def main(port, certificate=None, key=None):
    server = grpc.server(futures.ThreadPoolExecutor(32), options=[
        ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Calls", METHODS)])
    checks = health.HealthServicer()
    checks.set("test.Calls", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    address = f"127.0.0.1:{port}"
    if certificate:
        with open(certificate, "rb") as chain, open(key, "rb") as private:
            credentials = grpc.ssl_server_credentials([(private.read(), chain.read())])
        port = server.add_secure_port(address, credentials)
    else:
        port = server.add_insecure_port(address)
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main(*sys.argv[1:])
