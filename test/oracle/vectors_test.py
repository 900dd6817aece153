#!/usr/bin/python3
"""The second implementation against the published worked examples: it replays both against the recorded card, byte by byte."""
import pathlib
import unittest

from second import cvc, eac, pace, tlv
from second.curve import BRAINPOOL_P256R1
from second.sm import SecureMessaging, SecureMessagingError, derive, hex_command

FOLDER = pathlib.Path(__file__).parent.parent / "vectors"


def vectors(name: str) -> dict[str, bytes]:
    lines = (FOLDER / name).read_text().splitlines()
    return {key: bytes.fromhex(value) for key, value in (line.split() for line in lines if line and not line.startswith("#"))}


class RecordedCard:
    """Takes exactly the recorded commands, and gives the recorded answers."""

    def __init__(self, exchange: list[tuple[bytes, bytes]]):
        self.exchange = list(exchange)
        self.messaging: SecureMessaging | None = None

    def __call__(self, command) -> tuple[bytes, int]:
        expected, answer = self.exchange.pop(0)
        sent = self.messaging.protect(command) if self.messaging else command.encode(False)
        if sent != expected:
            raise AssertionError(f"sent     {sent.hex()}\nexpected {expected.hex()}")
        return self.messaging.open(answer) if self.messaging else (answer[:-2], int.from_bytes(answer[-2:], "big"))


def pace_exchange(vector: dict[str, bytes]) -> list[tuple[bytes, bytes]]:
    return [(vector[f"c{n}"], vector.get(f"r{n}", b"\x90\0")) for n in range(1, 6)]


class Icao(unittest.TestCase):
    vector = vectors("icao_9303_g1.txt")

    def establish(self, **changes) -> tuple[pace.Pace, RecordedCard]:
        vector = self.vector | changes
        card = RecordedCard(pace_exchange(vector))
        keys = iter([vector["map_sk_terminal"], vector["eph_sk_terminal"]])
        return pace.establish(card, pace.MRZ, vector["mrz_hash"], parameter=None, private_key=lambda: int.from_bytes(next(keys), "big")), card

    def test_pace_with_the_mrz(self):
        session, card = self.establish()
        self.assertEqual(session.messaging.enc, self.vector["ks_enc"])
        self.assertEqual(session.messaging.mac, self.vector["ks_mac"])
        self.assertEqual(session.references, [])
        self.assertEqual(card.exchange, [])
        self.assertEqual(derive(self.vector["mrz_hash"], 3), self.vector["k_pi"])

    def test_secure_messaging_after_it(self):
        session, card = self.establish()
        card.messaging = session.messaging
        card.exchange = [(self.vector["sm_ssc_1"], self.vector["sm_ssc_2"]), (self.vector["sm_ssc_3"], self.vector["sm_ssc_4"])]
        self.assertEqual(card(hex_command("00A4020C", bytes.fromhex("011E"))), (b"", 0x9000))
        self.assertEqual(card(hex_command("00B00000", b"", 4)), (bytes.fromhex("60145F01"), 0x9000))

    def test_refuses_a_wrong_token(self):
        answer = bytearray(self.vector["r5"])
        answer[5] ^= 1
        with self.assertRaisesRegex(ValueError, "token"):
            self.establish(r5=bytes(answer))

    def test_refuses_a_tampered_answer(self):
        session, _ = self.establish()
        session.messaging.protect(hex_command("00A4020C", bytes.fromhex("011E")))
        answer = bytearray(self.vector["sm_ssc_2"])
        answer[7] ^= 1
        with self.assertRaises(SecureMessagingError):
            session.messaging.open(bytes(answer))


class Bsi(unittest.TestCase):
    vector = vectors("bsi_eac2.txt")

    def test_the_whole_example(self):
        vector = self.vector
        card = RecordedCard(pace_exchange(vector))
        keys = iter([vector["map_sk_terminal"], vector["eph_sk_terminal"]])
        chat = bytes.fromhex("7F4C12060904007F00070301020253050000000110")
        session = pace.establish(card, pace.PIN, b"123456", chat, None, lambda: int.from_bytes(next(keys), "big"))
        self.assertEqual((session.id_picc, session.references), (vector["id_icc"], ["DECVCAAT00001"]))

        card.messaging = session.messaging
        card.exchange = [(vector[f"ta_ssc_{n}"], vector[f"ta_ssc_{n + 1}"]) for n in range(1, 20, 2)]
        terminal = cvc.parse(vector["at"])
        eac.present(card, cvc.parse(vector["dv"]))
        eac.present(card, terminal)
        eac.announce(card, terminal, vector["ca_eph_pk_terminal"])
        challenge = eac.get_challenge(card)
        signed = eac.signed_data(session.id_picc, challenge, vector["ca_eph_pk_terminal"])
        self.assertEqual(signed, vector["signed_data"])
        eac.authenticate_terminal(card, vector["signature"])
        self.assertEqual(card(hex_command("00B09D00", b"", 65536)), (vector["ef_card_security"][:16], 0x9000))
        infos = eac.security_infos(eac.signed_content(vector["ef_card_security"]))
        chip = eac.chip_public_keys(infos)[1]
        self.assertEqual(chip, vector["static_pk_card"])
        card.messaging = eac.authenticate_chip(card, int.from_bytes(vector["ca_eph_sk_terminal"], "big"), chip, 1)
        self.assertEqual((card.messaging.enc, card.messaging.mac), (vector["ca_ks_enc"], vector["ca_ks_mac"]))

        card.exchange = [(vector["new_ssc_1"], vector["new_ssc_2"]), (vector["new_ssc_3"], vector["new_ssc_4"])]
        self.assertEqual(card(hex_command("00A4040C", eac.EID_APPLICATION)), (b"", 0x9000))
        self.assertEqual(card(hex_command("00B08400", b"", 256))[1], 0x6282)
        self.assertEqual(card.exchange, [])

    def test_certificates_and_signature(self):
        root, dv, terminal = (cvc.parse(self.vector[name]) for name in ("cvca", "dv", "at"))
        self.assertTrue(cvc.verify(root, root, root.curve))
        self.assertTrue(cvc.verify(dv, root, root.curve))
        self.assertTrue(cvc.verify(terminal, dv, root.curve))
        self.assertFalse(cvc.verify(terminal, root, root.curve))
        self.assertEqual(cvc.rights(terminal.chat), {4, 8})
        self.assertTrue(root.curve.verify(terminal.point, self.vector["signed_data"], self.vector["signature"], "sha512"))
        self.assertFalse(root.curve.verify(terminal.point, self.vector["signed_data"] + b"\0", self.vector["signature"], "sha512"))

    def test_chip_session_refuses_another_chip(self):
        vector = self.vector
        key = int.from_bytes(vector["ca_eph_sk_terminal"], "big")
        self.assertEqual(eac.chip_session(key, vector["static_pk_card"], vector["ca_nonce"], vector["ca_t_card"]).mac, vector["ca_ks_mac"])
        with self.assertRaisesRegex(ValueError, "token"):
            eac.chip_session(key, BRAINPOOL_P256R1.public_key(7), vector["ca_nonce"], vector["ca_t_card"])

    def test_issued_certificates_verify_and_forged_ones_do_not(self):
        root = cvc.parse(self.vector["cvca"])
        today = root.effective
        mine = cvc.issue(BRAINPOOL_P256R1, 5, "DETEST00001", "DETEST00001", BRAINPOOL_P256R1.public_key(5), cvc.chat([8], cvc.CVCA), today, today, True)
        self.assertEqual(mine.curve, BRAINPOOL_P256R1)
        self.assertTrue(cvc.verify(mine, mine, mine.curve))
        forged = cvc.parse(mine.whole[:-1] + bytes([mine.whole[-1] ^ 1]))
        self.assertFalse(cvc.verify(forged, mine, mine.curve))


class Tlv(unittest.TestCase):
    def test_refuses_what_is_not_der(self):
        for wrong in ("", "04", "0402FF", "048101FF", "04820001FF", "0480FF0000"):
            with self.subTest(wrong), self.assertRaises((ValueError, IndexError)):
                tlv.take(bytes.fromhex(wrong))


if __name__ == "__main__":
    unittest.main()
