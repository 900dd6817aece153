#!/usr/bin/python3
"""The second terminal reads the card of `eidkern card serve` through a real pcscd: second_terminal_test.py EIDKERN LIBRARIES PERSONAS
Exit code 77: there is no pcscd here."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))

from second import cvc, data_groups, eac, pace, passive
from second.client import csca_of_simulated_cards
from second.curve import BRAINPOOL_P256R1
from second.pcsc import Daemon, PcscCard
from second.pki import CvPki
from second.sm import hex_command
from second.terminal import read_file, select_eid

EIDKERN, LIBRARIES, PERSONAS = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
EF_CARD_SECURITY = 0x1D
GROUPS = range(1, 23)
SECONDS = 20  # until a card is seen, on a busy machine


class SecondTerminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.csca = csca_of_simulated_cards(EIDKERN)
        cls.daemon = cls.enterClassContext(Daemon(LIBRARIES))
        cls.persona = json.loads((PERSONAS / "adult.json").read_text())
        cls.pki = CvPki([cvc.read(group) for group in GROUPS], b"no description")
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (folder / "cvca").write_bytes(cls.pki.cvca.whole)
        served = subprocess.Popen([EIDKERN, "card", "serve", "--persona", PERSONAS / "adult.json", "--cvca", folder / "cvca", "--vpcd", cls.daemon.card],
                                  stdout=subprocess.DEVNULL)
        cls.addClassCleanup(served.wait, 10)
        cls.addClassCleanup(served.terminate)

    def setUp(self):
        self.card = self.enterContext(PcscCard(Daemon.reader, SECONDS))

    def open(self, rights: list[int]) -> pace.Pace:
        session = pace.establish(self.card, pace.PIN, self.persona["pin"].encode(), cvc.chat(rights))
        self.card.messaging = session.messaging
        return session

    def authenticate(self, rights: list[int]) -> None:
        """Terminal and chip, each to the other; the chip's key is the one that its issuer has signed."""
        session, key = self.open(rights), BRAINPOOL_P256R1.private_key()
        public = BRAINPOOL_P256R1.public_key(key)
        for certificate in (self.pki.dv, self.pki.terminal):
            eac.present(self.card, certificate)
        eac.announce(self.card, self.pki.terminal, public)
        signed = eac.signed_data(session.id_picc, eac.get_challenge(self.card), public)
        eac.authenticate_terminal(self.card, BRAINPOOL_P256R1.sign(self.pki.terminal_key, signed))
        infos = eac.security_infos(passive.verify(read_file(self.card, EF_CARD_SECURITY)[0], self.csca))
        (key_id, chip), = eac.chip_public_keys(infos).items()
        self.card.messaging = eac.authenticate_chip(self.card, key, chip, key_id)
        self.assertEqual(select_eid(self.card), 0x9000)

    def test_the_whole_card(self):
        self.authenticate([cvc.read(group) for group in GROUPS])
        read = {group: read_file(self.card, group) for group in GROUPS}
        values = {group: data_groups.decode(group, content) for group, (content, status) in read.items() if status == 0x9000}
        self.assertEqual(values, data_groups.of_persona(self.persona))

    def test_no_more_than_was_granted(self):
        self.authenticate([cvc.read(4)])
        self.assertEqual([read_file(self.card, group)[1] for group in (4, 5)], [0x9000, 0x6982])

    def test_a_reset_ends_the_session(self):
        messaging = self.open([]).messaging
        self.card.reset()
        self.card.messaging = messaging
        self.assertEqual(self.card.raw(messaging.protect(hex_command("00B09C00", b"", 256))), bytes.fromhex("6985"))  # no keys any more

    def test_the_atr(self):
        self.assertEqual((self.card.atr[0], len(self.card.atr)), (0x3B, 15))


if __name__ == "__main__":
    if Daemon.program() is None:
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
