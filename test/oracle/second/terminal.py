"""A terminal with a card on the other end of a pipe (card_over_stdio), and what it does with it."""
import subprocess
from dataclasses import replace

from second import eac, tlv
from second.sm import Command, SecureMessaging, hex_command


class Card:
    """A context manager and a Send. Commands are protected while `messaging` is there. `short`: longer ones are sent as a chain."""

    def __init__(self, program: str, persona: str, cvca: str):
        self._process = subprocess.Popen([program, persona, cvca], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.messaging: SecureMessaging | None = None
        self.short = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def __call__(self, command: Command) -> tuple[bytes, int]:
        most = 223 if self.messaging else 255
        while self.short and len(command.data) > most:
            answer = self._send(replace(command, cla=command.cla | 0x10, data=command.data[:most], le=None))
            if answer[1] != 0x9000:
                return answer
            command = replace(command, data=command.data[most:])
        return self._send(command)

    def _send(self, command: Command) -> tuple[bytes, int]:
        if self.messaging is None:
            answer = self.raw(command.encode())
            return answer[:-2], int.from_bytes(answer[-2:], "big")
        return self.messaging.open(self.raw(self.messaging.protect(command)))

    def raw(self, apdu: bytes) -> bytes:
        return bytes.fromhex(self.say(apdu.hex()))

    def say(self, line: str) -> str:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"card_over_stdio does not answer {line[:20]}")
        return answer

    def reset(self) -> bytes:
        self.messaging = None
        return bytes.fromhex(self.say("reset"))


def read_file(send, short_id: int, size: int = 256) -> tuple[bytes, int]:
    """The whole file and 9000, or nothing and why not. Reads on until the outer object is complete (the card may give less than asked for)."""
    content, status = send(hex_command(f"00B0{0x80 | short_id:02X}00", b"", size))
    while status == 0x9000 and content and not _complete(content):
        more, status = send(hex_command(f"00B0{len(content):04X}", b"", size))
        content += more
    return (content, 0x9000) if status in (0x9000, 0x6282) else (b"", status)


def select_eid(send) -> int:
    return send(hex_command("00A4040C", eac.EID_APPLICATION))[1]


def _complete(content: bytes) -> bool:
    try:
        return bool(tlv.take(content))
    except (ValueError, IndexError):
        return False
