"""An OpenTelemetry collector in a thread of the test: grpcio, and the messages that OpenTelemetry publishes."""

from concurrent import futures

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


class Span:
    """One span, with what the request for its export says around it."""

    def __init__(self, resource, span):
        self.resource = values(resource.attributes)
        self.attributes = values(span.attributes)
        self.trace_id, self.span_id = span.trace_id.hex(), span.span_id.hex()
        self.parent_id = span.parent_span_id.hex()
        self.name, self.kind, self.state, self.error = span.name, span.kind, span.trace_state, span.status.code == 2
        self.seconds = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9
        self.ended = span.end_time_unix_nano / 1e9

    @property
    def traceparent(self):
        """As an endpoint gets it."""
        return f"00-{self.trace_id}-{self.span_id}-01"


def values(attributes):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in attributes}


class TraceCollector(trace_service_pb2_grpc.TraceServiceServicer):
    """`answer(context)`: may abort the call; gives the number of spans that are rejected."""

    def __init__(self, port=0):
        self.spans, self.exports = [], 0
        self.answer = lambda context: 0
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self._server.start()

    def Export(self, request, context):
        self.exports += 1
        rejected = self.answer(context)
        for group in request.resource_spans:
            for scope in group.scope_spans:
                self.spans += [Span(group.resource, span) for span in scope.spans]
        response = trace_service_pb2.ExportTraceServiceResponse()
        if rejected:
            response.partial_success.rejected_spans = rejected
            response.partial_success.error_message = "too old"
        return response

    def close(self):
        self._server.stop(0)
