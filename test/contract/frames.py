"""Judges all that clients and the service said to each other in a test run: frames.py FOLDER PROGRAM...

FOLDER holds what test/unit/support/frames.h has kept. Each message fits the schema of its name, in the level of its client, and is
written as promised; each workflow has one begin and one end; what a command had under `request` comes back once; a command that does
not fit its schema is refused, and a strict client sends none. Nothing kept is a failure. So is, when all of these programs have run, a
command or message that occurs nowhere, and a path (paths.py) that nobody has gone over a real WebSocket.
"""
import functools
import json
import sys
from collections import Counter, defaultdict, deque
from pathlib import Path

from jsonschema import Draft202012Validator

import paths

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "resources"))

import json_api_schemas  # noqa: E402

API = json_api_schemas.load(ROOT)
STATES = set(API.states)
WITH_ERROR = {"AUTH", "CHANGE_PIN", "FAILURE_CODES"}  # may have these letters without being a refusal
NEVER = {"INTERNAL_ERROR"}  # tells a fault of the program


def validator(schema):
    return Draft202012Validator(json_api_schemas.standalone(API, schema))


VALIDATORS = {name: validator(schema) for name, schema in {**API.commands, **API.messages}.items()}


def without_what_is_ignored(command):
    """Parameters whose type does not matter do not count."""
    rules = API.commands[command["cmd"]]["properties"]
    return {key: value for key, value in command.items() if not rules.get(key, {}).keys() & {"x-ignored", "x-lenient"}}


@functools.lru_cache(maxsize=100_000)
def faults_of(text):
    """In the message itself, whatever came before it."""
    message = json.loads(text)
    name = message["msg"]
    found = [error.message for error in VALIDATORS[name].iter_errors(message)]
    if name not in WITH_ERROR and "error" not in message and "error" in without_names(message).lower():
        found.append("some clients take this for a refusal")
    return tuple(found)


def faults_of_message(text, message):
    if "request" in message:  # each its own; what it is does not matter here
        return faults_of(json_api_schemas.line(message | {"request": 0}))
    return faults_of(text) + (() if text == json_api_schemas.line(message) else ("not compact, or not in order",))


@functools.lru_cache(maxsize=100_000)
def fits_schema(text):
    command = without_what_is_ignored(json.loads(text))
    return VALIDATORS[command["cmd"]].is_valid(command)


def fits(command):
    return fits_schema(json_api_schemas.line(command | {"request": 0}))


class Connection:
    def __init__(self, strict=False):
        self.strict = strict
        self.level = 3
        self.running = {}  # by session; without several workflows there is one, ""
        self.asked = defaultdict(deque)  # by values of `request` that have not come back: whether the command fits its schema
        self.readers = {}  # as last told, by name

    def to_server(self, command):
        name = command.get("cmd")
        known = isinstance(name, str) and name in API.commands
        if "request" in command:
            self.asked[paths.key(command["request"])].append(not known or fits(command))
        if self.strict and not (known and self.level in API.commands[name]["x-levels"] and VALIDATORS[name].is_valid(command)):
            yield "a command that does not fit its schema"

    def to_client(self, text, message):
        name = message["msg"]
        yield from faults_of_message(text, message)
        if name == "API_LEVEL":
            self.level = message["current"]
        if self.level not in API.messages[name]["x-levels"]:
            yield f"{name} in level {self.level}"
        if name == "READER_LIST" and ("reader" in message) != (self.level == 1):
            yield "the other level's name of the readers"
        yield from self.answer(message)
        yield from self.workflow(message)
        yield from self.reader(message)

    def answer(self, message):
        if "request" not in message:
            return
        waiting = self.asked[paths.key(message["request"])]
        if not waiting:
            yield "nobody has asked with this request"
        elif not waiting.popleft() and "error" not in message:
            yield "the answer to a command that does not fit its schema"

    def workflow(self, message):
        name, session = message["msg"], message.get("session", "")
        if "error" in message and name not in STATES:
            return
        begun = self.running.get(session, False)
        if name in ("AUTH", "CHANGE_PIN"):
            ends = "result" in message or "success" in message
            if ends != begun:
                yield "an end without a begin" if ends else "a second begin"
            self.running[session] = not ends
        elif name in STATES and not begun:
            yield f"{name} outside of a workflow"
        elif name == "STATUS" and "request" not in message and message["workflow"] and not begun:
            yield "STATUS outside of a workflow"

    def reader(self, message):
        if message["msg"] == "READER" and "request" not in message and "error" not in message:
            self.readers[message["name"]] = {each: value for each, value in message.items() if each != "msg"}
        told = message.get("reader")
        if not isinstance(told, dict) or "error" in message:
            return
        if not told["attached"] or not (told["card"] or {}).keys() >= {"retryCounter", "deactivated", "inoperative"}:
            yield "a password is wanted for a reader without an eID card"
        if self.readers.get(told["name"]) != told:
            yield f"READER has not told this before: {self.readers.get(told['name'])}"


def without_names(message):
    """Texts from outside may hold any letters."""
    outside = ("name", "description", "transactionInfo", "request", "session", "personas")
    return json.dumps({each: value for each, value in message.items() if each not in outside and each != "reader" and each != "readers"})


def judge(lines, seen, walks=None):
    """The faults in what one program has kept; `seen` counts the names, `walks` (paths.Walks) the paths."""
    connections = defaultdict(Connection)
    for number, line in enumerate(lines, 1):
        frame = json.loads(line)
        if frame["to"] == "begin":
            connections[frame["connection"]] = Connection(frame["strict"])
        if walks:
            walks.follow(frame)
        if "text" not in frame:
            if "bytes" in frame and frame["to"] == "client":
                yield f"{number}: no UTF-8"
            continue
        connection, text = connections[frame["connection"]], frame["text"]
        message = paths.parsed(text)
        if frame["to"] == "server":
            seen[message.get("cmd") if isinstance(message.get("cmd"), str) else None] += 1
            found = connection.to_server(message)
        else:
            seen[message["msg"]] += 1
            found = connection.to_client(text, message)
        for fault in found:
            yield f"{number}: {fault}\n    {text[:1000]}"


def main(folder, programs):
    seen, faults, files, walks = Counter(), [], sorted(Path(folder).glob("*.jsonl")), paths.Walks(API)
    for path in files:
        walks.next_program(at_random=path.name.startswith("api_random_test"))
        with path.open(encoding="utf-8", newline="\n") as lines:
            faults += [f"{path.name}:{fault}" for fault in judge(lines, seen, walks)]
    all_have_run = {path.name.rsplit("-", 1)[0] for path in files} >= set(programs)
    missing = [name for name in VALIDATORS if not seen[name] and name not in NEVER] if all_have_run else []
    not_walked = walks.missing() if all_have_run else []
    print(f"{sum(seen.values())} frames in {len(files)} files")
    print(*(f"  {name}: {seen[name]}" for name in VALIDATORS if seen[name]), sep="\n")
    print("over a WebSocket:", *(f"  {name}: {times}" for name, times in walks.table()), sep="\n")
    print(*faults[:50], sep="\n")
    if missing:
        print(f"never seen: {', '.join(missing)}")
    print(*(f"never played over a WebSocket: {each}" for each in not_walked), sep="\n")
    return 1 if faults or missing or not_walked or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
