"""Which ways through the JSON API clients have gone over real WebSockets, told by what was said and not by what a test is called.

Each path of PATHS is to be gone in each level; CANCEL and a dropped connection are to meet each state in each level, and after a drop a
later client logs in; each command is to be refused with BAD_STATE in each state that does not allow it, in each level that knows it; each
kind of malformed input is to be answered; and sequences at random are to be many.
"""
import json
import os
import re
from collections import Counter

LEVELS = (1, 2, 3)
IDLE, WORKING = "no workflow", "between two questions"
SEQUENCES = int(os.environ.get("EIDKERN_SEQUENCES", "10000"))

# What is said in one workflow, as token() writes it, without answers, STATUS and refusals.
RUN = ">RUN_AUTH <AUTH "
CARD = RUN + "<ACCESS_RIGHTS:all >ACCEPT <INSERT_CARD >SET_CARD "
ASKED = CARD + "<READER:3 <ENTER_PIN:3 "
PATHS = {
    "plain": ASKED + ">SET_PIN <AUTH:ok",
    "rights cut": RUN + r"<ACCESS_RIGHTS:all(\+can)? >SET_ACCESS_RIGHTS <ACCESS_RIGHTS:fewer >ACCEPT <INSERT_CARD >SET_CARD <READER:3 <ENTER_PIN:3 >SET_PIN <AUTH:ok",
    "wrong PIN, suspended, CAN, PIN":
        ASKED + ">SET_PIN <READER:2 <ENTER_PIN:2 >SET_PIN <READER:1 <ENTER_CAN:1 >SET_CAN <ENTER_PIN:1 >SET_PIN <READER:3 <AUTH:ok",
    "blocked, PUK": CARD + "<READER:0 <ENTER_PUK:0 >SET_PUK <READER:3 <ENTER_PIN:3 >SET_PIN <AUTH:ok",
    "PUK used up": CARD + "<READER:0 <ENTER_PUK:0 >SET_PUK <READER:inoperative <AUTH:Establish_Pace_Channel_Puk_Inoperative",
    "deactivated": CARD + "<READER:deactivated <READER:empty <INSERT_CARD >SET_CARD <READER:3 <ENTER_PIN:3 >SET_PIN <AUTH:ok",
    "CAN allowed": RUN + r"<ACCESS_RIGHTS:all\+can >ACCEPT <INSERT_CARD >SET_CARD <READER:\w+ (<ENTER_CAN:0 >SET_CAN )+<AUTH:ok",
    "reader with keypad": CARD + "<READER:3 <ENTER_PIN:3:keypad >SET_PIN:nothing <AUTH:ok",
    "card lifted before PACE": ASKED + "<READER:empty >SET_PIN <INSERT_CARD <READER:3 <AUTH:ok",
    "card lifted during PACE": ASKED + ">SET_PIN <READER:empty <INSERT_CARD <READER:3 <AUTH:ok",
    "card lifted after PACE": ASKED + ">SET_PIN <READER:empty <AUTH:Card_Removed",
}
MALFORMED = ("broken JSON", "wrong types", "huge", "deep", "NUL bytes", "binary", "invalid UTF-8")
HUGE, DEEP = 1_000_000, 200


class Walk:
    """One client."""

    def __init__(self):
        self.level, self.state, self.tokens, self.begun = 3, IDLE, [], 3
        self.asked, self.cancelled, self.malformed = {}, None, set()


class Walks:
    def __init__(self, api):
        self.api, self.times, self.refused = api, Counter(), set()
        self.next_program()

    def next_program(self, at_random=False):
        """At random: where it goes is chance, and counts for nothing."""
        self.walks, self.dropped, self.at_random = {}, [], at_random

    def follow(self, frame):
        """One line of what frames.h has kept."""
        if frame["to"] == "sequence":
            self.times["sequences at random"] += 1
        if self.at_random:
            return
        if frame["to"] == "begin":
            self.walks[frame["connection"]] = Walk() if frame["over"] == "websocket" else None
        walk = self.walks.get(frame["connection"])
        if not walk:
            return
        if frame["to"] == "end" and walk.state != IDLE:
            self.dropped.append(("disconnect", walk.state, walk.level))
        elif frame["to"] == "server":
            self.command(walk, frame)
        elif frame["to"] == "client":
            self.answered(walk, frame)

    def command(self, walk, frame):
        walk.malformed |= self.malformed(frame)
        command = parsed(frame.get("text", ""))
        name = command.get("cmd")
        if not isinstance(name, str) or name not in self.api.commands or "session" in command:
            return
        rules = self.api.commands[name]
        gate = rules["x-states"][0] if walk.level in rules["x-levels"] else "NEVER"
        if "request" in command:
            walk.asked[key(command["request"])] = (name, walk.state, walk.level)
        if name.startswith("GET_") or name == "SET_API_LEVEL":
            return
        if gate == "IDLE" and walk.state == IDLE:
            walk.state, walk.tokens, walk.cancelled = WORKING, [], None
        if name == "CANCEL" and walk.state != IDLE and not walk.cancelled:
            walk.cancelled, walk.state = ("cancel", walk.state, walk.level), WORKING
        walk.tokens.append(">" + name + (":nothing" if gate.startswith("ENTER_") and "value" not in command else ""))
        if gate == walk.state and name != "SET_ACCESS_RIGHTS":
            walk.state = WORKING

    def answered(self, walk, frame):
        self.survived(walk, frame)
        message = parsed(frame.get("text", ""))
        name = message.get("msg")
        if name == "API_LEVEL":
            walk.level = message["current"]
        if name == "BAD_STATE" and "request" in message:
            self.refused.add(walk.asked.get(key(message["request"])))
        if name in self.api.states and not walk.cancelled:
            walk.state = name
        if "error" in message and name in ("AUTH", "CHANGE_PIN"):
            walk.state = IDLE
        if "request" in message or "error" in message or name is None or "session" in message:
            return
        if name in ("AUTH", "CHANGE_PIN", "READER") or name in self.api.states:
            walk.tokens.append("<" + token(name, message))
        if "result" in message or "success" in message:
            self.end(walk)
        elif name in ("AUTH", "CHANGE_PIN"):
            walk.begun, walk.state = walk.level, WORKING

    def end(self, walk):
        told = walk.tokens[-1].split(":")[1]
        if told == "User_Cancelled" and walk.cancelled:
            self.times[walk.cancelled] += 1
        if told == "ok":
            self.times.update(self.dropped)
            self.dropped = []
        for name, path in PATHS.items():
            if re.fullmatch(path, " ".join(walk.tokens)):
                self.times[name, walk.begun] += 1
        walk.state, walk.tokens, walk.cancelled = IDLE, [], None

    def malformed(self, frame):
        if "raw" in frame:
            return malformed_bytes(bytes.fromhex(frame["raw"]), frame["size"])
        text = frame.get("text", "")
        found = {"huge": len(text) > HUGE, "deep": text.count("[") + text.count("{") > DEEP, "NUL bytes": "\0" in text}
        try:
            command = json.loads(text)
            rules = self.api.commands.get(command.get("cmd"), {}).get("properties", {}) if isinstance(command, dict) else {}
            found["wrong types"] = any(of_another_type(rules.get(name, {}), value) for name, value in command.items()) if rules else False
        except (ValueError, RecursionError, TypeError):
            found["broken JSON"] = True
        return {kind for kind, is_so in found.items() if is_so}

    def survived(self, walk, frame):
        """The service has said something after what was malformed."""
        code, refusal = frame.get("close"), "error" in parsed(frame.get("text", ""))
        for kind in walk.malformed:
            if {"binary": code is None, "invalid UTF-8": code == 1007, "huge": refusal or code == 1009}.get(kind, refusal):
                self.times[kind] += 1
        walk.malformed = set()

    def wanted(self):
        """All that there is to go, and how often."""
        for level in LEVELS:
            yield from (((name, level), 1) for name in PATHS)
            yield from (((deed, state, level), 1) for deed in ("cancel", "disconnect") for state in (WORKING, *self.api.states))
        yield from ((kind, 1) for kind in MALFORMED)
        yield "sequences at random", SEQUENCES

    def refusals(self):
        for name, rules in self.api.commands.items():
            gate = rules["x-states"][0]
            for state in (IDLE, WORKING, *self.api.states):
                if gate not in ("ALWAYS", "IDLE" if state == IDLE else "WORKFLOW", state):
                    yield from ((name, state, level) for level in rules["x-levels"])

    def missing(self):
        few = [written(what) for what, least in self.wanted() if self.times[what] < least]
        return few + [f"BAD_STATE for {written(what)}" for what in self.refusals() if what not in self.refused]

    def table(self):
        yield from ((written(what), self.times[what]) for what, _ in self.wanted())
        cells = list(self.refusals())
        yield f"BAD_STATE, of {len(cells)} commands in a wrong state", len(self.refused.intersection(cells))


def token(name, message):
    if name == "READER":
        return "READER:" + ("gone" if not message["attached"] else card_state(message["card"]))
    if name.startswith("ENTER_"):
        return f"{name}:{message['reader']['card']['retryCounter']}" + (":keypad" if message["reader"]["keypad"] else "")
    if name == "ACCESS_RIGHTS":
        chat = message["chat"]
        whole = len(chat["effective"]) == len(chat["required"]) + len(chat["optional"])
        return "ACCESS_RIGHTS:" + ("all" if whole else "fewer") + ("+can" if "CanAllowed" in chat["effective"] else "")
    if "success" in message:
        return f"{name}:{message.get('reason', 'ok')}"
    return f"{name}:{message['result'].get('reason', 'ok')}" if "result" in message else name


def card_state(card):
    if not card:
        return "empty"
    return next((word for word in ("deactivated", "inoperative") if card[word]), str(card["retryCounter"]))


def of_another_type(rule, value):
    types = rule.get("type", [])
    names = {str: "string", bool: "boolean", list: "array", dict: "object", type(None): "null"}
    return bool(types) and names.get(type(value), "number") not in ([types] if isinstance(types, str) else types)


def malformed_bytes(raw, size):
    """Of a frame as it was sent, of which there may be more than this beginning."""
    opcode, small = raw[0] & 0x0F, raw[1] & 0x7F if len(raw) > 1 else 0
    found = {"binary"} if opcode == 2 else set()
    if size > HUGE or small == 127:
        found.add("huge")
    if opcode == 1 and small < 126 and len(raw) > 6:
        try:
            bytes(byte ^ raw[2 + i % 4] for i, byte in enumerate(raw[6:6 + small])).decode()
        except ValueError:
            found.add("invalid UTF-8")
    return found


def parsed(text):
    """The object; empty: no JSON, or no object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def key(value):
    return json.dumps(value, sort_keys=True)


def written(what):
    if isinstance(what, str):
        return what
    *words, level = what
    return f"{', '.join(words)}, level {level}"
