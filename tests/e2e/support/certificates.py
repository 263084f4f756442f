"""Certificates for tests: a CA, and leaves that it signs."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


class Certificate:
    def __init__(self, certificate, key, issuers=""):
        self.serial = certificate.serial_number
        self.chain_pem = _pem(certificate) + issuers
        self.key_pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()).decode()


class Authority:
    """A certificate authority; `pem` is for clients to trust. With a `parent`, one that the parent vouches for: what it
    issues brings that link of the chain along."""

    def __init__(self, parent=None, name="End-to-end test CA"):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name if parent is None else "End-to-end intermediate CA")
        signer = parent or self
        builder = signer._builder(self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None if parent is None else 0), critical=True)
        own = _pem(builder.sign(signer._key, hashes.SHA256()))
        self.pem = parent.pem if parent else own
        self._link = own if parent else ""

    @property
    def key(self):
        return self._key

    def issue(self, *hosts, key_type="ecdsa", expired=False, responder=None):
        """`responder`: URL of an OCSP responder; the chain then has the authority's own certificate, too."""
        key = ec.generate_private_key(ec.SECP256R1()) if key_type == "ecdsa" else \
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = self._builder(_name(hosts[0]), key.public_key(), expired).add_extension(names, critical=False)
        if responder:
            builder = builder.add_extension(x509.AuthorityInformationAccess([x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder))]), critical=False)
        return Certificate(builder.sign(self._key, hashes.SHA256()), key, self.pem if responder else self._link)

    def revocation_list(self, *certificates):
        """PEM of a list with these certificates, in force for a day."""
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self._name)
                   .last_update(now - datetime.timedelta(hours=1)).next_update(now + datetime.timedelta(days=1)))
        for certificate in certificates:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(certificate.serial).revocation_date(now).build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def _builder(self, subject, public_key, expired=False):
        now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=60 if expired else 0)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(public_key)
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
                .not_valid_after(now + datetime.timedelta(days=30)))
