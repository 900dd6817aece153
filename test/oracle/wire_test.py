#!/usr/bin/python3
"""What a login looks like to somebody who reads along: connections, TLS handshakes, and each ClientHello, number by number.
wire_test.py EIDKERN PERSONAS"""
import json
import pathlib
import subprocess
import sys
import unittest

from second.client import csca_of_simulated_cards, login
from second.client_hello import SERVER_NAME, SESSION_TICKET, SIGNATURE_ALGORITHMS, STATUS_REQUEST, SUPPORTED_GROUPS, SUPPORTED_VERSIONS
from second.service import Service
from second.wire import Connection, Relays

EIDKERN, PERSONAS = sys.argv[1], pathlib.Path(sys.argv[2])
TLS1_2 = 0x0303

# Connections of one login (TR-03124-1 2.7). To the eService: the token, and the handshake that proves the host of the refresh address. To the eID-Server one,
# for the whole of PAOS; none if it is attached. A self-authentication has no more: it fetches its data over the connection that has proved the refresh address.
E_SERVICE, EID_SERVER = 2, 1


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.csca = csca_of_simulated_cards(EIDKERN)
        cls.persona = json.loads((PERSONAS / "adult.json").read_text())

    def setUp(self):
        self.relays = self.enterContext(Relays())

    def play(self, command: str = "self-auth", **variant) -> tuple[list[Connection], list[Connection]]:
        """A good login; what went to the eService and to the eID-Server."""
        with Service(self.csca, published=self.relays.to, **variant) as service:
            code, _, everything = login(EIDKERN, command, service.token_url, service.cvca_file)
            self.service = service
            self.assertEqual((service.dialogues[-1].problem, code), ("", 0), everything)
            return self.relays.connections(service.web_port), self.relays.connections(service.eid_port)


class Handshakes(Wire):
    def full(self, *connections: Connection) -> None:
        for connection in connections:
            self.assertEqual((connection.handshakes, connection.server.protected_handshakes, connection.resumed), (1, 1, False))
            self.assertEqual(connection.hello.extensions.get(SESSION_TICKET, b""), b"")

    def test_of_a_login(self):
        web, eid = self.play("auth")
        self.assertEqual((len(web), len(eid)), (E_SERVICE, EID_SERVER))
        self.full(*web, *eid)
        self.assertEqual(web[-1].client.application_bytes, 0)  # only its certificate counts

    def test_of_a_self_authentication(self):
        web, eid = self.play()
        self.assertEqual((len(web), len(eid)), (E_SERVICE, EID_SERVER))
        self.full(*web, *eid)

    def test_with_an_attached_server(self):
        web, eid = self.play("auth", attached=True)
        self.assertEqual((len(web), len(eid)), (E_SERVICE, 0))
        self.full(*web)
        self.assertGreater(web[0].client.application_bytes, 10_000)  # all of PAOS

    def test_with_an_attached_server_that_closes_after_the_token(self):
        web, eid = self.play("auth", attached=True, closes_after_token=True)
        self.assertEqual((len(web), len(eid)), (E_SERVICE + 1, 0))
        token, paos, refresh = web
        self.full(token, refresh)
        self.assertEqual((paos.handshakes, paos.resumed), (1, True))
        self.assertEqual(paos.hello.extensions[SESSION_TICKET], token.ticket)


class Counting(Wire):
    """That the figures above could be others: `openssl s_client` negotiates again and resumes on demand."""

    def connect(self, *options: str, typed: bytes = b"") -> list[Connection]:
        with Service(b"", published=self.relays.to) as service:
            command = ["openssl", "s_client", "-connect", f"127.0.0.1:{service.web_port}", "-tls1_2", *options]
            subprocess.run(command, input=typed, capture_output=True, timeout=30)
            return self.relays.connections(service.web_port)

    def test_another_handshake_on_the_same_connection(self):
        connection, = self.connect(typed=b"R\n")
        self.assertEqual(connection.handshakes, 2)  # asked for: the server need not agree

    def test_resumption(self):
        connections = self.connect("-reconnect")
        self.assertEqual([each.resumed for each in connections], [False] + 5 * [True])


class Offer(Wire):
    rsa, dsa, ecdsa = ([0x0600 | kind, 0x0500 | kind, 0x0400 | kind] for kind in (1, 2, 3))  # SHA-512, SHA-384, SHA-256

    def common(self, hello) -> None:
        self.assertEqual((hello.version, hello.compressions), (TLS1_2, [0]))
        self.assertNotIn(SUPPORTED_VERSIONS, hello.extensions)

    def test_to_both(self):
        web, eid = self.play()
        for hello in (each.hello for each in web):
            self.common(hello)
            self.assertEqual(hello.suites, [0xC02C, 0xC030, 0x009F, 0xC02B, 0xC02F, 0x009E])  # ECDHE-ECDSA, ECDHE-RSA, DHE-RSA: AES-256, then AES-128
            self.assertEqual(hello.numbers(SUPPORTED_GROUPS), [28, 27, 26, 24, 23])  # brainpool 512, 384, 256, then secp384r1, secp256r1
            self.assertEqual(hello.numbers(SIGNATURE_ALGORITHMS), self.rsa + self.dsa + self.ecdsa)
            self.assertNotIn(SERVER_NAME, hello.extensions)  # an address is no name (RFC 6066 3)
            self.assertEqual(hello.extensions[STATUS_REQUEST], bytes([1, 0, 0, 0, 0]))  # ocsp, from any responder, without extensions
        hello = eid[0].hello
        self.common(hello)
        self.assertEqual(hello.suites, [0x00AD, 0x00AC, 0x0095])  # RSA-PSK: AES-256-GCM, AES-128-GCM, AES-256-CBC-SHA
        self.assertEqual(hello.numbers(SUPPORTED_GROUPS), [])
        self.assertEqual(hello.numbers(SIGNATURE_ALGORITHMS), self.rsa)
        self.assertNotIn(SERVER_NAME, hello.extensions)
        self.assertNotIn(STATUS_REQUEST, hello.extensions)
        self.assertEqual(([each.suite for each in web], eid[0].suite), (len(web) * [0xC02C], 0x00AD))

    def test_the_name_of_the_server(self):
        web, eid = self.play("auth", host="localhost")
        self.assertEqual([each.hello.server_name for each in web + eid], (E_SERVICE + EID_SERVER) * ["localhost"])


class Secrecy(Wire):
    def test_nothing_secret_is_in_clear(self):
        web, eid = self.play()
        dialogue = self.service.dialogues[-1]
        seen = b"".join(bytes(stream) for each in web + eid for stream in (each.to_server, each.to_client))
        texts = [self.persona["pin"], self.persona["familyNames"], dialogue.psk.hex(), dialogue.psk.hex().upper(), "HTTP/1.1", "StartPAOS", "/token"]
        for secret in [text.encode() for text in texts] + [dialogue.psk, dialogue.values[4].encode()]:
            self.assertNotIn(secret, seen)
        identity = dialogue.identifier.encode()  # RFC 4279 2: in the ClientKeyExchange, and nowhere else
        self.assertEqual((seen.count(identity), bytes(eid[0].to_server).count(identity)), (1, 1))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
