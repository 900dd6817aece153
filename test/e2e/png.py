"""Small PNGs as Chromium writes them: eight bits per channel, not interlaced."""
import struct
import zlib

CHANNELS = {2: 3, 6: 4}  # by colour type


def colours(png: bytes) -> int:
    """How many different ones there are."""
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    if png[:8] != b"\x89PNG\r\n\x1a\n" or depth != 8 or kind not in CHANNELS or interlaced:
        raise ValueError("no PNG of the expected kind")
    data, at = b"", 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at:at + 8])
        data += png[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    raw, step = zlib.decompress(data), CHANNELS[kind]
    stride = width * step
    above, seen = bytearray(stride), set()
    for y in range(height):
        start = y * (stride + 1)
        line = _unfiltered(raw[start], bytearray(raw[start + 1:start + 1 + stride]), above, step)
        seen.update(bytes(line[x:x + 3]) for x in range(0, stride, step))
        above = line
    return len(seen)


def _unfiltered(method: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    for i in range(len(line)):
        left, up, corner = (line[i - step] if i >= step else 0), above[i], (above[i - step] if i >= step else 0)
        predicted = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[method]
        line[i] = (line[i] + predicted) & 0xFF
    return line


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(value - estimate))
