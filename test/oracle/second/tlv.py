"""BER-TLV with DER lengths (ISO 7816-4 5.2.2, X.690): reading refuses what is not minimal or not complete."""


def encode(tag: int, *values: bytes) -> bytes:
    value = b"".join(values)
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(octets)]) + octets
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + length + value


def take(data: bytes) -> tuple[int, bytes, bytes, bytes]:
    """The first object: tag, value, whole encoding, and what follows it."""
    at = 1
    if not data:
        raise ValueError("TLV: nothing there")
    if data[0] & 0x1F == 0x1F:
        while data[at] & 0x80:
            at += 1
        at += 1
    tag = int.from_bytes(data[:at], "big")
    size = data[at]
    at += 1
    if size & 0x80:
        octets = size & 0x7F
        size = int.from_bytes(data[at:at + octets], "big")
        if octets == 0 or octets > 3 or size < 0x80 or size.bit_length() <= 8 * (octets - 1):
            raise ValueError("TLV: length is not minimal")
        at += octets
    if at + size > len(data):
        raise ValueError("TLV: cut off")
    return tag, data[at:at + size], data[:at + size], data[at + size:]


def parse(data: bytes) -> list[tuple[int, bytes]]:
    objects = []
    while data:
        tag, value, _, data = take(data)
        objects.append((tag, value))
    return objects


def fields(data: bytes) -> dict[int, bytes]:
    """The objects by tag; none may come twice."""
    objects = parse(data)
    if len(dict(objects)) != len(objects):
        raise ValueError("TLV: a tag comes twice")
    return dict(objects)


def only(tag: int, data: bytes) -> bytes:
    """The value of the one object that `data` is."""
    found, value, _, rest = take(data)
    if found != tag or rest:
        raise ValueError(f"TLV: expected one object {tag:X}, found {found:X} and {len(rest)} bytes more")
    return value


def oid(text: str) -> bytes:
    """The value of an OBJECT IDENTIFIER, without tag and length."""
    arcs = [int(arc) for arc in text.split(".")]
    value = b""
    for arc in [40 * arcs[0] + arcs[1], *arcs[2:]]:
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.insert(0, 0x80 | arc & 0x7F)
        value += bytes(septets)
    return value
