"""Reads resources/schemas, the one description of the JSON API, and checks what a JSON Schema cannot say about itself."""
import json
import re
from dataclasses import dataclass

from generating import read, require

FOLDER = "resources/schemas"
LEVELS = (1, 2, 3)
GATES = ("ALWAYS", "IDLE", "WORKFLOW")
REFUSALS = ("BAD_STATE", "INVALID", "UNKNOWN_COMMAND", "INTERNAL_ERROR")
COMMAND_KEYS = ("x-since", "x-levels", "x-states", "x-answers", "examples", "description", "properties", "required")
MESSAGE_KEYS = ("x-since", "x-levels", "x-sent", "examples", "description", "properties", "required", "unevaluatedProperties")


@dataclass
class Api:
    commands: dict
    messages: dict
    defs: dict  # by name; the failure codes are one of them

    @property
    def states(self):
        return self.defs["state"]["enum"]


def def_name(reference):
    """Of "../defs.json#/$defs/card": card."""
    return "failureCode" if reference.endswith("failure-code.json") else reference.rsplit("/", 1)[1]


def rewritten(value, place):
    """The same with each reference to a shared definition pointing to `place`."""
    if isinstance(value, list):
        return [rewritten(each, place) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: place + def_name(each) if key == "$ref" else rewritten(each, place) for key, each in value.items()}


def standalone(api, schema):
    """A schema that holds all it refers to."""
    own = {key: value for key, value in schema.items() if key != "$id"}
    return rewritten(own, "#/$defs/") | {"$defs": rewritten(api.defs, "#/$defs/")}


def properties(api, schema):
    """Of an object, with those of the definitions that it includes."""
    merged = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        merged |= properties(api, api.defs[def_name(part["$ref"])])
    return merged


def check_named(folder, name, schema, keyword):
    where = f"{folder}/{name}"
    wanted = COMMAND_KEYS if keyword == "cmd" else MESSAGE_KEYS
    require(not set(wanted) - schema.keys(), where, f"missing {sorted(set(wanted) - schema.keys())}")
    require(schema["title"] == name and schema["$id"] == f"{where}.json", where, "title and $id are the file's name")
    require(schema["properties"].get(keyword) == {"const": name} and keyword in schema["required"], where, f"{keyword} is its name")
    require(set(schema["x-levels"]) <= set(LEVELS), where, "levels")
    require(schema["examples"], where, "no example")


def check_command(name, schema, api):
    check_named("command", name, schema, "cmd")
    gates = schema["x-states"]
    require(len(gates) == 1 and gates[0] in GATES + tuple(api.states), name, f"x-states {gates}")
    require(set(schema["x-answers"]) <= api.messages.keys(), name, "unknown answer")
    require("request" in schema["properties"], name, "request")
    ids = [error["id"] for error in schema.get("x-errors", ())]
    require(len(set(ids)) == len(ids), name, "repeated id of an error")
    for error in schema.get("x-errors", ()):
        require(re.fullmatch(r"[a-z][A-Za-z]*", error["id"]), name, f"bad id {error['id']!r}")
        require(error.get("parameter", "cmd") in schema["properties"], name, f"unknown parameter {error}")


def words(value):
    """Keys and fixed values that a message can have."""
    if isinstance(value, list):
        return [word for each in value for word in words(each)]
    if not isinstance(value, dict):
        return []
    own = list(value.get("properties", {})) + list(value.get("enum", ())) + [value.get("const")]
    return [word for word in own if isinstance(word, str)] + [word for key, each in value.items() if key != "enum" for word in words(each)]


def check_message(name, schema, api):
    check_named("message", name, schema, "msg")
    require(schema["unevaluatedProperties"] is False, name, "closed, so that nothing is sent that is not written here")
    fields = {key: each for key, each in properties(api, schema).items() if key not in ("error", "result")}
    if name not in REFUSALS:
        bad = [word for word in words({"properties": fields}) if "error" in word.lower()]
        require(not bad, name, f"clients take a message that holds these letters for a refusal: {bad}")


def json_type(api, schema):
    if "$ref" in schema:
        return json_type(api, api.defs[def_name(schema["$ref"])])
    if "anyOf" in schema:
        return json_type(api, schema["anyOf"][0])
    if "const" in schema:
        return {str: "string", bool: "boolean", int: "integer"}[type(schema["const"])]
    kind = schema.get("type", "any")
    return next(each for each in kind if each != "null") if isinstance(kind, list) else kind


def check_types(api):
    """Some clients read every message into one class: a key has one type, wherever it stands at the top."""
    seen = {}
    for name, schema in api.messages.items():
        for key, field in properties(api, schema).items():
            if "x-same-as" in field:
                continue  # the level 1 name of `readers`, which clients have to live with
            kind = json_type(api, field)
            require(seen.setdefault(key, kind) == kind, name, f"{key} is {kind} here and {seen[key]} elsewhere")


def load(root):
    folder = root / FOLDER
    api = Api(*({path.stem: read(path) for path in sorted((folder / kind).glob("*.json"))} for kind in ("command", "message")), read(folder / "defs.json")["$defs"])
    codes = read(folder / "failure-code.json")
    api.defs["failureCode"] = {"description": "Why a workflow failed: see docs/failure-codes.md.", **codes["$defs"]["live"]}
    for name, schema in api.commands.items():
        check_command(name, schema, api)
    for name, schema in api.messages.items():
        check_message(name, schema, api)
    check_types(api)
    return api


def line(value):
    """JSON as it is sent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
