"""PAOS messages (TR-03112-7 2.4, 3.6; TR-03112-6 3.2.5) as an eID-Server writes and reads them.

The prefixes are not those of the client: only namespaces count.
"""
import re
import uuid
import xml.etree.ElementTree as xml
from dataclasses import dataclass

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/03/addressing"
DSS = "urn:oasis:names:tc:dss:1.0:core:schema"
ISO = "urn:iso:std:iso-iec:24727:tech:schema"
ECARD = "http://www.bsi.bund.de/ecard/api/1.1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PAOS = "urn:liberty:paos:2006-08"
OK = ECARD + "/resultmajor#ok"


@dataclass(frozen=True)
class Message:
    name: str  # of the body's element
    body: xml.Element
    message_id: str
    relates_to: str | None

    def texts(self, name: str) -> list[str]:
        """The texts of all elements with this name of the ISO namespace."""
        return [(element.text or "").strip() for element in self.body.iter(f"{{{ISO}}}{name}")]

    def octets(self, name: str) -> bytes:
        found = self.texts(name)
        if len(found) != 1:
            raise ValueError(f"{self.name}: {len(found)} elements {name}")
        return bytes.fromhex(found[0])

    def result(self) -> tuple[str, str]:
        """ResultMajor and ResultMinor (empty if it is not there)."""
        result = self.body.find(f"{{{DSS}}}Result")
        if result is None:
            raise ValueError(f"{self.name} without a Result")
        return tuple((result.findtext(f"{{{DSS}}}{name}") or "").strip() for name in ("ResultMajor", "ResultMinor"))


def read(text: bytes) -> Message:
    """ValueError names what the client forgot."""
    envelope = xml.fromstring(text)
    header, body = envelope.find(f"{{{SOAP}}}Header"), envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or header is None or body is None or len(body) != 1:
        raise ValueError("not a SOAP envelope with a header and one element in its body")
    fields = {"address": f"{{{PAOS}}}PAOS/{{{PAOS}}}EndpointReference/{{{PAOS}}}Address", "version": f"{{{PAOS}}}PAOS/{{{PAOS}}}Version",
              "service": f"{{{PAOS}}}PAOS/{{{PAOS}}}EndpointReference/{{{PAOS}}}MetaData/{{{PAOS}}}ServiceType",
              "reply": f"{{{WSA}}}ReplyTo/{{{WSA}}}Address", "id": f"{{{WSA}}}MessageID", "relates": f"{{{WSA}}}RelatesTo"}
    values = {key: header.findtext(path) for key, path in fields.items()}
    expected = {"address": "http://www.projectliberty.org/2006/01/role/paos", "version": PAOS, "service": ECARD + "/PAOS/GetNextCommand",
                "reply": "http://www.projectliberty.org/2006/02/role/paos"}
    wrong = [f"{key} is {values[key]}" for key, value in expected.items() if values[key] != value]
    block = header.find(f"{{{PAOS}}}PAOS")
    if wrong or block.get(f"{{{SOAP}}}mustUnderstand") != "1" or block.get(f"{{{SOAP}}}actor") != "http://schemas.xmlsoap.org/soap/actor/next":
        raise ValueError(f"PAOS header: {wrong}")
    uuid.UUID((values["id"] or "").removeprefix("urn:uuid:"))
    return Message(body[0].tag.rpartition("}")[2], body[0], values["id"], values["relates"])


def write(body: str) -> tuple[bytes, str]:
    """The whole message, and its MessageID."""
    message_id = f"urn:uuid:{uuid.uuid4().hex}"
    text = (f'<?xml version="1.0" encoding="UTF-8"?>\n<S:Envelope xmlns:S="{SOAP}" xmlns:a="{WSA}" xmlns:d="{DSS}" xmlns:e="{ECARD}" xmlns:i="{ISO}" '
            f'xmlns:x="{XSI}"><S:Header><a:MessageID>{message_id}</a:MessageID></S:Header><S:Body>{body}</S:Body></S:Envelope>')
    return text.encode(), message_id


def spread(text: bytes) -> bytes:
    """The same message with blanks, comments, upper-case hex and header blocks that nobody knows."""
    text = re.sub(rb">([0-9a-f]{6,})<", lambda found: b">\n  " + found[1].upper() + b"\n<", text)
    text = text.replace(b"<S:Header>", b'<S:Header><q:Correlation xmlns:q="urn:example"><q:Id/></q:Correlation>')
    return text.replace(b"><", b">\n<!-- nothing -->\n<")


def without_header(text: bytes) -> bytes:
    return re.sub(rb"<S:Header>.*</S:Header>", b"", text)


def initialize_framework() -> str:
    return "<e:InitializeFramework/>"


def did_authenticate(kind: str, elements: list[tuple[str, str]]) -> str:
    """`kind`: EAC1InputType, EAC2InputType, EACAdditionalInputType."""
    inner = "".join(f"<i:{name}>{value}</i:{name}>" for name, value in elements)
    return ('<i:DIDAuthenticate><i:ConnectionHandle x:type="i:ConnectionHandleType"><i:CardApplication>e80704007f00070302</i:CardApplication>'
            "<i:SlotHandle>00</i:SlotHandle></i:ConnectionHandle><i:DIDName>PIN</i:DIDName>"
            f'<i:AuthenticationProtocolData Protocol="urn:oid:1.0.24727.3.0.0.7.2" x:type="i:{kind}">{inner}</i:AuthenticationProtocolData>'
            "</i:DIDAuthenticate>")


def transmit(apdus: list[bytes], acceptable: list[str]) -> str:
    codes = "".join(f"<i:AcceptableStatusCode>{code}</i:AcceptableStatusCode>" for code in acceptable)
    infos = "".join(f"<i:InputAPDUInfo><i:InputAPDU>{apdu.hex()}</i:InputAPDU>{codes}</i:InputAPDUInfo>" for apdu in apdus)
    return f"<i:Transmit><i:SlotHandle>00</i:SlotHandle>{infos}</i:Transmit>"


def start_paos_response(minor: str = "", text: str = "") -> str:
    if not minor:
        return f"<i:StartPAOSResponse><d:Result><d:ResultMajor>{OK}</d:ResultMajor></d:Result></i:StartPAOSResponse>"
    return (f"<i:StartPAOSResponse><d:Result><d:ResultMajor>{ECARD}/resultmajor#error</d:ResultMajor><d:ResultMinor>{ECARD}/resultminor/{minor}"
            f'</d:ResultMinor><d:ResultMessage xml:lang="en">{text}</d:ResultMessage></d:Result></i:StartPAOSResponse>')
