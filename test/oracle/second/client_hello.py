"""What a TLS client offers in its first message (RFC 5246 7.4.1.2), taken from a plain TCP connection."""
import socket
import threading
from dataclasses import dataclass

SCSV = 0x00FF  # RFC 5746 3.3: no suite, but it stands among them
SUPPORTED_GROUPS, SIGNATURE_ALGORITHMS, SUPPORTED_VERSIONS = 10, 13, 43


@dataclass(frozen=True)
class ClientHello:
    version: int
    suites: list[int]
    compressions: list[int]
    extensions: dict[int, bytes]

    def numbers(self, extension: int) -> list[int]:
        """Of an extension that is one list of 16-bit numbers; empty if it is not there."""
        return _numbers(self.extensions.get(extension, b"\0\0")[2:])


class Listener:
    """Takes connections, keeps each one's ClientHello, and hangs up."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.hellos: list[ClientHello] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                connection.settimeout(10)
                self.hellos.append(read(connection.makefile("rb")))


def read(stream) -> ClientHello:
    """ValueError for anything but a handshake record with a whole ClientHello."""
    kind, _, _, *length = stream.read(5)
    record = stream.read(int.from_bytes(bytes(length), "big"))
    if kind != 22 or record[0] != 1 or int.from_bytes(record[1:4], "big") != len(record) - 4:
        raise ValueError("not a ClientHello in one record")
    _, rest = _vector(record[4 + 2 + 32:], 1)  # session id
    suites, rest = _vector(rest, 2)
    compressions, rest = _vector(rest, 1)
    extensions, rest = _vector(rest, 2)
    if rest:
        raise ValueError("something after the extensions")
    found = {}
    while extensions:
        number = int.from_bytes(extensions[:2], "big")
        found[number], extensions = _vector(extensions[2:], 2)
    return ClientHello(int.from_bytes(record[4:6], "big"), [suite for suite in _numbers(suites) if suite != SCSV], list(compressions), found)


def _vector(data: bytes, size: int) -> tuple[bytes, bytes]:
    end = size + int.from_bytes(data[:size], "big")
    if end > len(data):
        raise ValueError("cut off")
    return data[size:end], data[end:]


def _numbers(data: bytes) -> list[int]:
    return [int.from_bytes(data[at:at + 2], "big") for at in range(0, len(data), 2)]
