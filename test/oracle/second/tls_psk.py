"""A TLS 1.2 server with RSA-PSK (RFC 4279 4), which Python's ssl module does not have: libssl by ctypes."""
import ctypes
import io
import socket
from typing import Callable

_ssl = ctypes.CDLL("libssl.so.3")
_Pointer = ctypes.c_void_p
_PskCallback = ctypes.CFUNCTYPE(ctypes.c_uint, _Pointer, ctypes.c_char_p, ctypes.POINTER(ctypes.c_ubyte), ctypes.c_uint)
_TLS1_2 = 0x0303
_SET_MIN, _SET_MAX = 123, 124  # SSL_CTRL_SET_MIN_PROTO_VERSION, SSL_CTRL_SET_MAX_PROTO_VERSION

for _name, _result, _arguments in [
        ("TLS_server_method", _Pointer, []), ("SSL_CTX_new", _Pointer, [_Pointer]), ("SSL_new", _Pointer, [_Pointer]), ("SSL_free", None, [_Pointer]),
        ("SSL_CTX_ctrl", ctypes.c_long, [_Pointer, ctypes.c_int, ctypes.c_long, _Pointer]),
        ("SSL_CTX_set_cipher_list", ctypes.c_int, [_Pointer, ctypes.c_char_p]),
        ("SSL_CTX_use_certificate_file", ctypes.c_int, [_Pointer, ctypes.c_char_p, ctypes.c_int]),
        ("SSL_CTX_use_PrivateKey_file", ctypes.c_int, [_Pointer, ctypes.c_char_p, ctypes.c_int]),
        ("SSL_CTX_set_psk_server_callback", None, [_Pointer, _PskCallback]),
        ("SSL_get_psk_identity", ctypes.c_char_p, [_Pointer]),
        ("SSL_set_fd", ctypes.c_int, [_Pointer, ctypes.c_int]), ("SSL_accept", ctypes.c_int, [_Pointer]), ("SSL_shutdown", ctypes.c_int, [_Pointer]),
        ("SSL_read", ctypes.c_int, [_Pointer, ctypes.c_char_p, ctypes.c_int]), ("SSL_write", ctypes.c_int, [_Pointer, ctypes.c_char_p, ctypes.c_int])]:
    _function = getattr(_ssl, _name)
    _function.restype, _function.argtypes = _result, _arguments


class PskContext:
    """`lookup`: PSK identity -> key; KeyError refuses the handshake."""

    def __init__(self, certificate_file: str, key_file: str, ciphers: str, lookup: Callable[[str], bytes]):
        self._context = _ssl.SSL_CTX_new(_ssl.TLS_server_method())
        self._callback = _PskCallback(self._key)  # lives as long as the context
        self._lookup = lookup
        done = [_ssl.SSL_CTX_ctrl(self._context, limit, _TLS1_2, None) for limit in (_SET_MIN, _SET_MAX)]
        done.append(_ssl.SSL_CTX_set_cipher_list(self._context, ciphers.encode()))
        done.append(_ssl.SSL_CTX_use_certificate_file(self._context, certificate_file.encode(), 1))
        done.append(_ssl.SSL_CTX_use_PrivateKey_file(self._context, key_file.encode(), 1))
        if not all(done):
            raise OSError("libssl refuses the server's certificate, key or cipher list")
        _ssl.SSL_CTX_set_psk_server_callback(self._context, self._callback)

    def _key(self, _connection, identity, buffer, size) -> int:
        try:
            key = self._lookup(identity.decode())
        except (KeyError, UnicodeDecodeError):
            return 0
        if len(key) > size:
            return 0
        ctypes.memmove(buffer, key, len(key))
        return len(key)

    def accept(self, connection: socket.socket) -> "PskConnection":
        return PskConnection(_ssl.SSL_new(self._context), connection)


class PskConnection(io.RawIOBase):
    """As much of a socket as socketserver wants. The handshake is done by the constructor; OSError if it fails."""

    def __init__(self, handle: int, connection: socket.socket):
        self._handle, self._socket = handle, connection
        _ssl.SSL_set_fd(handle, connection.fileno())
        if _ssl.SSL_accept(handle) != 1:
            self.close()
            raise OSError("TLS handshake failed")
        self.identity = _ssl.SSL_get_psk_identity(handle).decode()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        chunk = ctypes.create_string_buffer(len(buffer))
        count = max(0, _ssl.SSL_read(self._handle, chunk, len(buffer)))
        buffer[:count] = chunk.raw[:count]
        return count

    def sendall(self, data: bytes) -> None:
        if data and _ssl.SSL_write(self._handle, data, len(data)) != len(data):
            raise BrokenPipeError("TLS connection is gone")

    def makefile(self, *_):
        return io.BufferedReader(self)

    def shutdown(self, _how) -> None:
        pass  # close() says goodbye

    def close(self) -> None:
        if self._handle:
            _ssl.SSL_shutdown(self._handle)
            _ssl.SSL_free(self._handle)
            self._handle = None
            self._socket.close()
        super().close()
