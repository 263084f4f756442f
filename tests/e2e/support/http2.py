"""An HTTP/2 client that does what it is told, also what no client should: over the h2 package, without its checks."""

import socket
import ssl

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings

from .manifests import HOST


class Http2Client:
    def __init__(self, port, tls=False, settings=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname=HOST)
            assert self.socket.selected_alpn_protocol() == "h2"
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8", validate_outbound_headers=False,
                                           normalize_outbound_headers=False)
        self.h2 = h2.connection.H2Connection(config)
        # RFC 9113 section 6.8: streams go on after a GOAWAY. The package takes it for the end of the connection.
        machine, states, inputs = self.h2.state_machine, h2.connection.ConnectionState, h2.connection.ConnectionInputs
        machine._transitions = {**machine._transitions,
                                (states.CLIENT_OPEN, inputs.RECV_GOAWAY): (None, states.CLIENT_OPEN)}
        self.h2.initiate_connection()
        if settings:
            self.h2.update_settings(settings)
        self.responses = {}  # stream -> {"status", "headers", "body", "trailers"}
        self.ended = set()
        self.resets = {}     # stream -> error code
        self.goaway = None   # error code
        self.closed = False
        self.consume = True  # open windows again for what arrives
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def request(self, path="/", method="GET", headers=(), end_stream=True, authority=HOST, scheme="http"):
        stream = self.h2.get_next_available_stream_id()
        head = [(":method", method), (":scheme", scheme), (":path", path), (":authority", authority), *headers]
        self.h2.send_headers(stream, head, end_stream=end_stream)
        self.flush()
        return stream

    def send_all(self, stream, data, end=False):
        """Sends all of it, waiting for window."""
        while True:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            part, data = data[:room], data[room:]
            self.h2.send_data(stream, part, end_stream=end and not data)
            self.flush()
            if not data:
                return
            self.until(lambda: self.h2.local_flow_control_window(stream) > 0)

    def receive(self):
        """Takes what one read of the socket brings. False at the end of the connection."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.closed = True
            return False
        for event in self.h2.receive_data(data):
            self.on_event(event)
        try:
            self.flush()
        except (BrokenPipeError, ConnectionResetError):
            pass
        return True

    def on_event(self, event):
        stream = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.ResponseReceived):
            headers = dict(event.headers)
            self.responses[stream] = {"status": int(headers[":status"]), "headers": headers, "body": b"", "trailers": {}}
        elif isinstance(event, h2.events.DataReceived):
            self.responses[stream]["body"] += event.data
            if self.consume and event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
        elif isinstance(event, h2.events.TrailersReceived):
            self.responses[stream]["trailers"] = dict(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            self.ended.add(stream)
        elif isinstance(event, h2.events.StreamReset):
            self.resets[stream] = event.error_code
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = event.error_code

    def until(self, condition):
        while not condition():
            assert self.receive(), f"the connection ended; goaway={self.goaway} resets={self.resets}"

    def response(self, stream):
        self.until(lambda: stream in self.ended or stream in self.resets)
        # Behind a whole response NO_ERROR only declines the rest of the request (RFC 9113 section 8.1).
        declined = stream in self.ended and self.resets.get(stream) == h2.errors.ErrorCodes.NO_ERROR
        assert declined or stream not in self.resets, f"stream {stream} was reset: {self.resets[stream]}"
        return self.responses[stream]

    def read_to_end(self):
        while self.receive():
            pass

    def close(self):
        self.socket.close()
