"""The walks of test/contract/paths.py: what was gone counts, and nothing else does; what nobody has gone is told by its name."""
import itertools
import json
import unittest

import frames
import paths

RUN, RIGHTS = '>{"cmd":"RUN_AUTH","tcTokenURL":"https://a"}', '{"chat":{"effective":[],"optional":[],"required":[]},"msg":"ACCESS_RIGHTS"}'
BEGUN, WANTED = '{"msg":"AUTH"}', '{"msg":"INSERT_CARD"}'
READER = '"attached":true,"card":{"deactivated":false,"inoperative":false,"retryCounter":3},"insertable":false,"keypad":false,%s"name":"R"'
CARD = ['>{"cmd":"SET_CARD","name":"R"}', "{%s}" % READER % '"msg":"READER",', '{"msg":"ENTER_PIN","reader":{%s}}' % READER % ""]
PIN = '>{"cmd":"SET_PIN","value":"123456"}'
OK, CANCELLED = '{"msg":"AUTH","result":{"major":"x#ok"}}', '{"msg":"AUTH","result":{"major":"x","reason":"User_Cancelled"}}'
CANCEL = '>{"cmd":"CANCEL"}'
TO_THE_PIN = [RUN, BEGUN, RIGHTS, '>{"cmd":"ACCEPT"}', WANTED, *CARD]
LOGIN = [*TO_THE_PIN, PIN, OK]


def in_level(level):
    return ['>{"cmd":"SET_API_LEVEL","level":%d}' % level, '{"available":[1,2,3],"current":%d,"msg":"API_LEVEL"}' % level]


def walked(*connections, over="websocket"):
    walks = paths.Walks(frames.API)
    for number, said in enumerate(connections):
        for line in ({"to": "begin", "over": over, "strict": False}, *map(line_of, said)):
            walks.follow({"connection": number, **line})
    return walks


def line_of(said):
    if isinstance(said, dict):
        return said
    return {"to": "server" if said[0] == ">" else "client", "text": said.removeprefix(">")}


class Paths(unittest.TestCase):
    def times(self, what, *connections, over="websocket"):
        return walked(*connections, over=over).times[what]

    def test_all_is_missing_and_named(self):
        walks = walked()
        missing = walks.missing()
        for name in paths.PATHS:
            self.assertIn(f"{name}, level 2", missing)
        for name in ("cancel, PAUSE, level 1", "disconnect, ENTER_NEW_PIN, level 3", "cancel, between two questions, level 2", "binary", "sequences at random",
                     "BAD_STATE for CANCEL, no workflow, level 1", "BAD_STATE for SET_PIN, ENTER_PUK, level 3"):
            self.assertIn(name, missing)
        self.assertNotIn("BAD_STATE for SET_CARD, ENTER_PIN, level 1", missing)  # that level does not know it
        self.assertEqual(len(missing), len(list(walks.wanted())) + len(list(walks.refusals())))

    def test_a_plain_login(self):
        self.assertEqual(1, self.times(("plain", 3), LOGIN))
        self.assertEqual(2, self.times(("plain", 3), LOGIN + LOGIN))
        self.assertEqual(1, self.times(("plain", 1), in_level(1) + LOGIN))
        self.assertEqual(0, self.times(("plain", 3), in_level(1) + LOGIN))
        self.assertEqual(0, self.times(("plain", 3), LOGIN, over="library"))
        for missing in range(len(LOGIN)):
            self.assertEqual(0, self.times(("plain", 3), LOGIN[:missing] + LOGIN[missing + 1:]), LOGIN[missing])
        for one, other in itertools.pairwise(range(2, len(LOGIN) - 1)):
            said = LOGIN.copy()
            said[one], said[other] = said[other], said[one]
            self.assertEqual(0, self.times(("plain", 3), said))

    def test_cancel(self):
        self.assertEqual(1, self.times(("cancel", "ENTER_PIN", 3), [*TO_THE_PIN, CANCEL, CANCELLED]))
        self.assertEqual(1, self.times(("cancel", "ENTER_PIN", 2), [*TO_THE_PIN, *in_level(2), CANCEL, CANCEL, CANCELLED]))
        self.assertEqual(1, self.times(("cancel", paths.WORKING, 3), [*TO_THE_PIN, PIN, CANCEL, CANCELLED]))
        self.assertEqual(0, self.times(("cancel", "ENTER_PIN", 3), [*TO_THE_PIN, CANCEL, OK]))
        self.assertEqual(0, self.times(("cancel", "ENTER_PIN", 3), [*TO_THE_PIN, CANCELLED]))

    def test_disconnect(self):
        gone, drop = ("disconnect", "ENTER_PIN", 3), {"to": "end"}
        self.assertEqual(1, self.times(gone, [*TO_THE_PIN, drop], LOGIN))
        self.assertEqual(0, self.times(gone, [*TO_THE_PIN, drop]), "nobody has logged in afterwards")
        self.assertEqual(0, self.times(gone, TO_THE_PIN, LOGIN), "not dropped")
        self.assertEqual(0, self.times(gone, [*LOGIN, drop], LOGIN), "the workflow was over")

    def test_bad_state(self):
        refusal = '{"error":"SET_PIN","msg":"BAD_STATE","request":1}'
        asked = '>{"cmd":"SET_PIN","request":1,"value":"1"}'
        self.assertEqual({("SET_PIN", paths.IDLE, 3)}, walked([asked, refusal]).refused)
        self.assertEqual({("SET_PIN", "ACCESS_RIGHTS", 1)}, walked([RUN, BEGUN, RIGHTS, *in_level(1), asked, refusal]).refused)
        self.assertEqual(set(), walked([asked, '{"error":"x","msg":"ENTER_PIN","request":1}']).refused)

    def test_malformed(self):
        invalid, closed = '{"error":"x","msg":"INVALID"}', {"to": "client", "close": 1007}
        for kind, said, answer in (
                ("broken JSON", ">{", invalid), ("NUL bytes", ">{\0}", invalid), ("deep", ">" + "[" * 300, invalid), ("huge", ">" + " " * 1_000_001, invalid),
                ("wrong types", '>{"cmd":"GET_READER","name":1}', invalid), ("invalid UTF-8", {"to": "server", "raw": "818100000000ff", "size": 7}, closed),
                ("binary", {"to": "server", "raw": "828100000000ff", "size": 7}, '{"msg":"INFO"}')):
            self.assertEqual(1, self.times(kind, [said, answer]), kind)
            self.assertEqual(0, self.times(kind, [said]), kind)
            self.assertEqual(0, self.times(kind, ['>{"cmd":"GET_INFO"}', answer]), kind)
        self.assertEqual(0, self.times("wrong types", ['>{"cmd":"GET_READER","name":"x"}', invalid]))


if __name__ == "__main__":
    unittest.main()
