"""Terminal and chip authentication, version 2 (TR-03110-3 B.2, B.3, B.11.2 to B.11.4)."""
from second import tlv
from second.cvc import Certificate
from second.pace import Send, token
from second.curve import BRAINPOOL_P256R1, Curve
from second.sm import SecureMessaging, hex_command

CA_OID = tlv.oid("0.4.0.127.0.7.2.2.3.2.2")
PRIVILEGED_TERMINAL = tlv.oid("0.4.0.127.0.7.2.2.8")
CA_PUBLIC_KEY = tlv.oid("0.4.0.127.0.7.2.2.1.2")
EID_APPLICATION = bytes.fromhex("E80704007F00070302")
SECURITY_OBJECT = tlv.oid("0.4.0.127.0.7.3.2.1")
SIGNED_DATA = tlv.oid("1.2.840.113549.1.7.2")


class CardRefuses(Exception):
    def __init__(self, what: str, status: int):
        super().__init__(f"{what} was answered with {status:04X}")
        self.what, self.status = what, status


def demand(send: Send, what: str, *command) -> bytes:
    data, status = send(hex_command(*command))
    if status != 0x9000:
        raise CardRefuses(what, status)
    return data


def present(send: Send, certificate: Certificate) -> None:
    """MSE:Set DST to its issuer, PSO:Verify Certificate."""
    demand(send, f"Set DST {certificate.car}", "002281B6", tlv.encode(0x83, certificate.car.encode()))
    demand(send, f"Verify Certificate {certificate.chr}", "002A00BE", certificate.body + tlv.encode(0x5F37, certificate.signature))


def announce(send: Send, terminal: Certificate, ephemeral_public: bytes, auxiliary: bytes = b"") -> None:
    """MSE:Set AT. `auxiliary`: the object 67, or nothing."""
    x = ephemeral_public[1:1 + len(ephemeral_public) // 2]
    data = tlv.encode(0x80, terminal.oid) + tlv.encode(0x83, terminal.chr.encode()) + auxiliary + tlv.encode(0x91, x)
    demand(send, "Set AT (TA)", "002281A4", data)


def get_challenge(send: Send) -> bytes:
    return demand(send, "GET CHALLENGE", "00840000", b"", 8)


def signed_data(id_picc: bytes, challenge: bytes, ephemeral_public: bytes, auxiliary: bytes = b"") -> bytes:
    return id_picc + challenge + ephemeral_public[1:1 + len(ephemeral_public) // 2] + auxiliary


def authenticate_terminal(send: Send, signature: bytes) -> None:
    demand(send, "EXTERNAL AUTHENTICATE", "00820000", signature)


def ca_oid(key_size: int) -> bytes:
    """Of ECDH with AES keys of so many bytes: 16, 24 or 32."""
    return CA_OID[:-1] + bytes([{16: 2, 24: 3, 32: 4}[key_size]])


def authenticate_chip(send: Send, ephemeral_key: int, chip_public: bytes, key_id: int | None, curve: Curve = BRAINPOOL_P256R1,
                      key_size: int = 16) -> SecureMessaging:
    """The session of the new keys. ValueError if the chip does not own the private key of `chip_public`."""
    data = tlv.encode(0x80, ca_oid(key_size)) + (tlv.encode(0x84, bytes([key_id])) if key_id is not None else b"")
    demand(send, "Set AT (CA)", "002241A4", data)
    public = curve.public_key(ephemeral_key)
    answer = demand(send, "GENERAL AUTHENTICATE (CA)", "00860000", tlv.encode(0x7C, tlv.encode(0x80, public)), 256)
    parts = tlv.fields(tlv.only(0x7C, answer))
    return chip_session(ephemeral_key, chip_public, parts[0x81], parts[0x82], curve, key_size)


def chip_session(ephemeral_key: int, chip_public: bytes, nonce: bytes, chip_token: bytes, curve: Curve = BRAINPOOL_P256R1,
                 key_size: int = 16) -> SecureMessaging:
    messaging = SecureMessaging(curve.shared_x(ephemeral_key, chip_public), nonce, key_size)
    if token(messaging.mac, curve.public_key(ephemeral_key), ca_oid(key_size)) != chip_token:
        raise ValueError("the chip's authentication token is wrong")
    return messaging


def security_infos(encoded_set: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Of a SET OF SecurityInfo: OID, the value after the OID, whole encoding."""
    infos, rest = [], tlv.only(0x31, encoded_set)
    while rest:
        tag, value, whole, rest = tlv.take(rest)
        kind, oid, _, content = tlv.take(value)
        if (tag, kind) != (0x30, 0x06):
            raise ValueError("not a SecurityInfo")
        infos.append((oid, content, whole))
    return infos


def signed_content(card_security: bytes) -> bytes:
    """The SET OF SecurityInfo in EF.CardSecurity. The signature is somebody else's business (passive_authentication)."""
    parts = tlv.fields(tlv.only(0x30, card_security))
    if parts[0x06] != SIGNED_DATA:
        raise ValueError("EF.CardSecurity is no SignedData")
    encapsulated = [value for tag, value in tlv.parse(tlv.only(0x30, parts[0xA0])) if tag == 0x30][0]
    content = tlv.fields(encapsulated)
    if content[0x06] != SECURITY_OBJECT:
        raise ValueError("EF.CardSecurity signs something else")
    return tlv.only(0x04, content[0xA0])


def chip_public_keys(infos: list[tuple[bytes, bytes, bytes]]) -> dict[int | None, bytes]:
    """Key id -> public point."""
    keys = {}
    for oid, content, _ in infos:
        if oid == CA_PUBLIC_KEY:
            subject_key = tlv.parse(content)
            bits = dict(tlv.parse(subject_key[0][1]))[0x03]
            keys[int.from_bytes(subject_key[1][1], "big") if len(subject_key) > 1 else None] = bits[1:]
    return keys
