"""The judge of test/contract/frames.py: what is good passes, and each thing that must not be said is found."""
import json
import unittest
from collections import Counter

import frames

CARD = '"card":{"deactivated":false,"inoperative":false,"retryCounter":3}'
READER = f'{{"attached":true,{CARD},"insertable":false,"keypad":false,"msg":"READER","name":"R"}}'
ENTER = f'{{"msg":"ENTER_PIN","reader":{{"attached":true,{CARD},"insertable":false,"keypad":false,"name":"R"}}}}'
RUN, BEGUN = '>{"cmd":"RUN_AUTH","tcTokenURL":"https://a"}', '{"msg":"AUTH"}'
END = '{"msg":"AUTH","result":{"major":"http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok"},"url":"https://a"}'
RIGHTS = '{"chat":{"effective":[],"optional":[],"required":[]},"msg":"ACCESS_RIGHTS"}'


def faults(*texts, strict=False):
    """Of these messages; those that begin with > are commands."""
    begin = {"connection": 1, "to": "begin", "over": "websocket", "strict": strict}
    lines = [json.dumps(begin)] + [json.dumps({"connection": 1, "to": "server" if text[0] == ">" else "client", "text": text.lstrip(">")}) for text in texts]
    return " ".join(frames.judge(lines, Counter()))


class Judge(unittest.TestCase):
    def found(self, fault, *texts):
        self.assertIn(fault, faults(*texts))

    def test_good(self):
        self.assertEqual("", faults(READER, RUN, BEGUN, RIGHTS, READER, ENTER, END, RUN, BEGUN, END))
        self.assertEqual("", faults('>{"cmd":"SET_PIN","request":{"a":1}}', '{"error":"SET_PIN","msg":"BAD_STATE","request":{"a":1}}'))
        self.assertEqual("", faults('{"current":1,"available":[1,2,3],"msg":"API_LEVEL"}'.replace('"current":1,', "").replace('],', '],"current":1,'), '{"msg":"READER_LIST","reader":[]}'))

    def test_schema(self):
        self.found("is a required property", '{"attached":true,"msg":"READER","name":"R"}')
        self.found("was unexpected", '{"extra":1,"msg":"AUTH"}')
        self.found("is not of type", '{"msg":"STATUS","progress":"0","state":null,"workflow":null}')

    def test_writing(self):
        self.found("not compact", '{"msg": "AUTH"}')
        self.found("not compact", '{"msg":"API_LEVEL","available":[1],"current":3}')

    def test_levels(self):
        self.found("in level 1", '{"available":[1,2,3],"current":1,"msg":"API_LEVEL"}', '{"msg":"STATUS","progress":null,"state":null,"workflow":null}')
        self.found("other level's name", '{"msg":"READER_LIST","reader":[]}')

    def test_workflow(self):
        self.found("a second begin", BEGUN, BEGUN)
        self.found("an end without a begin", END)
        self.found("an end without a begin", BEGUN, END, END)
        self.found("outside of a workflow", RIGHTS)
        self.found("outside of a workflow", BEGUN, END, '{"msg":"INSERT_CARD"}')
        self.found("outside of a workflow", '{"msg":"STATUS","progress":0,"state":null,"workflow":"AUTH"}')

    def test_readers(self):
        self.found("has not told this before", BEGUN, ENTER)
        self.found("has not told this before", BEGUN, READER.replace("3", "2"), ENTER)
        self.found("without an eID card", BEGUN, ENTER.replace(CARD, '"card":null'))

    def test_answers(self):
        self.found("nobody has asked", '{"error":"X","msg":"UNKNOWN_COMMAND","request":1}')
        self.found("nobody has asked", '>{"cmd":"X","request":1}', *['{"error":"X","msg":"UNKNOWN_COMMAND","request":1}'] * 2)
        self.found("does not fit its schema", '>{"cmd":"GET_READER","name":1,"request":2}', '{"attached":false,"msg":"READER","name":"1","request":2}')

    def test_strict_clients(self):
        for command in ('{"cmd":"SET_CARD"}', '{"cmd":"GET_LOG"}', '{"cmd":"X"}', "x", '{"cmd":"GET_READER","name":1}'):
            self.assertIn("does not fit its schema", faults(">" + command, strict=True))
            self.assertEqual("", faults(">" + command))
        self.assertEqual("", faults('>{"cmd":"SET_CARD","name":"R"}', strict=True))

    def test_letters(self):
        status = '{"msg":"STATUS","progress":0,"state":"%s","workflow":"AUTH"}'
        self.found("take this for a refusal", BEGUN, status % "Error")


if __name__ == "__main__":
    unittest.main()
