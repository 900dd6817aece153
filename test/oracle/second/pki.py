"""The second service's own test PKI: CVCA, DV and terminal certificate, and two TLS certificates. All keys are fresh."""
import datetime
import hashlib
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from second import cvc
from second.curve import BRAINPOOL_P256R1

DAY = datetime.timedelta(days=1)


class Tls:
    """A self-signed certificate for 127.0.0.1. `rsa_bits`: 0 for a P-256 key."""

    def __init__(self, rsa_bits: int = 0):
        key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "second service")])
        now = datetime.datetime.utcnow()
        certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                       .serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + 30 * DAY)
                       .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
                       .sign(key, hashes.SHA256()))
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)
        self.key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.der = certificate.public_bytes(serialization.Encoding.DER)
        self.digest = hashlib.sha256(self.der).digest()


class CvPki:
    """`terminal_rights`: bits of the terminal's CHAT."""

    def __init__(self, terminal_rights: list[int], description: bytes):
        curve, today = BRAINPOOL_P256R1, datetime.datetime.utcnow().date()
        self.cvca_key, dv_key, self.terminal_key = curve.private_key(), curve.private_key(), curve.private_key()
        all_rights = list(range(38))
        self.description = description
        self.cvca = cvc.issue(curve, self.cvca_key, "DE2NDCVCA00001", "DE2NDCVCA00001", curve.public_key(self.cvca_key), cvc.chat(all_rights, cvc.CVCA),
                              today - 30 * DAY, today + 365 * DAY, True)
        self.dv = cvc.issue(curve, self.cvca_key, self.cvca.chr, "DE2NDDV00001", curve.public_key(dv_key), cvc.chat(all_rights, cvc.OFFICIAL_DV),
                            today - 10 * DAY, today + 60 * DAY)
        self.terminal = cvc.issue(curve, dv_key, self.dv.chr, "DE2NDAT00001", curve.public_key(self.terminal_key), cvc.chat(terminal_rights),
                                  today, today + 20 * DAY, description_hash=hashlib.sha256(description).digest())
