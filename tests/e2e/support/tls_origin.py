"""An HTTPS origin of Python's own ssl and http.server: says what it saw of the connection it was asked on."""

import http.server
import itertools
import json
import pathlib
import ssl
import tempfile
import threading


def _common_name(peer):
    return next((value for part in peer.get("subject", ()) for key, value in part if key == "commonName"), None) if peer else None


class TlsOrigin:
    """Answers every GET with JSON: connection (a number of its own), client (CN of the certificate shown), sni, alpn.

    `client_authority`: PEM of who must have issued the certificate that clients show; None: clients need none."""

    def __init__(self, certificate, client_authority=None):
        self._numbers = itertools.count(1)
        self.names_seen = []  # by SNI
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_alpn_protocols(["http/1.1"])
        self._context.sni_callback = self._note_server_name
        self.use(certificate)
        if client_authority:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(cadata=client_authority)
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20

            def setup(self):
                self.request.settimeout(self.timeout)
                self.request.do_handshake()
                self.number = next(origin._numbers)
                super().setup()

            def do_GET(self):
                seen = {"connection": self.number, "client": _common_name(self.connection.getpeercert()),
                        "sni": getattr(self.connection, "server_name_seen", None), "alpn": self.connection.selected_alpn_protocol()}
                body = json.dumps(seen).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                connection, address = super().get_request()
                return origin._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, *_):
                pass  # refused handshakes are what some tests want

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _note_server_name(self, connection, name, _):
        connection.server_name_seen = name
        self.names_seen.append(name)

    def use(self, certificate):
        """Shows this certificate from the next handshake on."""
        with tempfile.TemporaryDirectory() as folder:
            chain, key = pathlib.Path(folder, "chain"), pathlib.Path(folder, "key")
            chain.write_text(certificate.chain_pem)
            key.write_text(certificate.key_pem)
            self._context.load_cert_chain(chain, key)

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
