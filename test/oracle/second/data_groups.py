"""Data groups of the eID application (TR-03110-4 2.1): from DER to plain values. ValueError or KeyError for what is not as it should be."""
from second import tlv

NAMES = {1: "documentType", 2: "issuingState", 3: "dateOfExpiry", 4: "givenNames", 5: "familyNames", 6: "artisticName", 7: "academicTitle",
         8: "dateOfBirth", 9: "placeOfBirth", 10: "nationality", 11: "sex", 13: "birthName", 15: "dateOfIssuance", 17: "residence",
         18: "communityId", 19: "residencePermitI", 20: "residencePermitII", 21: "phoneNumber", 22: "emailAddress"}
UTF8, NUMERIC, PRINTABLE, IA5, OCTETS = 0x0C, 0x12, 0x13, 0x16, 0x04
KINDS = {1: PRINTABLE, 2: PRINTABLE, 3: NUMERIC, 4: UTF8, 5: UTF8, 6: UTF8, 7: UTF8, 8: NUMERIC, 10: PRINTABLE, 11: PRINTABLE, 13: UTF8, 15: NUMERIC,
         18: OCTETS, 21: PRINTABLE, 22: IA5}
PARTS = {0xAA: ("street", UTF8), 0xAB: ("city", UTF8), 0xAC: ("state", UTF8), 0xAD: ("country", PRINTABLE), 0xAE: ("zipCode", PRINTABLE)}


def decode(number: int, content: bytes) -> str | dict[str, str]:
    """A text; places are dictionaries of their parts, or {"none": reason}."""
    value = tlv.only(0x60 + number, content)
    if number in KINDS:
        octets = tlv.only(KINDS[number], value)
        return octets.hex() if KINDS[number] == OCTETS else octets.decode("utf-8")
    return _place(value)


def _place(value: bytes) -> str | dict[str, str]:
    tag, inner, _, rest = tlv.take(value)
    if rest:
        raise ValueError("something after a place")
    if tag == 0x30:
        place = {PARTS[part][0]: tlv.only(PARTS[part][1], text).decode("utf-8") for part, text in tlv.parse(inner)}
        if not {"city", "country"} <= place.keys():
            raise ValueError("a structured place without city or country")
        return place
    text = tlv.only(UTF8, inner).decode("utf-8")
    return {0xA1: text, 0xA2: {"none": text}}[tag]


def of_persona(persona: dict) -> dict[int, str | dict[str, str]]:
    """What the data groups of a persona (its JSON) have to say."""
    groups = {number: persona[name] for number, name in NAMES.items() if name in persona}
    return {number: _compact(value) if number in (3, 8, 15) else value for number, value in groups.items()}


def _compact(date: str) -> str:
    return date.replace("-", "").ljust(8)
