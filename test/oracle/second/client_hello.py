"""What a TLS client offers in its first message (RFC 5246 7.4.1.2)."""
from dataclasses import dataclass

SCSV = 0x00FF  # RFC 5746 3.3: no suite, but it stands among them
SERVER_NAME, STATUS_REQUEST, SUPPORTED_GROUPS, SIGNATURE_ALGORITHMS, SESSION_TICKET, SUPPORTED_VERSIONS = 0, 5, 10, 13, 35, 43


@dataclass(frozen=True)
class ClientHello:
    version: int
    suites: list[int]
    compressions: list[int]
    extensions: dict[int, bytes]

    def numbers(self, extension: int) -> list[int]:
        """Of an extension that is one list of 16-bit numbers; empty if it is not there."""
        return _numbers(self.extensions.get(extension, b"\0\0")[2:])

    @property
    def server_name(self) -> str | None:
        """RFC 6066 3: one host name; None if the client tells none."""
        if SERVER_NAME not in self.extensions:
            return None
        names, rest = _vector(self.extensions[SERVER_NAME], 2)
        name, more = _vector(names[1:], 2)
        if names[0] != 0 or rest or more:
            raise ValueError("not one host name")
        return name.decode("ascii")


def parse(body: bytes) -> ClientHello:
    """ValueError for anything but the body of a ClientHello."""
    _, rest = _vector(body[2 + 32:], 1)  # session id
    suites, rest = _vector(rest, 2)
    compressions, rest = _vector(rest, 1)
    extensions, rest = _vector(rest, 2)
    if rest:
        raise ValueError("something after the extensions")
    found = {}
    while extensions:
        number = int.from_bytes(extensions[:2], "big")
        found[number], extensions = _vector(extensions[2:], 2)
    return ClientHello(int.from_bytes(body[:2], "big"), [suite for suite in _numbers(suites) if suite != SCSV], list(compressions), found)


def _vector(data: bytes, size: int) -> tuple[bytes, bytes]:
    end = size + int.from_bytes(data[:size], "big")
    if end > len(data):
        raise ValueError("cut off")
    return data[size:end], data[end:]


def _numbers(data: bytes) -> list[int]:
    return [int.from_bytes(data[at:at + 2], "big") for at in range(0, len(data), 2)]
