#!/usr/bin/python3
"""The simulated card against the second terminal: card_test.py CARD_OVER_STDIO PERSONAS"""
import datetime
import json
import pathlib
import sys
import tempfile
import unittest

from second import cvc, data_groups, eac, pace, passive, tlv
from second.curve import BRAINPOOL_P256R1, BRAINPOOL_P512R1, SECP384R1, Curve
from second.pki import DAY, CvPki
from second.sm import hex_command
from second.terminal import Card, read_file, select_eid

PROGRAM, PERSONAS = sys.argv[1], pathlib.Path(sys.argv[2])
EF_DIR, EF_CARD_ACCESS, EF_CARD_SECURITY = 0x1E, 0x1C, 0x1D
READ_ALL = [cvc.read(group) for group in range(1, 23)]
DATE_OF_BIRTH, DATE_OF_EXPIRY, COMMUNITY_ID = (tlv.oid(f"0.4.0.127.0.7.3.1.4.{number}") for number in (1, 2, 3))


def auxiliary(*items: tuple[bytes, bytes]) -> bytes:
    return tlv.encode(0x67, *(tlv.encode(0x73, tlv.encode(0x06, oid), tlv.encode(0x53, value)) for oid, value in items))


class CardTest(unittest.TestCase):
    rights = READ_ALL + [cvc.AGE_VERIFICATION, 1]

    @classmethod
    def setUpClass(cls):
        cls.pki = CvPki(cls.rights + [cvc.CAN_ALLOWED], b"no description")
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.persona = json.loads((PERSONAS / "adult.json").read_text())

    def card(self, **changes) -> Card:
        folder = pathlib.Path(self.folder.name)
        (folder / "persona.json").write_text(json.dumps(self.persona | changes))
        (folder / "cvca").write_bytes(self.pki.cvca.whole)
        return self.enterContext(Card(PROGRAM, folder / "persona.json", folder / "cvca"))

    def open(self, card: Card, password: int, secret: str, chat: bytes = b"") -> pace.Pace:
        session = pace.establish(card, password, secret.encode(), chat)
        card.messaging = session.messaging
        return session

    def fails(self, card: Card, password: int, secret: str) -> int:
        with self.assertRaises(pace.PaceError) as caught:
            pace.establish(card, password, secret.encode())
        self.assertEqual(caught.exception.step, "the token")
        return caught.exception.status

    def authenticate_terminal(self, card: Card, session: pace.Pace, aux: bytes = b"", challenge_first: bool = False,
                              curve: Curve = BRAINPOOL_P256R1) -> int:
        """The private key of the terminal's ephemeral key pair, on the curve of the chip's key."""
        key = curve.private_key()
        public = curve.public_key(key)
        challenge = eac.get_challenge(card) if challenge_first else b""
        eac.present(card, self.pki.dv)
        eac.present(card, self.pki.terminal)
        eac.announce(card, self.pki.terminal, public, aux)
        challenge = challenge or eac.get_challenge(card)
        eac.authenticate_terminal(card, BRAINPOOL_P256R1.sign(self.pki.terminal_key, eac.signed_data(session.id_picc, challenge, public, aux)))
        return key

    def authenticate_chip(self, card: Card, key: int, curve: Curve = BRAINPOOL_P256R1, key_size: int = 16) -> None:
        content = passive.verify(read_file(card, EF_CARD_SECURITY, 256 if card.short else 65536)[0], bytes.fromhex(card.say("csca")))
        (key_id, public), = [(key_id, public) for key_id, public in eac.chip_public_keys(eac.security_infos(content)).items()]
        card.messaging = eac.authenticate_chip(card, key, public, key_id, curve, key_size)

    def authenticate(self, card: Card, rights: list[int], password: int = pace.PIN, secret: str = "", aux: bytes = b"", challenge_first: bool = False) -> None:
        session = self.open(card, password, secret or self.persona["pin"], cvc.chat(rights))
        self.assertEqual(session.references, [self.pki.cvca.chr])
        self.authenticate_chip(card, self.authenticate_terminal(card, session, aux, challenge_first))

    def refused(self, status: int, what: str):
        return self.assertRaisesRegex(eac.CardRefuses, f"{what}.*{status:04X}")


class Recognition(CardTest):
    def test_the_files_that_everybody_may_read(self):
        card = self.card()
        self.assertEqual(card(hex_command("00A4000C", bytes.fromhex("3F00"))), (b"", 0x9000))
        directory, status = read_file(card, EF_DIR)
        self.assertEqual(status, 0x9000)
        self.assertIn(tlv.encode(0x4F, eac.EID_APPLICATION), directory)
        infos = eac.security_infos(read_file(card, EF_CARD_ACCESS)[0])
        self.assertIn((pace.PACE_OID, tlv.encode(2, b"\2") + tlv.encode(2, b"\x0d")), [(oid, content) for oid, content, _ in infos])
        self.assertIn(eac.CA_OID, [oid for oid, _, _ in infos])

    def test_privileged_terminals_are_told_of_a_key_of_their_own(self):
        infos = eac.security_infos(read_file(self.card(), EF_CARD_ACCESS)[0])
        content, = [content for oid, content, _ in infos if oid == eac.PRIVILEGED_TERMINAL]
        own = eac.security_infos(content)
        self.assertEqual([oid for oid, _, _ in own], [eac.CA_OID, eac.CA_OID[:-1]])
        key_ids = [content[-1] for oid, content, _ in infos + own if oid == eac.CA_OID]
        self.assertEqual(key_ids, [41, 45])

    def test_what_only_a_terminal_may_read(self):
        card = self.card()
        self.assertEqual(select_eid(card), 0x6982)
        self.assertEqual(read_file(card, EF_CARD_SECURITY), (b"", 0x6982))
        self.open(card, pace.PIN, self.persona["pin"], cvc.chat([cvc.read(4)]))
        self.assertEqual(select_eid(card), 0x6982)

    def test_the_atr_is_well_formed(self):
        atr = self.card().reset()
        self.assertLessEqual(len(atr), 33)
        self.assertEqual(atr[:2][0], 0x3B)

    def test_unknown_commands(self):
        card = self.card()
        for command, status in (("00CA0000", 0x6D00), ("80A4000C", 0x6E00)):
            self.assertEqual(card(hex_command(command))[1], status, command)


class Passwords(CardTest):
    def test_wrong_pins_until_the_can_is_needed_and_then_the_puk(self):
        card, pin = self.card(), self.persona["pin"]
        self.assertEqual(pace.set_at(card, pace.PIN), 0x9000)
        self.assertEqual(self.fails(card, pace.PIN, "000000"), 0x63C2)
        self.assertEqual(pace.set_at(card, pace.PIN), 0x63C2)
        self.open(card, pace.PIN, pin)
        card.reset()
        self.assertEqual(pace.set_at(card, pace.PIN), 0x9000)  # the right one sets the counter back

        self.assertEqual([self.fails(card, pace.PIN, "000000") for _ in range(2)], [0x63C2, 0x63C1])
        card.reset()
        self.assertEqual(pace.set_at(card, pace.PIN), 0x63C1)  # not forgotten without power
        self.assertEqual(self.fails(card, pace.PIN, pin), 0x6985)  # suspended
        self.open(card, pace.CAN, self.persona["can"])
        self.open(card, pace.PIN, pin)
        card.reset()
        self.assertEqual(pace.set_at(card, pace.PIN), 0x9000)

        for _ in range(2):
            self.fails(card, pace.PIN, "000000")
        self.open(card, pace.CAN, self.persona["can"])
        self.assertEqual(self.fails(card, pace.PIN, "000000"), 0x63C0)
        card.reset()
        self.assertEqual(pace.set_at(card, pace.PIN), 0x63C0)
        self.assertEqual(self.fails(card, pace.PIN, pin), 0x6983)
        self.open(card, pace.PUK, self.persona["puk"])
        self.assertEqual(card(hex_command("002C0303"))[1], 0x9000)
        card.reset()
        self.assertEqual(pace.set_at(card, pace.PIN), 0x9000)
        self.open(card, pace.PIN, pin)

    def test_longer_keys(self):
        for cipher, key_size in (("AES-192", 24), ("AES-256", 32)):
            card = self.card(pace={"cipher": cipher, "parameterId": 13})
            card.messaging = pace.establish(card, pace.PIN, self.persona["pin"].encode(), key_size=key_size).messaging
            self.assertEqual(read_file(card, EF_CARD_ACCESS)[1], 0x9000)
            with self.assertRaisesRegex(pace.PaceError, "Set AT.*6A88"):
                pace.establish(card, pace.PIN, self.persona["pin"].encode())  # AES-128 is not what this card does

    def test_can_and_puk_have_no_counter(self):
        card = self.card()
        for password in (pace.CAN, pace.PUK):
            self.assertEqual([self.fails(card, password, "999999") for _ in range(4)], [0x6300] * 4)
        self.open(card, pace.CAN, self.persona["can"])

    def test_a_deactivated_pin(self):
        card = self.card(pinDeactivated=True)
        self.assertEqual(pace.set_at(card, pace.PIN), 0x6283)
        self.assertEqual(self.fails(card, pace.PIN, self.persona["pin"]), 0x6984)

    def test_unblocking_needs_the_puk(self):
        card = self.card(pinTriesLeft=0)
        self.open(card, pace.CAN, self.persona["can"])
        self.assertEqual(card(hex_command("002C0303"))[1], 0x6982)

    def test_a_point_that_is_not_on_the_curve(self):
        card = self.card()
        pace.set_at(card, pace.PIN)
        card(hex_command("10860000", tlv.encode(0x7C), 256))
        wrong = tlv.encode(0x7C, tlv.encode(0x81, b"\4" + bytes(63) + b"\1"))
        self.assertEqual(card(hex_command("10860000", wrong, 256))[1], 0x6A80)


    def test_a_suspended_pin_is_not_spent_without_the_can(self):
        card = self.card(pinTriesLeft=1)
        self.assertEqual(self.fails(card, pace.PIN, "000000"), 0x6985)
        self.assertEqual(pace.set_at(card, pace.PIN), 0x63C1)

    def test_a_transport_pin(self):
        card = self.card(pin="12345")
        self.open(card, pace.PIN, "12345")

    def test_the_puk_unblocks_ten_times(self):
        card = self.card(pukUsesLeft=1, pinTriesLeft=0)
        self.open(card, pace.PUK, self.persona["puk"])
        self.assertEqual(card(hex_command("002C0303"))[1], 0x9000)
        self.assertIn(card(hex_command("002C0303"))[1], (0x6982, 0x6900))

    def test_what_set_at_refuses(self):
        card, oid = self.card(), tlv.encode(0x80, pace.PACE_OID)
        pin, unknown = tlv.encode(0x83, b"\3"), tlv.encode(0x83, b"\7")
        for data, status in ((oid + pin, 0x9000), (oid + unknown, 0x6A88), (oid + pin + tlv.encode(0x84, b"\x0c"), 0x6A88), (oid + pin + b"\x7f", 0x6A80),
                             (oid + pin + bytes.fromhex("7F4C0E060904007F0007030102035301FF"), 0x6A80)):
            self.assertEqual(card(hex_command("0022C1A4", data))[1], status, data.hex())

    def test_the_order_of_the_steps(self):
        card = self.card()
        empty, token = tlv.encode(0x7C), tlv.encode(0x7C, tlv.encode(0x85, bytes(8)))
        self.assertIn(card(hex_command("10860000", empty, 256))[1], (0x6985, 0x6A88))  # without Set AT
        pace.set_at(card, pace.PIN)
        self.assertIn(card(hex_command("00860000", empty, 256))[1], (0x6883, 0x6E00))  # not chained
        pace.set_at(card, pace.PIN)
        self.assertEqual(card(hex_command("10860000", empty, 256))[1], 0x9000)
        self.assertIn(card(hex_command("00860000", token, 256))[1], (0x6985, 0x6A80, 0x6883))
        self.assertEqual(pace.set_at(card, pace.PIN), 0x9000)


class SecureMessages(CardTest):
    def tampered(self, change) -> tuple[Card, bytes]:
        card = self.card()
        self.open(card, pace.PIN, self.persona["pin"])
        apdu = bytearray(card.messaging.protect(hex_command(f"00B0{0x80 | EF_CARD_ACCESS:02X}00", b"", 16)))
        change(apdu)
        return card, card.raw(bytes(apdu))

    def test_a_wrong_mac_ends_the_session(self):
        card, answer = self.tampered(lambda apdu: apdu.__setitem__(-2, apdu[-2] ^ 1))
        self.assertEqual(answer.hex(), "6988")
        again = card.messaging.protect(hex_command("00B09C00", b"", 16))
        self.assertEqual(len(card.raw(again)), 2)  # the keys are gone: only a plain status word

    def test_a_missing_mac(self):
        def cut(apdu):
            apdu[4:] = b"\3" + apdu[5:8] + b"\0"
        self.assertEqual(self.tampered(cut)[1].hex(), "6987")

    def test_a_replayed_command(self):
        card = self.card()
        self.open(card, pace.PIN, self.persona["pin"])
        apdu = card.messaging.protect(hex_command("00B09C00", b"", 16))
        self.assertGreater(len(card.raw(apdu)), 2)
        self.assertEqual(card.raw(apdu).hex(), "6988")

    def test_a_plain_command_ends_the_session(self):
        card = self.card()
        self.open(card, pace.PIN, self.persona["pin"])
        self.assertEqual(card.raw(hex_command("00B09C00", b"", 16).encode())[-2:].hex(), "9000")
        self.assertEqual(len(card.raw(card.messaging.protect(hex_command("00B09C00", b"", 16)))), 2)


class Eac(CardTest):
    def test_reads_every_data_group_of_the_persona(self):
        for challenge_first in (False, True):
            with self.subTest(challenge_first=challenge_first):
                card = self.card()
                self.authenticate(card, READ_ALL, challenge_first=challenge_first)
                self.assertEqual(select_eid(card), 0x9000)
                expected, read = data_groups.of_persona(self.persona), {}
                for group in range(1, 23):
                    content, status = read_file(card, group)
                    self.assertEqual(status, 0x9000 if group in expected else 0x6A82, group)
                    if content:
                        read[group] = data_groups.decode(group, content)
                self.assertEqual(read, expected)

    def test_chip_authentication_with_other_ciphers_and_curves(self):
        for curve, parameters, key_size in ((BRAINPOOL_P256R1, 13, 32), (SECP384R1, 15, 24), (BRAINPOOL_P512R1, 17, 16), (BRAINPOOL_P512R1, 17, 32)):
            with self.subTest(parameters=parameters, key_size=key_size):
                card = self.card(chipAuthentication={"cipher": f"AES-{8 * key_size}", "parameterId": parameters})
                session = self.open(card, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL))
                self.authenticate_chip(card, self.authenticate_terminal(card, session, curve=curve), curve, key_size)
                self.assertEqual(select_eid(card), 0x9000)
                self.assertEqual(data_groups.decode(5, read_file(card, 5)[0]), self.persona["familyNames"])

    def test_a_card_without_extended_length(self):
        card = self.card(extendedLength=False)
        self.assertEqual(card(hex_command("00B09C00", b"", 65536)), (b"", 0x6700))
        card.short = True
        self.assertGreater(len(self.pki.dv.body + self.pki.dv.signature), 223)  # goes in a chain
        self.authenticate(card, READ_ALL)
        self.assertEqual(select_eid(card), 0x9000)
        self.assertEqual(data_groups.decode(5, read_file(card, 5)[0]), self.persona["familyNames"])

    def test_reads_the_rarer_data_groups(self):
        more = {"sex": "F", "dateOfIssuance": "2024-04-01", "dateOfBirth": "1964-08", "placeOfBirth": "auf See", "residence": {"none": "keine Wohnung"},
                "residencePermitI": "Erlaubnis 1", "residencePermitII": "Erlaubnis 2", "phoneNumber": "tel:+49-30-1234567", "emailAddress": "a@example.org"}
        card = self.card(**more)
        self.authenticate(card, READ_ALL)
        select_eid(card)
        expected = data_groups.of_persona(self.persona | more)
        self.assertEqual(expected[8], "196408  ")
        self.assertEqual({group: data_groups.decode(group, read_file(card, group)[0]) for group in expected}, expected)

    def test_reads_only_what_pace_has_granted(self):
        card = self.card()
        self.authenticate(card, [cvc.read(4)])
        self.assertEqual(select_eid(card), 0x9000)
        self.assertEqual([read_file(card, group)[1] for group in (4, 5, 17)], [0x9000, 0x6982, 0x6982])

    def test_the_can_is_enough_for_who_may_use_it(self):
        card = self.card()
        self.authenticate(card, [cvc.read(5), cvc.CAN_ALLOWED], pace.CAN, self.persona["can"])
        self.assertEqual(select_eid(card), 0x9000)
        self.assertEqual(data_groups.decode(5, read_file(card, 5)[0]), self.persona["familyNames"])

    def test_the_can_is_not_enough_for_others(self):
        card = self.card()
        self.authenticate(card, [cvc.read(5)], pace.CAN, self.persona["can"])
        self.assertEqual(select_eid(card), 0x6982)

    def test_auxiliary_data(self):
        birth = self.persona["dateOfBirth"].replace("-", "").encode()
        expiry = self.persona["dateOfExpiry"].replace("-", "").encode()
        community = bytes.fromhex(self.persona["communityId"])
        for items, expected in ((((DATE_OF_BIRTH, birth), (DATE_OF_EXPIRY, expiry), (COMMUNITY_ID, community[:2])), 0x9000),
                                (((DATE_OF_BIRTH, b"19870522"), (DATE_OF_EXPIRY, b"20340401"), (COMMUNITY_ID, b"\x02\x77")), 0x6300)):
            card = self.card()
            self.authenticate(card, [cvc.AGE_VERIFICATION, 1], aux=auxiliary(*items))
            select_eid(card)
            statuses = [card(hex_command("80208000", tlv.encode(0x06, oid)))[1] for oid, _ in items]
            self.assertEqual(statuses, [expected] * 3)

    def test_auxiliary_data_that_was_not_sent_and_that_may_not_be_asked(self):
        card = self.card()
        self.authenticate(card, [cvc.read(4)], aux=auxiliary((DATE_OF_BIRTH, b"20000101")))
        select_eid(card)
        for oid, status in ((DATE_OF_BIRTH, 0x6982), (DATE_OF_EXPIRY, 0x6A88)):
            self.assertEqual(card(hex_command("80208000", tlv.encode(0x06, oid)))[1], status)

    def test_a_signature_of_another_terminal(self):
        card = self.card()
        session = self.open(card, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL))
        public = BRAINPOOL_P256R1.public_key(7)
        for certificate in (self.pki.dv, self.pki.terminal):
            eac.present(card, certificate)
        eac.announce(card, self.pki.terminal, public)
        signed = eac.signed_data(session.id_picc, eac.get_challenge(card), public)
        with self.refused(0x6300, "EXTERNAL AUTHENTICATE"):
            eac.authenticate_terminal(card, BRAINPOOL_P256R1.sign(1234567, signed))

    def test_without_pace_there_is_no_terminal_authentication(self):
        with self.refused(0x6982, "Set DST"):
            eac.present(self.card(), self.pki.dv)

    def test_another_ephemeral_key_in_chip_authentication(self):
        card = self.card()
        self.authenticate_terminal(card, self.open(card, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL)))
        with self.refused(0x6984, "GENERAL AUTHENTICATE"):
            eac.authenticate_chip(card, 99, b"", 41)

    def test_chip_authentication_needs_terminal_authentication(self):
        card = self.card()
        self.open(card, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL))
        with self.refused(0x6982, r"Set AT \(CA\)"):
            eac.authenticate_chip(card, 99, b"", 41)


    def test_a_challenge_counts_once(self):
        card = self.card()
        self.open(card, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL))
        for certificate in (self.pki.dv, self.pki.terminal):
            eac.present(card, certificate)
        eac.announce(card, self.pki.terminal, BRAINPOOL_P256R1.public_key(7))
        with self.refused(0x6985, "EXTERNAL AUTHENTICATE"):
            eac.authenticate_terminal(card, bytes(64))  # no challenge yet
        eac.announce(card, self.pki.terminal, BRAINPOOL_P256R1.public_key(7))
        eac.get_challenge(card)
        with self.refused(0x6300, "EXTERNAL AUTHENTICATE"):
            eac.authenticate_terminal(card, bytes(64))

    def test_a_second_terminal_in_the_same_session(self):
        card = self.card()
        self.authenticate_terminal(card, self.open(card, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL)))
        with self.assertRaises(eac.CardRefuses) as caught:
            eac.present(card, self.pki.dv)
        self.assertEqual(caught.exception.status, 0x6982)

    def test_auxiliary_data_before_chip_authentication(self):
        card = self.card()
        session = self.open(card, pace.PIN, self.persona["pin"], cvc.chat([cvc.AGE_VERIFICATION]))
        self.authenticate_terminal(card, session, auxiliary((DATE_OF_BIRTH, b"20000101")))
        self.assertEqual(card(hex_command("80208000", tlv.encode(0x06, DATE_OF_BIRTH)))[1], 0x6982)

    def test_reading_beyond_the_end_and_without_a_file(self):
        card = self.card()
        self.authenticate(card, READ_ALL)
        select_eid(card)
        self.assertEqual(card(hex_command("00B00000", b"", 256))[1], 0x6986)
        content, _ = read_file(card, 4)
        self.assertEqual(card(hex_command(f"00B0{len(content) + 1:04X}", b"", 256)), (b"", 0x6B00))
        self.assertEqual(card(hex_command("00B00002", b"", 3)), (content[2:5], 0x9000))


class Certificates(CardTest):
    def setUp(self):
        self.tested = self.card()
        self.open(self.tested, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL))

    def issue(self, role: int, effective: int = -1, expiry: int = 1, key: int = 0, holder: str = "DE2NDOTHER00001", issuer: str = "",
              domain: bool = False) -> cvc.Certificate:
        """Signed with the CVCA's key if there is no other; days from today."""
        curve, today = BRAINPOOL_P256R1, datetime.datetime.utcnow().date()
        return cvc.issue(curve, key or self.pki.issuers.cvca_key, issuer or self.pki.cvca.chr, holder, curve.public_key(6), cvc.chat(READ_ALL, role),
                         today + effective * DAY, today + expiry * DAY, domain)

    def accepts(self, certificate: cvc.Certificate) -> None:
        eac.present(self.tested, certificate)

    def refuses(self, certificate: cvc.Certificate) -> None:
        with self.refused(0x6984, "Verify Certificate"):
            eac.present(self.tested, certificate)

    def again(self) -> pace.Pace:
        self.tested.reset()
        return self.open(self.tested, pace.PIN, self.persona["pin"], cvc.chat(READ_ALL))

    def test_an_unknown_issuer(self):
        with self.refused(0x6A88, "Set DST"):
            eac.present(self.tested, self.pki.terminal)

    def test_a_forged_signature(self):
        self.refuses(self.issue(cvc.OFFICIAL_DV, key=5))
        self.accepts(self.issue(cvc.OFFICIAL_DV))

    def test_a_terminal_directly_below_the_root(self):
        self.refuses(self.issue(cvc.TERMINAL))

    def test_something_else_than_a_certificate(self):
        self.tested(hex_command("002281B6", tlv.encode(0x83, self.pki.cvca.chr.encode())))
        self.assertEqual(self.tested(hex_command("002A00BE", bytes.fromhex("7F4E035F2901")))[1], 0x6A80)

    def test_an_expired_one(self):
        self.refuses(self.issue(cvc.OFFICIAL_DV, -9, -2))
        self.accepts(self.issue(cvc.OFFICIAL_DV, -9, 1))

    def test_learns_the_date_from_an_official_document_verifier(self):
        self.accepts(self.issue(cvc.OFFICIAL_DV, 5, 30))
        self.again()
        self.refuses(self.issue(cvc.OFFICIAL_DV, -9, 4))
        self.accepts(self.issue(cvc.OFFICIAL_DV, -9, 5))

    def test_learns_no_date_from_a_foreign_one(self):
        self.accepts(self.issue(cvc.FOREIGN_DV, 5, 30))
        self.again()
        self.accepts(self.issue(cvc.OFFICIAL_DV, -9, 4))

    def test_a_link_certificate_becomes_the_current_trust_point(self):
        self.accepts(self.issue(cvc.CVCA, holder="DE2NDCVCA00002", domain=True))
        self.assertEqual(self.again().references, ["DE2NDCVCA00002", self.pki.cvca.chr])
        self.accepts(self.pki.dv)  # of the old one

    def test_an_expired_link_certificate_is_no_trust_point(self):
        self.accepts(self.issue(cvc.CVCA, -9, -2, holder="DE2NDCVCA00002", domain=True))
        self.accepts(self.issue(cvc.CVCA, -5, 1, key=6, issuer="DE2NDCVCA00002", holder="DE2NDCVCA00003", domain=True))
        self.assertEqual(self.again().references, ["DE2NDCVCA00003", self.pki.cvca.chr])

    def test_a_link_certificate_of_the_previous_trust_point(self):
        self.accepts(self.issue(cvc.CVCA, holder="DE2NDCVCA00002", domain=True))
        self.accepts(self.issue(cvc.CVCA, holder="DE2NDCVCA00003", domain=True))
        self.assertEqual(self.again().references, ["DE2NDCVCA00003", "DE2NDCVCA00002"])

    def test_keeps_two_trust_points_at_most(self):
        self.accepts(self.issue(cvc.CVCA, holder="DE2NDCVCA00002", domain=True))
        self.accepts(self.issue(cvc.CVCA, key=6, issuer="DE2NDCVCA00002", holder="DE2NDCVCA00003", domain=True))
        self.assertEqual(self.again().references, ["DE2NDCVCA00003", "DE2NDCVCA00002"])

    def test_learns_the_date_from_a_terminal_of_an_official_document_verifier(self):
        curve, today = BRAINPOOL_P256R1, datetime.datetime.utcnow().date()
        terminal = cvc.issue(curve, self.pki.issuers.dv_key, self.pki.dv.chr, "DE2NDAT00002", curve.public_key(6), cvc.chat(READ_ALL), today + 5 * DAY,
                             today + 9 * DAY)
        self.accepts(self.pki.dv)
        self.accepts(terminal)
        self.again()
        self.refuses(self.issue(cvc.OFFICIAL_DV, -9, 4))
        self.accepts(self.issue(cvc.OFFICIAL_DV, -9, 5))


class PinManagement(CardTest):
    def test_a_new_pin(self):
        card = self.card()
        self.open(card, pace.PIN, self.persona["pin"])
        self.assertEqual(card(hex_command("002C0203", b"654321"))[1], 0x9000)
        card.reset()
        self.assertEqual(self.fails(card, pace.PIN, self.persona["pin"]), 0x63C2)
        self.open(card, pace.PIN, "654321")

    def test_the_can_changes_no_pin(self):
        card = self.card()
        self.open(card, pace.CAN, self.persona["can"])
        self.assertEqual(card(hex_command("002C0203", b"654321"))[1], 0x6982)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
