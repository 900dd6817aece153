"""The second service's own test PKI: CVCA, DV and terminal certificate, and two TLS certificates. All keys are fresh."""
import datetime
import hashlib
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from second import cvc
from second.curve import BRAINPOOL_P256R1

DAY = datetime.timedelta(days=1)


class Tls:
    """A self-signed certificate for 127.0.0.1 and localhost. `rsa_bits`: 0 for a P-256 key."""

    def __init__(self, rsa_bits: int = 0):
        key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "second service")])
        now = datetime.datetime.utcnow()
        certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                       .serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + 30 * DAY)
                       .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]), False)
                       .sign(key, hashes.SHA256()))
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)
        self.key = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.der = certificate.public_bytes(serialization.Encoding.DER)
        self.digest = hashlib.sha256(self.der).digest()


@dataclass(frozen=True)
class Issuers:
    cvca: cvc.Certificate
    dv: cvc.Certificate
    dv_key: int
    cvca_key: int = 0  # 0: not known here
    link: cvc.Certificate | None = None  # then the DV is below it, and it below the CVCA


def fresh_issuers() -> Issuers:
    curve, today, rights = BRAINPOOL_P256R1, datetime.datetime.utcnow().date(), list(range(38))
    cvca_key, dv_key = curve.private_key(), curve.private_key()
    cvca = cvc.issue(curve, cvca_key, "DE2NDCVCA00001", "DE2NDCVCA00001", curve.public_key(cvca_key), cvc.chat(rights, cvc.CVCA),
                     today - 30 * DAY, today + 365 * DAY, True)
    dv = cvc.issue(curve, cvca_key, cvca.chr, "DE2NDDV00001", curve.public_key(dv_key), cvc.chat(rights, cvc.OFFICIAL_DV), today - 10 * DAY, today + 60 * DAY)
    return Issuers(cvca, dv, dv_key, cvca_key)


def linked_issuers() -> Issuers:
    """The CVCA has passed on to a new key; clients and cards still know the old one."""
    old, curve, today, rights = fresh_issuers(), BRAINPOOL_P256R1, datetime.datetime.utcnow().date(), list(range(38))
    key, dv_key = curve.private_key(), curve.private_key()
    link = cvc.issue(curve, old.cvca_key, old.cvca.chr, "DE2NDCVCA00002", curve.public_key(key), cvc.chat(rights, cvc.CVCA), today - 20 * DAY,
                     today + 365 * DAY, True)
    dv = cvc.issue(curve, key, link.chr, "DE2NDDV00002", curve.public_key(dv_key), cvc.chat(rights, cvc.OFFICIAL_DV), today - 10 * DAY, today + 60 * DAY)
    return Issuers(old.cvca, dv, dv_key, link=link)


class CvPki:
    """`terminal_rights`: bits of the terminal's CHAT."""

    def __init__(self, terminal_rights: list[int], description: bytes, issuers: Issuers | None = None):
        curve, today = BRAINPOOL_P256R1, datetime.datetime.utcnow().date()
        self.description, self.issuers, self.terminal_key = description, issuers or fresh_issuers(), curve.private_key()
        self.cvca, self.dv = self.issuers.cvca, self.issuers.dv
        self.terminal = cvc.issue(curve, self.issuers.dv_key, self.dv.chr, "DE2NDAT00001", curve.public_key(self.terminal_key), cvc.chat(terminal_rights),
                                  today, today + 10 * DAY, description_hash=hashlib.sha256(description).digest())
