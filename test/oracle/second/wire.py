"""What passes between a client and a server on loopback, and the TLS 1.2 records in it (RFC 5246 6.2, 7.4)."""
import functools
import socket
import threading

from second import client_hello

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = range(20, 24)
CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, CERTIFICATE = 1, 2, 4, 11


class Relays:
    """A context manager. `to(port)` makes a relay that leads there, and tells the relay's own port."""

    def __init__(self):
        self._listeners: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._by_port: dict[int, list[Connection]] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)  # wakes its thread
            listener.close()

    def to(self, port: int) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        self._listeners.append(listener)
        own = listener.getsockname()[1]
        self._by_port[own] = []
        threading.Thread(target=self._accept, args=(listener, own, port), daemon=True).start()
        return own

    def connections(self, own: int) -> list["Connection"]:
        """All so far, in order; both ends of each must have closed it, or are about to."""
        for thread in self._threads:
            thread.join(10)
            if thread.is_alive():
                raise TimeoutError("a connection is still open")
        return self._by_port[own]

    def _accept(self, listener: socket.socket, own: int, port: int) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # closed
            server = socket.create_connection(("127.0.0.1", port))
            connection = Connection()
            self._by_port[own].append(connection)
            self._threads.append(threading.Thread(target=_relay, args=(client, server, connection), daemon=True))
            self._threads[-1].start()


def _relay(client: socket.socket, server: socket.socket, connection: "Connection") -> None:
    with client, server:
        answers = threading.Thread(target=_carry, args=(server, client, connection.to_client), daemon=True)
        answers.start()
        _carry(client, server, connection.to_server)
        answers.join()


def _carry(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    try:
        while chunk := source.recv(65536):
            kept += chunk
            target.sendall(chunk)
    except OSError:
        pass  # the other side has hung up: as good as an end
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Connection:
    """One TCP connection with TLS 1.2 in it. ValueError where it is something else."""

    def __init__(self):
        self.to_server, self.to_client = bytearray(), bytearray()

    @functools.cached_property
    def client(self) -> "Side":
        return Side(bytes(self.to_server))

    @functools.cached_property
    def server(self) -> "Side":
        return Side(bytes(self.to_client))

    @property
    def hello(self) -> client_hello.ClientHello:
        return client_hello.parse(self.client.message(CLIENT_HELLO))

    @property
    def ticket(self) -> bytes:
        """By which the server knows the session again (RFC 5077 3.3)."""
        return self.server.message(NEW_SESSION_TICKET)[6:]

    @property
    def suite(self) -> int:
        hello = self.server.message(SERVER_HELLO)
        return int.from_bytes(hello[35 + hello[34]:37 + hello[34]], "big")

    @property
    def resumed(self) -> bool:
        return CERTIFICATE not in self.server.kinds

    @property
    def handshakes(self) -> int:
        """Each ends with one Finished of the client; a second one would begin with a ClientHello that is protected as well."""
        return self.client.protected_handshakes


class Side:
    """One direction: handshake messages in clear, then records that are protected."""

    def __init__(self, stream: bytes):
        clear, protected, at = b"", False, 0
        self.protected_handshakes, self.application_bytes = 0, 0
        while at < len(stream):
            kind, end = stream[at], at + 5 + int.from_bytes(stream[at + 3:at + 5], "big")
            if kind not in range(CHANGE_CIPHER_SPEC, APPLICATION_DATA + 1) or stream[at + 1] != 3 or end > len(stream):
                raise ValueError(f"no whole TLS record: {stream[at:at + 5].hex()}")
            record, at = stream[at + 5:end], end
            if kind == APPLICATION_DATA and not protected:
                raise ValueError("application data before the handshake's end")
            self.application_bytes += len(record) if kind == APPLICATION_DATA else 0
            self.protected_handshakes += kind == HANDSHAKE and protected
            clear += record if kind == HANDSHAKE and not protected else b""
            protected = protected or kind == CHANGE_CIPHER_SPEC
        self._messages = _messages(clear)

    @property
    def kinds(self) -> list[int]:
        return [kind for kind, _ in self._messages]

    def message(self, kind: int) -> bytes:
        found = [body for each, body in self._messages if each == kind]
        if len(found) != 1:
            raise ValueError(f"{len(found)} handshake messages of type {kind}")
        return found[0]


def _messages(data: bytes) -> list[tuple[int, bytes]]:
    messages = []
    while data:
        end = 4 + int.from_bytes(data[1:4], "big")
        if end > len(data):
            raise ValueError("a handshake message is cut off")
        messages.append((data[0], data[4:end]))
        data = data[end:]
    return messages
