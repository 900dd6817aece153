"""The dialogue of an eID-Server (TR-03112-7 3.6, TR-03130): one object per authentication. It believes nothing that it has not verified."""
import datetime
import secrets
from typing import Callable
from xml.sax.saxutils import escape

from second import cvc, data_groups, eac, paos, passive, pace, tlv
from second.curve import BRAINPOOL_P256R1
from second.pki import CvPki
from second.sm import hex_command

CARD_APPLICATION = eac.EID_APPLICATION.hex()
AUXILIARY_AGE = tlv.oid("0.4.0.127.0.7.3.1.4.1")


class Refused(Exception):
    """What the client or its card did wrong."""


class Dialogue:
    """`required`, `optional`: numbers of data groups. `detours`: with InitializeFramework, and the terminal's signature only in EACAdditionalInput.
    `acceptable`: status codes; empty for all. `dress`: what becomes of each message on its way.
    """

    def __init__(self, pki: CvPki, csca: bytes, required: list[int], optional: list[int], minimum_age: int, detours: bool, acceptable: list[str],
                 dress: Callable[[bytes], bytes] | None):
        self.identifier, self.psk = secrets.token_hex(16).upper(), secrets.token_bytes(37)
        self.finished, self.client_result, self.problem = False, ("", ""), ""
        self.last_outputs = 0  # answers in the last TransmitResponse
        self.values: dict[int, str | dict[str, str] | None] = {}  # None: the card does not have it
        self.old_enough: bool | None = None
        self.rights: set[int] = set()
        self._pki, self._csca, self._detours, self._acceptable, self._dress = pki, csca, detours, acceptable, dress
        self._required = cvc.chat([cvc.read(group) for group in required])
        self._optional = cvc.chat([cvc.read(group) for group in optional] + [cvc.AGE_VERIFICATION])
        today = datetime.datetime.utcnow().date()
        reference = today.replace(year=today.year - minimum_age, day=min(today.day, 28)).strftime("%Y%m%d")
        self._auxiliary = tlv.encode(0x67, tlv.encode(0x73, tlv.encode(0x06, AUXILIARY_AGE), tlv.encode(0x53, reference.encode())))
        self._key = BRAINPOOL_P256R1.private_key()
        self._next, self._last_id, self._seen = self._start_paos, None, set()

    def answer(self, text: bytes) -> bytes:
        """The answer to a message of the client. A refusal ends the dialogue with an error StartPAOSResponse; `problem` says why."""
        try:
            if self.finished:
                raise Refused("a message after StartPAOSResponse")
            message = paos.read(text)
            if message.relates_to != self._last_id or message.message_id in self._seen:
                raise Refused(f"{message.name}: RelatesTo {message.relates_to} or MessageID {message.message_id}")
            self._seen.add(message.message_id)
            body = self._next(message)
        except Exception as error:  # whatever it is: the client has to be told, and the test sees it
            self.problem = self.problem or f"{type(error).__name__}: {error}"
            body = self._end(paos.start_paos_response("al/common#internalError", escape(self.problem)))
        whole, self._last_id = paos.write(body)
        if self._dress:
            whole = self._dress(whole)
            self._last_id = self._last_id if self._last_id.encode() in whole else None
        return whole

    def _end(self, body: str) -> str:
        self.finished = True
        return body

    def _start_paos(self, message: paos.Message) -> str:
        names = [child.tag.rpartition("}")[2] for child in message.body]
        if message.name != "StartPAOS" or names[:4] != ["SessionIdentifier", "ConnectionHandle", "UserAgent", "SupportedAPIVersions"]:
            raise Refused(f"{message.name} with {names}")
        if message.texts("SessionIdentifier") != [self.identifier] or [each.lower() for each in message.texts("CardApplication")] != [CARD_APPLICATION]:
            raise Refused("StartPAOS: session or card application")
        if (message.texts("Major"), message.texts("Minor"), message.texts("Subminor")) != (["1"], ["1"], ["5"]) or not message.texts("Name")[0]:
            raise Refused("StartPAOS: user agent or API version")
        if self._detours:
            self._next = self._initialized
            return paos.initialize_framework()
        return self._eac1()

    def _initialized(self, message: paos.Message) -> str:
        self._demand_ok(message, "InitializeFrameworkResponse")
        version = [message.body.findtext(f"{{{paos.ECARD}}}Version/{{{paos.ECARD}}}{name}") for name in ("Major", "Minor", "SubMinor")]
        if version != ["1", "1", "5"]:
            raise Refused(f"InitializeFrameworkResponse: version {version}")
        return self._eac1()

    def _eac1(self) -> str:
        self._next = self._eac1_output
        pki, link = self._pki, self._pki.issuers.link
        return paos.did_authenticate("EAC1InputType", [
            ("Certificate", pki.dv.whole.hex()), *([("Certificate", link.whole.hex())] if link else []), ("Certificate", pki.terminal.whole.hex()),
            ("CertificateDescription", pki.description.hex()),
            ("RequiredCHAT", self._required.hex()), ("OptionalCHAT", self._optional.hex()), ("AuthenticatedAuxiliaryData", self._auxiliary.hex())])

    def _eac1_output(self, message: paos.Message) -> str:
        self._demand_ok(message, "DIDAuthenticateResponse", "iso:EAC1OutputType")
        self.rights = cvc.rights(message.octets("CertificateHolderAuthorizationTemplate"))
        required, offered = cvc.rights(self._required), cvc.rights(self._required) | cvc.rights(self._optional)
        if not required <= self.rights <= offered & cvc.rights(self._pki.terminal.chat):
            raise Refused(f"the CHAT has the rights {self.rights}")
        if message.texts("CertificationAuthorityReference"):
            raise Refused("the client names CARs although it has the chain")
        self._card_access = eac.security_infos(message.octets("EFCardAccess"))
        if pace.PACE_OID not in [oid for oid, _, _ in self._card_access]:
            raise Refused("EF.CardAccess without PACE")
        self._id_picc, self._challenge = message.octets("IDPICC"), message.octets("Challenge")
        if (len(self._id_picc), len(self._challenge)) != (32, 8):
            raise Refused("lengths of IDPICC and Challenge")
        public = BRAINPOOL_P256R1.public_key(self._key)
        signature = BRAINPOOL_P256R1.sign(self._pki.terminal_key, eac.signed_data(self._id_picc, self._challenge, public, self._auxiliary))
        if not self._detours:
            self._next = self._eac2_output
            return paos.did_authenticate("EAC2InputType", [("EphemeralPublicKey", public.hex()), ("Signature", signature.hex())])
        self._signature, self._next = signature, self._challenge_again
        return paos.did_authenticate("EAC2InputType", [("EphemeralPublicKey", public.hex())])

    def _challenge_again(self, message: paos.Message) -> str:
        self._demand_ok(message, "DIDAuthenticateResponse", "iso:EAC2OutputType")
        if message.octets("Challenge") != self._challenge or message.texts("AuthenticationToken"):
            raise Refused("EAC2Output without a signature is not the challenge alone")
        self._next = self._eac2_output
        return paos.did_authenticate("EACAdditionalInputType", [("Signature", self._signature.hex())])

    def _eac2_output(self, message: paos.Message) -> str:
        self._demand_ok(message, "DIDAuthenticateResponse", "iso:EAC2OutputType")
        card_security = message.octets("EFCardSecurity")
        content = passive.verify(card_security, self._csca)
        if content != eac.signed_content(card_security):
            raise Refused("EF.CardSecurity: what is signed is not what is read")
        infos = eac.security_infos(content)
        missing = {whole for oid, _, whole in self._card_access if oid.startswith(pace.PACE_OID[:8])} - {whole for _, _, whole in infos}
        if missing:
            raise Refused(f"EF.CardAccess is not confirmed by EF.CardSecurity: {[each.hex() for each in missing]}")
        self._open_session(list(eac.chip_public_keys(infos).values()), message.octets("Nonce"), message.octets("AuthenticationToken"))

        self._wanted = sorted(right - cvc.read(0) for right in self.rights if cvc.read(1) <= right <= cvc.read(22))
        commands = [hex_command("00A4040C", eac.EID_APPLICATION)] + [hex_command(f"00B0{0x80 | group:02X}00", b"", 256) for group in self._wanted]
        if cvc.AGE_VERIFICATION in self.rights:
            commands.append(hex_command("80208000", tlv.encode(0x06, AUXILIARY_AGE)))
        self._commands, self._answers = commands, []
        self._next = self._transmitted
        return self._transmit()

    def _open_session(self, chip_keys: list[bytes], nonce: bytes, token: bytes) -> None:
        for key in chip_keys:
            try:
                self._messaging = eac.chip_session(self._key, key, nonce, token)
                return
            except ValueError:
                continue
        raise Refused("no chip key of EF.CardSecurity explains the authentication token")

    def _transmit(self) -> str:
        """At most four commands at a time: a command may only be protected when the answers before it will have been counted."""
        self._batch = self._commands[:4]
        del self._commands[:4]
        apdus = []
        for command in self._batch:
            apdus.append(self._messaging.protect(command))
            self._messaging.counter += 1  # the card's answer
        return paos.transmit(apdus, self._acceptable)

    def _transmitted(self, message: paos.Message) -> str:
        answers = message.texts("OutputAPDU")
        self.last_outputs = len(answers)
        self._demand_ok(message, "TransmitResponse")
        if len(answers) != len(self._batch):
            raise Refused(f"{len(answers)} answers to {len(self._batch)} commands")
        self._messaging.counter -= 2 * len(self._batch)
        for answer in answers:
            self._messaging.counter += 1  # the command
            self._answers.append(self._messaging.open(bytes.fromhex(answer)))
        if self._commands:
            return self._transmit()
        self._evaluate()
        return self._end(paos.start_paos_response())

    def _evaluate(self) -> None:
        if self._answers.pop(0)[1] != 0x9000:
            raise Refused("SELECT of the eID application")
        for group in self._wanted:
            content, status = self._answers.pop(0)
            if status == 0x6A82:
                self.values[group] = None
            elif status in (0x9000, 0x6282):
                self.values[group] = data_groups.decode(group, content)
            else:
                raise Refused(f"data group {group} was answered with {status:04X}")
        for _, status in self._answers:
            if status not in (0x9000, 0x6300):
                raise Refused(f"VERIFY of the age was answered with {status:04X}")
            self.old_enough = status == 0x9000

    def _demand_ok(self, message: paos.Message, name: str, kind: str = "") -> None:
        if message.name != name:
            raise Refused(f"{message.name} instead of {name}")
        self.client_result = message.result()
        if self.client_result != (paos.OK, ""):
            raise Refused(f"the client reports {self.client_result}")
        data = message.body.find(f"{{{paos.ISO}}}AuthenticationProtocolData")
        if kind and (data is None or data.get(f"{{{paos.XSI}}}type") != kind):
            raise Refused(f"{name} is not of the type {kind}")
        if message.body.get("Profile") != paos.ECARD:
            raise Refused(f"{name} without its Profile")
