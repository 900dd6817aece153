#!/usr/bin/python3
"""Tools of others: chains of cvc-create, and `openssl` as the other end of a TLS connection. tools_test.py EIDKERN CARD_OVER_STDIO PERSONAS"""
import concurrent.futures
import datetime
import json
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.request
import xml.etree.ElementTree as xml
from unittest import mock

from cryptography.hazmat.primitives.serialization import load_der_private_key

from second import cvc, data_groups, eac, pace, paos
from second.client import Lab, csca_of_simulated_cards, login
from second.curve import BRAINPOOL_P256R1
from second.pki import DAY, Issuers
from second.service import Service, tls_certificates
from second.terminal import Card, read_file, select_eid

EIDKERN, CARD, PERSONAS = sys.argv[1:4]
PERSONA = pathlib.Path(PERSONAS) / "adult.json"


class CvcCreate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1", "-outform", "DER",
                        "-out", cls.path("root.pkcs8")], check=True, capture_output=True)
        cls.root = cls.create("root", "cvca", "DEOPENCVCA00001", "--sign-with=root.pkcs8", "--chat=FC0F13FFFF")
        cls.dv = cls.create("dv", "dv_domestic", "DEOPENDV00001", "--sign-with=root.pkcs8", "--sign-as=root.cvcert", "--chat=800F13FFFF", "--out-key=dv.pkcs8")
        cls.at = cls.create("at", "terminal", "DEOPENAT00001", "--sign-with=dv.pkcs8", "--sign-as=dv.cvcert", "--read-dg4", "--verify-age",
                            "--out-key=at.pkcs8")

    @classmethod
    def path(cls, name: str) -> str:
        return f"{cls.folder.name}/{name}"

    @classmethod
    def create(cls, name: str, role: str, holder: str, *more: str) -> cvc.Certificate:
        today = datetime.datetime.utcnow().date()
        issued, expires = (day.strftime("%y%m%d") for day in (today, today + 20 * DAY))
        subprocess.run(["cvc-create", f"--role={role}", "--type=at", f"--chr={holder}", f"--issued={issued}",
                        f"--expires={expires}", "--scheme=ECDSA_SHA_256", f"--out-cert={name}.cvcert", *more],
                       check=True, capture_output=True, cwd=cls.folder.name)
        return cvc.parse(pathlib.Path(cls.path(f"{name}.cvcert")).read_bytes())

    def key(self, name: str) -> int:
        return load_der_private_key(pathlib.Path(self.path(name)).read_bytes(), None).private_numbers().private_value

    def test_the_second_implementation_reads_them(self):
        self.assertEqual(self.root.curve, BRAINPOOL_P256R1)
        for certificate, issuer in ((self.root, self.root), (self.dv, self.root), (self.at, self.dv)):
            self.assertTrue(cvc.verify(certificate, issuer, BRAINPOOL_P256R1))
        self.assertFalse(cvc.verify(self.at, self.root, BRAINPOOL_P256R1))
        self.assertEqual(cvc.rights(self.at.chat), {cvc.read(4), cvc.AGE_VERIFICATION})

    def test_the_simulated_card_accepts_the_chain(self):
        persona = json.loads(PERSONA.read_text())
        with Card(CARD, str(PERSONA), self.path("root.cvcert")) as card:
            session = pace.establish(card, pace.PIN, persona["pin"].encode(), cvc.chat([cvc.read(4), cvc.read(5)]))
            self.assertEqual(session.references, [self.root.chr])
            card.messaging = session.messaging
            key = BRAINPOOL_P256R1.private_key()
            public = BRAINPOOL_P256R1.public_key(key)
            for certificate in (self.dv, self.at):
                eac.present(card, certificate)
            eac.announce(card, self.at, public)
            signed = eac.signed_data(session.id_picc, eac.get_challenge(card), public)
            eac.authenticate_terminal(card, BRAINPOOL_P256R1.sign(self.key("at.pkcs8"), signed))
            infos = eac.security_infos(eac.signed_content(read_file(card, 0x1D, 65536)[0]))
            (key_id, chip), = eac.chip_public_keys(infos).items()
            card.messaging = eac.authenticate_chip(card, key, chip, key_id)
            self.assertEqual(select_eid(card), 0x9000)
            self.assertEqual(data_groups.decode(4, read_file(card, 4)[0]), persona["givenNames"])
            self.assertEqual(read_file(card, 5), (b"", 0x6982))  # not in the certificate

    def test_the_client_accepts_the_root_and_the_document_verifier(self):
        issuers = Issuers(self.root, self.dv, self.key("dv.pkcs8"))
        with Service(csca_of_simulated_cards(EIDKERN), issuers=issuers) as service:
            code, _, everything = login(EIDKERN, "self-auth", service.token_url, self.path("root.cvcert"))
        self.assertEqual((service.dialogues[-1].problem, code), ("", 0), everything)


class SClient(unittest.TestCase):
    """`openssl s_client` as the client of the lab's eID-Server."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab(EIDKERN))

    def setUp(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(self.lab.urls["tcTokenUrl"], context=context, timeout=10) as answer:
            token = xml.fromstring(answer.read())
        self.address = token.findtext("ServerAddress")
        self.identity, self.psk = token.findtext("SessionIdentifier"), token.findtext("PathSecurity-Parameters/PSK")

    def talk(self, identity: str, psk: str, suite: str, request: bytes = b"") -> tuple[int, bytes]:
        host = self.address.split("/")[2]
        command = ["openssl", "s_client", "-connect", host, "-tls1_2", "-cipher", suite, "-ign_eof" if request else "-no_ign_eof"]
        command += ["-psk_identity", identity, "-psk", psk] if psk else []
        outcome = subprocess.run(command, input=request, capture_output=True, timeout=30)
        return outcome.returncode, outcome.stdout + outcome.stderr

    def test_every_suite_and_the_first_messages(self):
        body = (f'<s:Envelope xmlns:s="{paos.SOAP}" xmlns:a="{paos.WSA}" xmlns:i="{paos.ISO}"><s:Header><a:MessageID>urn:uuid:1</a:MessageID></s:Header>'
                f"<s:Body><i:StartPAOS><i:SessionIdentifier>{self.identity}</i:SessionIdentifier><i:ConnectionHandle><i:CardApplication>e80704007f00070302"
                "</i:CardApplication></i:ConnectionHandle><i:UserAgent><i:Name>s_client</i:Name><i:VersionMajor>1</i:VersionMajor><i:VersionMinor>0"
                "</i:VersionMinor></i:UserAgent><i:SupportedAPIVersions><i:Major>1</i:Major><i:Minor>1</i:Minor><i:Subminor>5</i:Subminor>"
                "</i:SupportedAPIVersions></i:StartPAOS></s:Body></s:Envelope>").encode()
        path = "/" + self.address.split("/", 3)[3] if self.address.count("/") > 2 else "/"
        head = (f"POST {path} HTTP/1.1\r\nHost: {self.address.split('/')[2]}\r\nContent-Type: application/vnd.paos+xml; charset=UTF-8\r\n"
                f'PAOS: ver="{paos.PAOS}"\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n')
        for suite in ("RSA-PSK-AES256-GCM-SHA384", "RSA-PSK-AES128-GCM-SHA256"):
            code, output = self.talk(self.identity, self.psk, suite)
            self.assertEqual(code, 0, output)
            self.assertIn(f"Cipher is {suite}".encode(), output)
        code, output = self.talk(self.identity, self.psk, "RSA-PSK-AES256-GCM-SHA384", head.encode() + body)
        self.assertIn(b"DIDAuthenticate", output)

    def test_refuses_a_wrong_key_identity_or_suite(self):
        for identity, psk, suite in ((self.identity, self.psk[:-2] + ("00" if self.psk[-2:] != "00" else "01"), "RSA-PSK-AES256-GCM-SHA384"),
                                     ("somebody else", self.psk, "RSA-PSK-AES256-GCM-SHA384"),
                                     (self.identity, self.psk, "PSK-AES256-GCM-SHA384"),
                                     (self.identity, "", "ECDHE-RSA-AES256-GCM-SHA384")):
            code, output = self.talk(identity, psk, suite)
            self.assertNotEqual(code, 0, output)
            self.assertRegex(output, b"alert (bad record mac|decrypt error|unknown psk identity|handshake failure)", psk)


START_PAOS = rb"(?s)POST /paos\?x=1 HTTP/1\.1\r\n.*Content-Length: \d+\r\n\r\n.*<iso:StartPAOS>.*</soap:Envelope>"


class SServer(unittest.TestCase):
    """`openssl s_server` as the eID-Server's end of TLS, up to the first message."""

    psk = bytes(range(1, 38))

    def setUp(self):
        self.service = self.enterContext(Service(b""))
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.files = [folder / "crt", folder / "key"]
        for file, content in zip(self.files, (tls_certificates()[1].certificate, tls_certificates()[1].key)):
            file.write_bytes(content)
        self.enterContext(mock.patch("second.eid_server.secrets.token_bytes", return_value=self.psk))  # of which the identity is made as well

    def serve(self, *options: str) -> subprocess.Popen:
        certificate, key = self.files
        server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-tls1_2", "-cert", certificate, "-key", key, *options],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(stop, server)
        self.service.eid_port = int(read_until(server.stdout, rb"ACCEPT \S+:(\d+)\n")[1])
        return server

    def login(self) -> tuple[int, dict, str]:
        return login(EIDKERN, "auth", self.service.token_url, self.service.cvca_file)

    def test_start_paos_arrives(self):
        for suite in ("RSA-PSK-AES256-GCM-SHA384", "RSA-PSK-AES128-GCM-SHA256", "RSA-PSK-AES256-CBC-SHA:@SECLEVEL=1"):
            with self.subTest(suite), concurrent.futures.ThreadPoolExecutor(1) as client:
                server = self.serve("-psk_identity", self.psk.hex().upper(), "-psk", self.psk.hex(), "-cipher", suite)
                outcome = client.submit(self.login)
                request = read_until(server.stdout, START_PAOS).string
                server.stdin.write(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
                server.stdin.flush()
                code, result, everything = outcome.result(30)
                self.assertEqual((code, result["code"]), (14, "Generic_Send_Receive_Server_Error"), everything)
                self.assertNotIn(b"PSK warning", request)  # another identity
                self.assertIn(f"<iso:SessionIdentifier>{self.service.dialogues[-1].identifier}<".encode(), request)
                self.assertIn(f"CIPHER is {suite.partition(':')[0]}".encode(), request)

    def test_another_key(self):
        self.serve("-psk", "00" + self.psk.hex(), "-cipher", "RSA-PSK-AES256-GCM-SHA384")
        code, result, everything = self.login()
        self.assertEqual((code, result["code"]), (13, "Generic_Send_Receive_Network_Error"), everything)

    def test_a_psk_without_a_certificate(self):
        self.serve("-psk", self.psk.hex(), "-cipher", "PSK-AES256-GCM-SHA384:ECDHE-PSK-AES256-CBC-SHA384:DHE-PSK-AES256-GCM-SHA384")
        code, result, everything = self.login()
        self.assertEqual((code, result["code"]), (13, "Generic_Send_Receive_Network_Error"), everything)


def read_until(stream, pattern: bytes) -> re.Match:
    said = b""
    while not (found := re.search(pattern, said)):
        chunk = stream.read1()
        if not chunk:
            raise EOFError(f"it ended after {said}")
        said += chunk
    return found


def stop(process: subprocess.Popen) -> None:
    process.kill()
    process.communicate(timeout=10)


class Stapling(unittest.TestCase):
    """`openssl s_server` staples OCSP answers of an authority that nobody knows. Only the word "revoked" about itself makes a difference."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.openssl("req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout", "key", "-out", "certificate", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-days", "5")
        cls.openssl("ocsp", "-issuer", "certificate", "-cert", "certificate", "-no_nonce", "-reqout", "request")
        serial = cls.openssl("x509", "-in", "certificate", "-noout", "-serial").decode().strip().split("=")[1]
        for name, entry in (("good", "V\t491119000000Z\t"), ("revoked", "R\t491119000000Z\t200101000000Z")):
            cls.path(name + ".index").write_text(f"{entry}\t{serial}\tunknown\t/CN=127.0.0.1\n")
            cls.path(name + ".index.attr").touch()
            cls.openssl("ocsp", "-index", name + ".index", "-CA", "certificate", "-rsigner", "certificate", "-rkey", "key", "-reqin", "request",
                        "-respout", name, "-ndays", "3")
        cls.path("refusal").write_bytes(bytes([0x30, 3, 0x0A, 1, 6]))  # unauthorized

    @classmethod
    def path(cls, name: str) -> pathlib.Path:
        return pathlib.Path(cls.folder.name) / name

    @classmethod
    def openssl(cls, *arguments: str) -> bytes:
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=cls.folder.name).stdout

    def outcome(self, *staple: str) -> tuple[str, dict]:
        command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "certificate", "-key", "key", "-tls1_2", "-curves", "P-256", "-www", *staple]
        with subprocess.Popen(command, cwd=self.folder.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
            try:
                address = next(line for line in server.stdout if line.startswith("ACCEPT")).split()[1]
                with Service(b"") as service:
                    _, result, everything = login(EIDKERN, "auth", f"https://{address}/", service.cvca_file)
            finally:
                server.kill()
        self.assertNotIn("qt.tlsbackend", everything)
        return result["code"], result["info"]

    def test_what_is_stapled(self):
        for staple in ((), ("-status_file", "refusal"), ("-status_file", "good")):
            self.assertEqual(self.outcome(*staple)[0], "Get_TcToken_Invalid_Data", staple)  # its page was fetched; it is no tcToken
        code, info = self.outcome("-status_file", "revoked")
        self.assertEqual((code, info["Ssl_Errors"]), ("Get_TcToken_Network_Error", "CertificateRevoked"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
