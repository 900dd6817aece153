"""The cards in the readers of pcsc-lite (libpcsclite by ctypes), and a pcscd of one's own to try it with."""
import ctypes
import os
import pathlib
import shutil
import subprocess
import tempfile

from second.sm import Command, SecureMessaging

_Dword, _Long, _Pointer = ctypes.c_ulong, ctypes.c_long, ctypes.c_void_p
_SCOPE_USER, _SHARE_SHARED, _RESET_CARD, _PROTOCOL_T1 = 0, 2, 1, 2
_STATE_PRESENT = 0x20
_LONGEST = 65538


class _ReaderState(ctypes.Structure):
    _fields_ = [("reader", ctypes.c_char_p), ("user", _Pointer), ("current", _Dword), ("event", _Dword), ("atr_size", _Dword), ("atr", ctypes.c_ubyte * 33)]


class _Header(ctypes.Structure):
    _fields_ = [("protocol", _Dword), ("size", _Dword)]


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libpcsclite.so.1")
    for name, arguments in [
            ("SCardEstablishContext", [_Dword, _Pointer, _Pointer, ctypes.POINTER(_Long)]), ("SCardReleaseContext", [_Long]),
            ("SCardGetStatusChange", [_Long, _Dword, ctypes.POINTER(_ReaderState), _Dword]),
            ("SCardConnect", [_Long, ctypes.c_char_p, _Dword, _Dword, ctypes.POINTER(_Long), ctypes.POINTER(_Dword)]), ("SCardDisconnect", [_Long, _Dword]),
            ("SCardReconnect", [_Long, _Dword, _Dword, _Dword, ctypes.POINTER(_Dword)]),
            ("SCardTransmit", [_Long, ctypes.POINTER(_Header), ctypes.c_char_p, _Dword, _Pointer, ctypes.c_char_p, ctypes.POINTER(_Dword)])]:
        function = getattr(library, name)
        function.restype, function.argtypes = _Long, arguments
    return library


class PcscError(Exception):
    pass


def _demand(what: str, result: int) -> None:
    if result != 0:
        raise PcscError(f"{what}: {result & 0xFFFFFFFF:08X}")


class PcscCard:
    """A context manager and a Send: the card in `reader`, waited for at most `seconds`. Commands are protected while `messaging` is there."""

    def __init__(self, reader: str, seconds: int):
        self.messaging: SecureMessaging | None = None
        self._library, self._context, self._card = _library(), _Long(), _Long()
        _demand("SCardEstablishContext", self._library.SCardEstablishContext(_SCOPE_USER, None, None, self._context))
        state = _ReaderState(reader=reader.encode())
        while not state.event & _STATE_PRESENT:
            _demand(f"no card in {reader}", self._library.SCardGetStatusChange(self._context, 1000 * seconds, state, 1))
            state.current = state.event
        protocol = _Dword()
        _demand("SCardConnect", self._library.SCardConnect(self._context, reader.encode(), _SHARE_SHARED, _PROTOCOL_T1, self._card, protocol))
        self.atr = bytes(state.atr[:state.atr_size])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._library.SCardDisconnect(self._card, _RESET_CARD)
        self._library.SCardReleaseContext(self._context)

    def __call__(self, command: Command) -> tuple[bytes, int]:
        if self.messaging:
            return self.messaging.open(self.raw(self.messaging.protect(command)))
        answer = self.raw(command.encode())
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def raw(self, apdu: bytes) -> bytes:
        answer, length = ctypes.create_string_buffer(_LONGEST), _Dword(_LONGEST)
        header = _Header(_PROTOCOL_T1, ctypes.sizeof(_Header))
        _demand("SCardTransmit", self._library.SCardTransmit(self._card, header, apdu, len(apdu), None, answer, length))
        return answer.raw[:length.value]

    def reset(self) -> None:
        self.messaging = None
        _demand("SCardReconnect", self._library.SCardReconnect(self._card, _SHARE_SHARED, _PROTOCOL_T1, _RESET_CARD, _Dword()))


class Daemon:
    """A context manager: pcscd as any user, with one virtual reader that waits for a card on the Unix socket `card`. `libraries` is the folder of
    libifd_virtual.so and libprivate_pcscd.so. For this process and its children it is the only one (PCSCLITE_CSOCK_NAME).
    """

    reader = "Second Reader 00 00"

    @staticmethod
    def program() -> str | None:
        return shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

    def __init__(self, libraries: pathlib.Path):
        self._folder = tempfile.TemporaryDirectory(prefix="eidkern-e2e-", dir="/tmp")  # short: Unix sockets
        folder = pathlib.Path(self._folder.name)
        for each in ("conf", "run", "drivers"):
            (folder / each).mkdir()
        for each in ("libifd_virtual.so", "libprivate_pcscd.so"):  # a path in reader.conf may not hold every letter that a build folder may
            shutil.copy(libraries / each, folder / each)
        self.card = folder / "card"
        (folder / "conf" / "reader").write_text(f'FRIENDLYNAME "{self.reader.removesuffix(" 00 00")}"\nDEVICENAME v:unix={self.card}:events=1\n'
                                                f"LIBPATH {folder}/libifd_virtual.so\nCHANNELID 0\n")
        os.environ["PCSCLITE_CSOCK_NAME"] = f"{folder}/run/pcscd.comm"
        environment = os.environ | {"PCSCD_DIR": str(folder), "LD_PRELOAD": f"{folder}/libprivate_pcscd.so"}
        self._process = subprocess.Popen([self.program(), "-f", "--error", "-c", folder / "conf"], env=environment, stdin=subprocess.DEVNULL)
        if not self._answers():
            raise PcscError("pcscd does not start")

    def _answers(self) -> bool:
        library, context = _library(), _Long()
        for _ in range(1000):
            if library.SCardEstablishContext(_SCOPE_USER, None, None, context) == 0:
                library.SCardReleaseContext(context)
                return True
            try:
                self._process.wait(0.01)
                return False
            except subprocess.TimeoutExpired:
                pass
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)
        self._folder.cleanup()
