"""A self-authentication service on 127.0.0.1: the eService over HTTPS and its eID-Server over RSA-PSK, each with a port of its own."""
import functools
import http.server
import json
import pathlib
import re
import ssl
import tempfile
import threading
from typing import Callable

from second import cvc
from second.eid_server import Dialogue
from second.pki import CvPki, Issuers, Tls
from second.tls_psk import PskContext

SUITES = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
PSK_SUITES = "RSA-PSK-AES256-GCM-SHA384:RSA-PSK-AES128-GCM-SHA256"
MANDATORY_PSK_SUITE = "RSA-PSK-AES256-CBC-SHA:@SECLEVEL=1"  # TR-03124-1 4.5
PERSONAL_DATA = {1: "DocumentType", 2: "IssuingState", 3: "DateOfExpiry", 4: "GivenNames", 5: "FamilyNames", 6: "ArtisticName", 7: "AcademicTitle",
                 8: "DateOfBirth", 9: "PlaceOfBirth", 10: "Nationality", 13: "BirthName", 17: "PlaceOfResidence"}
REQUIRED = [4, 5]
OPTIONAL = [1, 2, 3, 6, 7, 8, 9, 10, 13, 17, 18]
MINIMUM_AGE = 18
PAOS_PATH = "/paos?x=1"


@functools.cache
def tls_certificates() -> tuple[Tls, Tls]:
    """Of the eService and the eID-Server; the same for every service of this process, because RSA keys take their time."""
    return Tls(), Tls(3072)


class Service:
    """A context manager. `dialogues` are the authentications so far; `eid_port`, changed, leads clients elsewhere.

    `mistake`: "", "description hash", "tls hash", "certificate" or "signature" (the terminal's). `detours`, `acceptable`, `dress`: see Dialogue; with detours
    also HTTP 202, chunked bodies, and the mandatory PSK suite alone. `attached`: the eService is its own eID-Server, without a PSK; PAOS is taken only
    on the TLS session that brought the token. `closes_after_token`: and the connection is closed. `published`: which port clients are told for one of ours.
    """

    def __init__(self, csca: bytes, mistake: str = "", detours: bool = False, issuers: Issuers | None = None,
                 acceptable: tuple[str, ...] = (), dress: Callable[[bytes], bytes] | None = None, attached: bool = False, closes_after_token: bool = False,
                 host: str = "127.0.0.1", published: Callable[[int], int] = lambda port: port):
        self._folder = tempfile.TemporaryDirectory()
        web, eid = tls_certificates()
        self.attached, self.closes_after_token, self.host = attached, closes_after_token, host
        self._web = _serve(_handler(self, self._get), None)
        self.web_port = published(self._web.server_port)
        self.url = f"https://{host}:{self.web_port}"
        self._web.socket = self._https(web).wrap_socket(self._web.socket, server_side=True, do_handshake_on_connect=False)
        files = [self._write(f"eid.{kind}", content) for kind, content in (("crt", eid.certificate), ("key", eid.key))]
        suites = MANDATORY_PSK_SUITE if detours else PSK_SUITES
        self._eid = _serve(_handler(self, self._post), PskContext(*files, suites, lambda identity: self._by_identifier[identity].psk))
        self.eid_port = published(self._eid.server_port)
        self._by_identifier: dict[str, Dialogue] = {}
        self.dialogues: list[Dialogue] = []
        self.csca, self.detours, self.acceptable, self.dress = csca, detours, list(acceptable), dress

        hashes = [eid.digest] if mistake == "tls hash" else [web.digest, eid.digest]
        description = cvc.description("Second service", self.url, "Name: Second service\nPurpose: tests", hashes, "Second test DV")
        rights = [cvc.read(group) for group in REQUIRED + OPTIONAL] + [cvc.AGE_VERIFICATION]
        self.pki = CvPki(rights, description, issuers)
        if mistake == "description hash":
            self.pki.description = cvc.description("Another service", self.url, "Purpose: fraud", hashes, "Second test DV")
        if mistake == "certificate":
            whole = self.pki.terminal.whole
            self.pki.terminal = cvc.parse(whole[:-1] + bytes([whole[-1] ^ 1]))
        if mistake == "signature":
            self.pki.terminal_key += 1
        self.cvca_file = self._write("second.cvcert", self.pki.cvca.whole)

    def __enter__(self):
        for server in (self._web, self._eid):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in (self._web, self._eid):
            server.shutdown()
            server.server_close()
        self._folder.cleanup()

    @property
    def token_url(self) -> str:
        return self.url + "/token"

    def _get(self, path: str, headers, body: bytes, connection) -> tuple[int, str, bytes]:
        if self.attached and path == PAOS_PATH:
            if connection is not self._token_taken_on and not connection.session_reused:
                return 403, "text/plain", b"another TLS session"
            return self._paos(headers, body, self.dialogues[-1], self.web_port)
        if path == "/token":
            dialogue = Dialogue(self.pki, self.csca, REQUIRED, OPTIONAL, MINIMUM_AGE, self.detours, self.acceptable, self.dress)
            self._by_identifier[dialogue.identifier] = dialogue
            self.dialogues.append(dialogue)
            self._token_taken_on = connection
            return 200, "text/xml; charset=utf-8", self._token(dialogue)
        identifier = path.removeprefix("/done?session=")
        dialogue = self._by_identifier.get(identifier)
        if dialogue is None or not dialogue.finished:
            return 404, "text/plain", b"no such session, or not finished"
        return 200, "application/json", json.dumps(_own_data(dialogue)).encode()

    def _post(self, path: str, headers, body: bytes, connection) -> tuple[int, str, bytes]:
        if path != PAOS_PATH:
            return 400, "text/plain", path.encode()
        return self._paos(headers, body, self._by_identifier[connection.identity], self.eid_port)

    def _paos(self, headers, body: bytes, dialogue: Dialogue, port: int) -> tuple[int, str, bytes]:
        wanted = {"Content-Type": "application/vnd.paos+xml; charset=UTF-8", "PAOS": 'ver="urn:liberty:paos:2006-08"',
                  "Accept": "text/html; application/vnd.paos+xml", "Connection": "keep-alive", "Host": f"{self.host}:{port}"}
        wrong = {name: headers[name] for name, value in wanted.items() if headers[name] != value}
        if wrong or not re.fullmatch(r"\S+/[\d.]+ \(TR-03124-1/1\.4\)", headers["User-Agent"]):
            return 400, "text/plain", str(wrong).encode()
        answer = dialogue.answer(body)
        return 202 if self.detours and not dialogue.finished else 200, "application/vnd.paos+xml; charset=UTF-8", answer

    def _token(self, dialogue: Dialogue) -> bytes:
        server = self.url if self.attached else f"https://{self.host}:{self.eid_port}"
        path_security = "" if self.attached else ("<PathSecurity-Protocol>urn:ietf:rfc:4279</PathSecurity-Protocol>"
                                                  f"<PathSecurity-Parameters><PSK>{dialogue.psk.hex().upper()}</PSK></PathSecurity-Parameters>")
        return (f"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TCTokenType><ServerAddress>{server}{PAOS_PATH}</ServerAddress>"
                f"<SessionIdentifier>{dialogue.identifier}</SessionIdentifier><RefreshAddress>{self.url}/done?session={dialogue.identifier}</RefreshAddress>"
                f"<CommunicationErrorAddress>{self.url}/sorry</CommunicationErrorAddress><Binding>urn:liberty:paos:2006-08</Binding>"
                f"{path_security}</TCTokenType>").encode()

    def _https(self, tls: Tls) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(SUITES)
        context.load_cert_chain(self._write("web.crt", tls.certificate), self._write("web.key", tls.key))
        return context

    def _write(self, name: str, content: bytes) -> str:
        path = pathlib.Path(self._folder.name) / name
        path.write_bytes(content)
        return str(path)


def _own_data(dialogue: Dialogue) -> dict:
    """What a self-authentication service tells the holder."""
    values = {PERSONAL_DATA[group]: _shown(group, value) for group, value in dialogue.values.items() if group in PERSONAL_DATA and value is not None}
    allowed = {name: "PROHIBITED" if group not in dialogue.values else "NOTONCHIP" if dialogue.values[group] is None else "ALLOWED"
               for group, name in PERSONAL_DATA.items()}
    return {"PersonalData": values, "OperationsAllowedByUser": allowed, "Result": {"ResultMajor": "http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok"}}


def _shown(group: int, value: str | dict[str, str]) -> str | dict:
    if group in (3, 8):
        return f"{value[:4]}-{value[4:6]}-{value[6:]}+01:00"
    if isinstance(value, dict):
        names = {"street": "Street", "zipCode": "ZipCode", "city": "City", "state": "State", "country": "Country"}
        return {"StructuredPlace": {names[part]: text for part, text in value.items()}}
    return {"FreetextPlace": value} if group in (9, 17) else value


def _serve(handler: type, psk: PskContext | None) -> http.server.ThreadingHTTPServer:
    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def finish_request(self, request, address):
            try:
                connection = psk.accept(request) if psk else request
                handler(connection, address, self)
            except OSError:
                pass  # the client refused or went away: its exit code tells

    return Server(("127.0.0.1", 0), handler)


def _handler(service: Service, respond) -> type:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            status, kind, content = respond(self.path, self.headers, self.rfile.read(int(self.headers.get("Content-Length", 0))), self.connection)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if service.detours:
                self.send_header("Transfer-Encoding", "chunked")
                content = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (content[at:at + 32] for at in range(0, len(content), 32))) + b"0\r\n\r\n"
            else:
                self.send_header("Content-Length", str(len(content)))
            closes = service.closes_after_token and self.path == "/token"
            if closes:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)
            if closes:
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_):
            pass

    return Handler
