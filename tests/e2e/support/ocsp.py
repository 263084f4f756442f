"""An OCSP responder on loopback."""

import datetime
import http.server
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp


class Responder:
    """Says of every certificate of `authority` that it is `status`, for `hours`."""

    def __init__(self, status=ocsp.OCSPCertStatus.GOOD, hours=1):
        self.status, self.hours = status, hours
        self.asked = 0
        self.authority = self.certificate = None  # a support.certificates.Authority, and the PEM that it is about
        responder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                request = ocsp.load_der_ocsp_request(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.headers["Content-Type"] == "application/ocsp-request"
                responder.asked += 1
                body = responder.answer(request)
                self.send_response(200)
                self.send_header("Content-Type", "application/ocsp-response")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/ocsp"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def answer(self, request):
        leaf = x509.load_pem_x509_certificate(self.certificate.encode())
        issuer = x509.load_pem_x509_certificate(self.authority.pem.encode())
        assert request.serial_number == leaf.serial_number
        now = datetime.datetime.now(datetime.timezone.utc)
        revoked = self.status == ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=leaf, issuer=issuer, algorithm=hashes.SHA1(), cert_status=self.status,
            this_update=now - datetime.timedelta(minutes=1), next_update=now + datetime.timedelta(hours=self.hours),
            revocation_time=now if revoked else None, revocation_reason=None)
        signed = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer).sign(self.authority.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.DER)

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
