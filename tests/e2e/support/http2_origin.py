"""An origin that speaks nothing but HTTP/2 (over the h2 package): it answers with what it got, and counts connections."""

import json
import socket
import ssl
import threading

import h2.config
import h2.connection
import h2.events


class Http2Origin:
    """Every request is answered with its body, or, for a path that ends in /facts, with a JSON description of itself.

    certificate: a support.certificates.Certificate for TLS, written to `folder`; none: prior knowledge."""

    def __init__(self, certificate=None, folder=None):
        self.connections = 0
        self._open = []
        self._tls = None
        if certificate:
            chain, key = folder / "origin.crt", folder / "origin.key"
            chain.write_text(certificate.chain_pem)
            key.write_text(certificate.key_pem)
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(chain, key)
            self._tls.set_alpn_protocols(["h2"])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            _Http2Connection(connection).serve()
        except OSError:
            pass  # the peer left
        finally:
            connection.close()


class _Http2Connection:
    def __init__(self, connection):
        self._socket = connection
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self._heads = {}
        self._bodies = {}
        self._answers = {}  # stream: what is still to be sent

    def serve(self):
        self._h2.initiate_connection()
        self._socket.sendall(self._h2.data_to_send())
        while received := self._socket.recv(65536):
            for event in self._h2.receive_data(received):
                self._handle(event)
            self._send()

    def _handle(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self._heads[event.stream_id] = event.headers
            self._bodies[event.stream_id] = bytearray()
        elif isinstance(event, h2.events.DataReceived):
            self._bodies[event.stream_id] += event.data
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self._answer(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self._answers.pop(event.stream_id, None)

    def _answer(self, stream):
        fields = dict(self._heads[stream])
        body = bytes(self._bodies.pop(stream))
        if fields[":path"].endswith("/facts"):
            body = json.dumps(fields).encode()
        self._h2.send_headers(stream, [(":status", "200"), ("content-type", "text/plain")])
        self._answers[stream] = body

    def _send(self):
        for stream in list(self._answers):
            body = self._answers[stream]
            while body and (room := min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)):
                self._h2.send_data(stream, body[:room])
                body = body[room:]
            self._answers[stream] = body
            if not body:
                self._h2.send_headers(stream, [("x-origin", "done")], end_stream=True)
                del self._answers[stream]
        self._socket.sendall(self._h2.data_to_send())
