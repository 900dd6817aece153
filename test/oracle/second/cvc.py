"""Card-verifiable certificates, CHAT and certificate description (TR-03110-3 C and D, TR-03110-4 2.2.6)."""
import datetime
from dataclasses import dataclass, field

from second import tlv
from second.curve import Curve

TA_ECDSA = tlv.oid("0.4.0.127.0.7.2.2.2.2")
TA_ECDSA_SHA256 = TA_ECDSA + b"\x03"
HASHES = {TA_ECDSA + bytes([number]): name for number, name in enumerate(["sha1", "sha224", "sha256", "sha384", "sha512"], 1)}
ID_AT = tlv.oid("0.4.0.127.0.7.3.1.2.2")
DESCRIPTION = tlv.oid("0.4.0.127.0.7.3.1.3.1")
PLAIN_TEXT = tlv.oid("0.4.0.127.0.7.3.1.3.1.1")

CVCA, OFFICIAL_DV, FOREIGN_DV, TERMINAL = 3, 2, 1, 0
AGE_VERIFICATION, RESTRICTED_IDENTIFICATION, CAN_ALLOWED = 0, 2, 4


def read(group: int) -> int:
    """The bit of the right to read this data group."""
    return 7 + group


def chat(bits: list[int], role: int = TERMINAL) -> bytes:
    """The object 7F4C of an authentication terminal."""
    value = sum(1 << bit for bit in bits) | role << 38
    return tlv.encode(0x7F4C, tlv.encode(0x06, ID_AT), tlv.encode(0x53, value.to_bytes(5, "big")))


def rights(chat_object: bytes) -> set[int]:
    parts = tlv.fields(tlv.only(0x7F4C, chat_object))
    if parts[0x06] != ID_AT or len(parts[0x53]) != 5:
        raise ValueError("not the CHAT of an authentication terminal")
    value = int.from_bytes(parts[0x53], "big")
    return {bit for bit in range(38) if value >> bit & 1}


@dataclass(frozen=True)
class Certificate:
    whole: bytes
    body: bytes
    signature: bytes
    car: str
    chr: str
    oid: bytes
    point: bytes
    chat: bytes
    effective: datetime.date
    expiry: datetime.date
    curve: Curve | None = None
    extensions: dict[bytes, bytes] = field(default_factory=dict)


def parse(whole: bytes) -> Certificate:
    content = tlv.only(0x7F21, whole)
    _, _, body, _ = tlv.take(content)
    outer = tlv.fields(content)
    parts = tlv.fields(outer[0x7F4E])
    if parts[0x5F29] != b"\0":
        raise ValueError("unknown profile of a certificate")
    key = tlv.fields(parts[0x7F49])
    extensions = {}
    for tag, value in tlv.parse(parts.get(0x65, b"")):
        extension = tlv.fields(value)
        extensions[extension[0x06]] = extension.get(0x80, b"")
        if tag != 0x73:
            raise ValueError("an extension without its template")
    return Certificate(whole, body, outer[0x5F37], parts[0x42].decode("ascii"), parts[0x5F20].decode("ascii"), key[0x06], key[0x86],
                       tlv.encode(0x7F4C, parts[0x7F4C]), _date(parts[0x5F25]), _date(parts[0x5F24]), _domain(key), extensions)


def verify(certificate: Certificate, issuer: Certificate, curve: Curve) -> bool:
    return certificate.car == issuer.chr and curve.verify(issuer.point, certificate.body, certificate.signature, HASHES[issuer.oid])


def issue(curve: Curve, issuer_key: int, car: str, chr_: str, point: bytes, chat_object: bytes, effective: datetime.date, expiry: datetime.date,
          with_domain: bool = False, description_hash: bytes = b"") -> Certificate:
    """Signed with ECDSA and SHA-256. `with_domain`: for CVCA certificates."""
    key = tlv.encode(0x06, TA_ECDSA_SHA256)
    if with_domain:
        size = curve.size
        for tag, number in ((0x81, curve.p), (0x82, curve.a), (0x83, curve.b)):
            key += tlv.encode(tag, number.to_bytes(size, "big"))
        key += tlv.encode(0x84, curve.encode(curve.g)) + tlv.encode(0x85, curve.n.to_bytes(size, "big"))
    key += tlv.encode(0x86, point) + (tlv.encode(0x87, b"\x01") if with_domain else b"")
    extensions = tlv.encode(0x65, tlv.encode(0x73, tlv.encode(0x06, DESCRIPTION), tlv.encode(0x80, description_hash))) if description_hash else b""
    body = tlv.encode(0x7F4E, tlv.encode(0x5F29, b"\0"), tlv.encode(0x42, car.encode()), tlv.encode(0x7F49, key), tlv.encode(0x5F20, chr_.encode()),
                      chat_object, tlv.encode(0x5F25, _digits(effective)), tlv.encode(0x5F24, _digits(expiry)), extensions)
    return parse(tlv.encode(0x7F21, body, tlv.encode(0x5F37, curve.sign(issuer_key, body))))


def description(subject: str, url: str, terms: str, tls_hashes: list[bytes], issuer: str) -> bytes:
    """CertificateDescription in plain text. `tls_hashes`: of the whole DER certificates."""
    def text(tag: int, kind: int, value: str) -> bytes:
        return tlv.encode(tag, tlv.encode(kind, value.encode()))
    hashes = b"".join(sorted(tlv.encode(0x04, each) for each in tls_hashes))
    return tlv.encode(0x30, tlv.encode(0x06, PLAIN_TEXT), text(0xA1, 0x0C, issuer), text(0xA3, 0x0C, subject), text(0xA4, 0x13, url),
                      text(0xA5, 0x0C, terms), tlv.encode(0xA7, tlv.encode(0x31, hashes)))


def _date(value: bytes) -> datetime.date:
    if len(value) != 6 or max(value) > 9:
        raise ValueError("not a date of a certificate")
    digits = "".join(map(str, value))
    return datetime.date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))


def _digits(date: datetime.date) -> bytes:
    return bytes(int(digit) for digit in date.strftime("%y%m%d"))


def _domain(key: dict[int, bytes]) -> Curve | None:
    if 0x81 not in key:
        return None
    p, a, b, n = (int.from_bytes(key[tag], "big") for tag in (0x81, 0x82, 0x83, 0x85))
    half = 1 + len(key[0x81])
    return Curve(p, a, b, (int.from_bytes(key[0x84][1:half], "big"), int.from_bytes(key[0x84][half:], "big")), n)
