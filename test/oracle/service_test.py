#!/usr/bin/python3
"""`eidkern self-auth` against the second eService and eID-Server: service_test.py EIDKERN PERSONAS"""
import json
import pathlib
import sys
import tempfile
import unittest

from second import data_groups, paos
from second.client import csca_of_simulated_cards, login
from second.pki import linked_issuers
from second.service import OPTIONAL, REQUIRED, Service, tls_certificates

EIDKERN, PERSONAS = sys.argv[1], pathlib.Path(sys.argv[2])


class SelfAuthentication(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.csca = csca_of_simulated_cards(EIDKERN)
        cls.persona = json.loads((PERSONAS / "adult.json").read_text())

    def read_own_data(self, service: Service) -> tuple[int, dict, str]:
        return login(EIDKERN, "self-auth", service.token_url, service.cvca_file)

    def succeed(self, **variant) -> None:
        with Service(self.csca, **variant) as service:
            code, result, everything = self.read_own_data(service)
            dialogue = service.dialogues[-1]
            self.assertEqual((dialogue.problem, code), ("", 0), everything)
            self.assertEqual(len(service.dialogues), 1)
        expected = data_groups.of_persona(self.persona)
        self.assertEqual(dialogue.values, {group: expected.get(group) for group in REQUIRED + OPTIONAL})
        self.assertTrue(dialogue.old_enough)
        shown = result["data"]["PersonalData"]
        self.assertEqual((shown["FamilyNames"], shown["BirthName"], shown["DateOfBirth"][:10]),
                         (self.persona["familyNames"], self.persona["birthName"], self.persona["dateOfBirth"]))
        self.assertEqual(shown["PlaceOfResidence"]["StructuredPlace"]["Street"], self.persona["residence"]["street"])

    def refuse(self, mistake: str, failure: str, exit_code: int = 14) -> None:
        with Service(self.csca, mistake) as service:
            code, result, everything = self.read_own_data(service)
        self.assertEqual(result["code"], failure, everything)
        self.assertEqual((code, service.dialogues[-1].values), (exit_code, {}))

    def test_succeeds(self):
        self.succeed()

    def test_succeeds_with_detours(self):
        self.succeed(detours=True, acceptable=("9000", "62", "6300", "6A82"))

    def test_succeeds_with_a_link_certificate(self):
        self.succeed(issuers=linked_issuers())

    def test_reads_messages_in_another_dress(self):
        for dress in (paos.spread, paos.without_header):
            with self.subTest(dress.__name__):
                self.succeed(dress=dress)

    def test_a_data_group_that_the_card_does_not_have(self):
        with tempfile.TemporaryDirectory() as folder:
            persona = pathlib.Path(folder) / "persona.json"
            persona.write_text(json.dumps({key: value for key, value in self.persona.items() if key != "artisticName"}))
            for acceptable, expected in (((), 0), (("9000", "62"), 14)):
                with Service(self.csca, acceptable=acceptable) as service:
                    code, _, everything = login(EIDKERN, "self-auth", service.token_url, service.cvca_file, f"sim:{persona}")
                dialogue = service.dialogues[-1]
                self.assertEqual(code, expected, dialogue.problem + everything)
                if expected == 0:
                    self.assertIsNone(dialogue.values[6])
        self.assertEqual(dialogue.last_outputs, 3)  # of 4, 5, 6 and 7: the third is the unexpected one, nothing comes after it
        self.assertEqual([uri.rpartition("/")[2] for uri in dialogue.client_result], ["resultmajor#error", "common#unknownError"])

    def test_refuses_another_services_description(self):
        self.refuse("description hash", "Certificate_Check_Failed_Hash_Mismatch")

    def test_refuses_a_tls_certificate_that_the_description_does_not_name(self):
        self.refuse("tls hash", "Certificate_Check_Failed_Hash_Missing_In_Description")

    def test_refuses_a_forged_terminal_certificate(self):
        self.refuse("certificate", "Pre_Verification_Invalid_Certificate_Signature")

    def test_the_card_refuses_a_terminal_without_its_key(self):
        self.refuse("signature", "Did_Authenticate_Eac2_Card_Command_Failed", 11)

    def test_the_server_refuses_a_card_of_another_country(self):
        with Service(tls_certificates()[0].der) as service:
            code, result, everything = self.read_own_data(service)
        dialogue = service.dialogues[-1]
        self.assertTrue(dialogue.problem.startswith("ValueError: passive authentication"), everything)
        self.assertEqual((code, result["code"], dialogue.values), (14, "Start_Paos_Response_Error", {}))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
