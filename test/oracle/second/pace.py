"""PACE with ECDH and generic mapping, AES, brainpoolP256r1, from the terminal's side (TR-03110-3 B.1 and B.11.1)."""
from dataclasses import dataclass
from typing import Callable

from second import tlv
from second.curve import BRAINPOOL_P256R1, Curve
from second.sm import SecureMessaging, decrypt_cbc, derive, hex_command, mac

PACE_OIDS = {key_size: tlv.oid(f"0.4.0.127.0.7.2.2.4.2.{key_size // 8}") for key_size in (16, 24, 32)}
PACE_OID = PACE_OIDS[16]
MRZ, CAN, PIN, PUK = 1, 2, 3, 4

Send = Callable[..., tuple[bytes, int]]  # a Command -> answer data, status word


class PaceError(Exception):
    def __init__(self, step: str, status: int):
        super().__init__(f"PACE: {step} was answered with {status:04X}")
        self.step, self.status = step, status


@dataclass(frozen=True)
class Pace:
    messaging: SecureMessaging
    id_picc: bytes  # x coordinate of the card's ephemeral key
    references: list[str]  # CARs of the card's trust points, current one first


def set_at(send: Send, password: int, chat: bytes = b"", parameter: int | None = 13, oid: bytes = PACE_OID) -> int:
    """MSE:Set AT. Its status word tells how many tries the PIN has left: 9000, 63Cx, 6283 (deactivated)."""
    data = tlv.encode(0x80, oid) + tlv.encode(0x83, bytes([password]))
    if parameter is not None:
        data += tlv.encode(0x84, bytes([parameter]))
    return send(hex_command("0022C1A4", data + chat))[1]


def establish(send: Send, password: int, secret: bytes, chat: bytes = b"", parameter: int | None = 13,
              private_key: Callable[[], int] = BRAINPOOL_P256R1.private_key, key_size: int = 16) -> Pace:
    """`chat`: the object 7F4C, or nothing. PaceError with the card's status word; ValueError if the card does not keep to the protocol."""
    curve, oid = BRAINPOOL_P256R1, PACE_OIDS[key_size]
    status = set_at(send, password, chat, parameter, oid)
    if status not in (0x9000, 0x6283) and status & 0xFFF0 != 0x63C0:  # warnings do not end it
        raise PaceError("MSE:Set AT", status)

    nonce = decrypt_cbc(derive(secret, 3, key_size=key_size), _step(send, None, b"", 0x80))
    if len(nonce) != (16 if key_size == 16 else 32):  # whole blocks, at least as long as the key
        raise ValueError(f"a nonce of {len(nonce)} bytes")
    mapping_key = private_key()
    mapping_public = curve.public_key(mapping_key)
    card_mapping = _step(send, 0x81, mapping_public, 0x82)
    generator = curve.add(curve.multiply(int.from_bytes(nonce, "big"), curve.g), curve.multiply(mapping_key, curve.decode(card_mapping)))
    mapped = Curve(curve.p, curve.a, curve.b, generator, curve.n)

    key = private_key()
    public = mapped.public_key(key)
    card_public = _step(send, 0x83, public, 0x84)
    if card_public == public or card_mapping == mapping_public:
        raise ValueError("the card repeats the terminal's key")
    messaging = SecureMessaging(mapped.shared_x(key, card_public), key_size=key_size)

    data, status = send(hex_command("00860000", _dynamic(0x85, token(messaging.mac, card_public, oid)), 256))
    if status != 0x9000:
        raise PaceError("the token", status)
    answer = tlv.fields(tlv.only(0x7C, data))
    if answer[0x86] != token(messaging.mac, public, oid):
        raise ValueError("the card's token is wrong")
    return Pace(messaging, curve.x(curve.decode(card_public)), [answer[tag].decode("ascii") for tag in (0x87, 0x88) if tag in answer])


def token(key: bytes, public: bytes, oid: bytes = PACE_OID) -> bytes:
    return mac(key, tlv.encode(0x7F49, tlv.encode(0x06, oid), tlv.encode(0x86, public)))


def _step(send: Send, tag: int | None, value: bytes, expected: int) -> bytes:
    data, status = send(hex_command("10860000", _dynamic(tag, value), 256))
    if status != 0x9000:
        raise PaceError(f"GENERAL AUTHENTICATE for {expected:02X}", status)
    return tlv.only(expected, tlv.only(0x7C, data))


def _dynamic(tag: int | None, value: bytes) -> bytes:
    return tlv.encode(0x7C, b"" if tag is None else tlv.encode(tag, value))
