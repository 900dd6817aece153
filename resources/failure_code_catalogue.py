"""Reads resources/failure-codes.json, the one catalogue of failure codes, and checks it."""
import re

from failure_code_docs import STATES
from generating import LANGUAGES, Invalid, check_id, check_keys, check_texts, read, require

SOURCE = "resources/failure-codes.json"

DOCUMENTED, LIVE, WAITING = 139, 91, 5  # without the additions
ORIGINS = {  # and the CLI's exit codes
    "user": (10, "cancelled, no answer"),
    "card": (11, ""),
    "reader": (12, ""),
    "network": (13, ""),
    "service": (14, "the service, its certificates or its servers"),
    "client": (15, ""),
}
WORKFLOWS = ("remote-reader",)  # that do not exist yet
NOT_BY_RETRY = ("service", "program")  # changes that nobody at the terminal can make
MINORS = (
    "",
    "/al/common#unknownError",
    "/al/common#noPermission",
    "/al/common#internalError",
    "/al/common#parameterError",
    "/al/common#communicationError",
    "/dp#trustedChannelEstablishmentFailed",
    "/il/signature#invalidCertificatePath",
    "/sal#cancellationByUser",
)
INFO = (
    "State_Name",
    "Card_Return_Code",
    "Reader_Result",
    "Unknown_Authority",
    "Card_Trust_Points",
    "Network_Error",
    "Http_Status_Code",
    "Certificate_Status",
    "Ssl_Errors",
    "Paos_Type",
    "Ephemeral_Server_Key_Algorithm",
    "Ephemeral_Server_Key_Length",
    "Result_Major",
    "Result_Minor",
    "Result_Message",
    "Reason",
)


# Validation


def hint_ids(entry):
    return [hint if isinstance(hint, str) else hint["id"] for hint in entry["hints"]]


def check_hints(entry, hints):
    code = entry["code"]
    require(entry["hints"], code, "a live code needs a hint")
    for hint in entry["hints"]:
        if isinstance(hint, str):
            require(hint in hints, code, f"no shared hint {hint!r}")
            continue
        check_keys(hint, ("id",) + LANGUAGES, f"{code}.hints")
        check_id(hint["id"], code)
        check_texts(hint, f"{code}.{hint['id']}")
    ids = hint_ids(entry)
    require(len(set(ids)) == len(ids), code, "repeated hint")


def check_live(entry, catalogue):
    code = entry["code"]
    states = entry["state"].split(", ")
    require(set(states) <= STATES.keys() and len(set(states)) == len(states), code, f"unknown or repeated state in {entry['state']!r}")
    require(entry.get("changeFirst") in catalogue["changes"], code, f"unknown changeFirst {entry.get('changeFirst')!r}")
    require(entry["retry"] == (entry["changeFirst"] not in NOT_BY_RETRY), code, "retry and changeFirst disagree")
    require(entry.get("waiting", WORKFLOWS[0]) in WORKFLOWS, code, f"unknown workflow {entry.get('waiting')!r}")
    if "ruledOut" in entry:
        require("waiting" not in entry, code, "ruled out and waiting")
        check_keys(entry["ruledOut"], LANGUAGES, f"{code}.ruledOut")
        check_texts(entry["ruledOut"], f"{code}.ruledOut")
    check_hints(entry, catalogue["hints"])


def check_code(entry, catalogue):
    check_keys(
        entry,
        ("code", "live", "state", "origin", "minor", "retry", "info", "cause", "hints"),
        "code",
        ("addition", "changeFirst", "waiting", "ruledOut"),
    )
    code = entry["code"]
    require(isinstance(code, str) and re.fullmatch(r"[A-Z][A-Za-z0-9]*(_[A-Z][A-Za-z0-9]*)+", code), code, "bad name")
    for key in ("live", "retry"):
        require(isinstance(entry[key], bool), code, f"{key} is not a boolean")
    require(entry.get("addition", True) is True, code, "addition is true or absent")
    require(entry["origin"] in ORIGINS, code, f"unknown origin {entry['origin']!r}")
    require(entry["minor"] in MINORS, code, f"unknown minor {entry['minor']!r}")
    require(isinstance(entry["info"], list) and set(entry["info"]) <= set(INFO), code, f"unknown info in {entry['info']!r}")
    require(len(set(entry["info"])) == len(entry["info"]), code, "repeated info")
    check_keys(entry["cause"], LANGUAGES, f"{code}.cause")
    check_texts(entry["cause"], f"{code}.cause")
    require(isinstance(entry["hints"], list), code, "hints is not a list")
    if entry["live"]:
        return check_live(entry, catalogue)
    reserved = {"state": "", "origin": "client", "minor": "", "retry": False, "info": [], "hints": []}
    require(all(entry[key] == value for key, value in reserved.items()), code, f"a reserved code has {reserved}")
    require(not entry.keys() & {"changeFirst", "waiting", "ruledOut"}, code, "a reserved code promises nothing")


def check_rules(rules, live):
    for rule in rules:
        where = f"rule of {rule.get('codes')}"
        check_keys(rule, ("codes",) + LANGUAGES, where)
        check_texts(rule, where)
        require(rule["codes"] and set(rule["codes"]) <= live, where, "unknown or reserved code")
    ruled = [code for rule in rules for code in rule["codes"]]
    require(len(set(ruled)) == len(ruled), "rules", "a code in two rules")


def check_counts(codes):
    additions = [entry.get("addition", False) for entry in codes]
    require(additions == sorted(additions), "codes", "additions stand at the end")
    documented = [entry for entry in codes if "addition" not in entry]
    live = [entry for entry in documented if entry["live"]]
    waiting = [entry for entry in live if "waiting" in entry]
    for what, found, wanted in (("documented", documented, DOCUMENTED), ("live", live, LIVE), ("waiting", waiting, WAITING)):
        require(len(found) == wanted, "codes", f"{len(found)} {what} codes instead of {wanted}")


def check_catalogue(catalogue):
    check_keys(catalogue, ("hints", "changes", "rules", "codes"), "catalogue")
    hints, changes, codes = catalogue["hints"], catalogue["changes"], catalogue["codes"]
    for group in ("hints", "changes"):
        for key, value in catalogue[group].items():
            check_id(key, group)
            check_keys(value, LANGUAGES, f"{group}.{key}")
            check_texts(value, f"{group}.{key}")
    for entry in codes:
        check_code(entry, catalogue)
    names = [entry["code"] for entry in codes]
    require(len(set(names)) == len(names), "codes", "repeated code")
    check_counts(codes)
    check_rules(catalogue["rules"], {entry["code"] for entry in codes if entry["live"]})
    used = [hint for entry in codes for hint in entry["hints"]]
    require(set(hints) == {hint for hint in used if isinstance(hint, str)}, "hints", "a shared hint that no code uses")
    require(set(changes) == {entry["changeFirst"] for entry in codes if entry["live"]}, "changes", "a change that no code uses")
    inline = [hint["id"] for hint in used if not isinstance(hint, str)]
    require(len(set(inline)) == len(inline) and not set(inline) & set(hints), "codes", "a hint of several codes belongs into hints")


def load(root):
    catalogue = read(root / SOURCE)
    try:
        check_catalogue(catalogue)
    except Invalid as error:
        raise Invalid(f"{SOURCE}: {error}") from None
    return catalogue
