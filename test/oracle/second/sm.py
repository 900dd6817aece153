"""Command APDUs, and secure messaging with AES as the terminal sees it (TR-03110-3 appendix F, ISO 7816-4)."""
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from second import tlv


class SecureMessagingError(Exception):
    pass


@dataclass(frozen=True)
class Command:
    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None  # None: no answer data; 256 and 65536 are encoded as zeros

    @property
    def header(self) -> bytes:
        return bytes([self.cla, self.ins, self.p1, self.p2])

    @property
    def extended(self) -> bool:
        return len(self.data) > 255 or (self.le or 0) > 256

    def encode(self, extended: bool | None = None) -> bytes:
        wide = self.extended if extended is None else extended
        size = 2 if wide else 1
        lead = b"\x00" if wide else b""
        body = lead + len(self.data).to_bytes(size, "big") + self.data if self.data else b""
        if self.le is None:
            return self.header + body
        return self.header + body + (b"" if self.data else lead) + (self.le % 256 ** size).to_bytes(size, "big")


def hex_command(text: str, data: bytes = b"", le: int | None = None) -> Command:
    return Command(*bytes.fromhex(text), data, le)


def derive(secret: bytes, counter: int, nonce: bytes = b"", key_size: int = 16) -> bytes:
    """KDF for an AES key of `key_size` bytes: counter 1 encryption, 2 MAC, 3 password (TR-03110-3 A.2.3)."""
    algorithm = hashlib.sha1 if key_size == 16 else hashlib.sha256
    return algorithm(secret + nonce + counter.to_bytes(4, "big")).digest()[:key_size]


def mac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC, cut to 8 bytes."""
    cmac = CMAC(algorithms.AES(key))
    cmac.update(message)
    return cmac.finalize()[:8]


def decrypt_cbc(key: bytes, data: bytes, iv: bytes = bytes(16)) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return cipher.update(data) + cipher.finalize()


def encrypt_cbc(key: bytes, data: bytes, iv: bytes = bytes(16)) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()


def pad(data: bytes) -> bytes:
    return data + b"\x80" + bytes(-(len(data) + 1) % 16)


class SecureMessaging:
    """One session: keys and the send sequence counter, which starts at 0 and counts every command and every answer."""

    def __init__(self, secret: bytes, nonce: bytes = b"", key_size: int = 16):
        self.enc, self.mac = derive(secret, 1, nonce, key_size), derive(secret, 2, nonce, key_size)
        self.counter = 0

    def protect(self, command: Command) -> bytes:
        ssc = self._count()
        header = bytes([command.cla | 0x0C]) + command.header[1:]
        objects = b""
        if command.data:
            secret = encrypt_cbc(self.enc, pad(command.data), self._iv(ssc))
            objects = tlv.encode(0x85, secret) if command.ins & 1 else tlv.encode(0x87, b"\x01", secret)
        if command.le is not None:
            size = 2 if command.extended else 1
            objects += tlv.encode(0x97, (command.le % 256 ** size).to_bytes(size, "big"))
        checksum = mac(self.mac, ssc + pad(header) + (pad(objects) if objects else b""))
        objects += tlv.encode(0x8E, checksum)
        wide = command.extended or len(objects) > 255
        return Command(*header, objects, 65536 if wide else 256).encode(wide)

    def open(self, answer: bytes) -> tuple[bytes, int]:
        """Answer data and status word; SecureMessagingError for anything that the card's session keys did not make."""
        ssc = self._count()
        body, outer = answer[:-2], answer[-2:]
        try:
            objects = tlv.fields(body)
            status, checksum = objects[0x99], objects[0x8E]
            protected = body[:-len(tlv.encode(0x8E, checksum))]
        except (KeyError, ValueError, IndexError) as error:
            raise SecureMessagingError(f"not a protected answer: {answer.hex()}") from error
        if mac(self.mac, ssc + pad(protected)) != checksum or status != outer:
            raise SecureMessagingError("the answer's MAC or status word is wrong")
        secret = objects[0x87] if 0x87 in objects else b""
        if not secret:
            return b"", int.from_bytes(status, "big")
        plain = decrypt_cbc(self.enc, secret[1:], self._iv(ssc)).rstrip(b"\0")
        if secret[0] != 1 or not plain.endswith(b"\x80"):
            raise SecureMessagingError("the answer's padding is wrong")
        return plain[:-1], int.from_bytes(status, "big")

    def _count(self) -> bytes:
        self.counter += 1
        return self.counter.to_bytes(16, "big")

    def _iv(self, ssc: bytes) -> bytes:
        return encrypt_cbc(self.enc, ssc)
