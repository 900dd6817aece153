"""The description of the JSON API: its schemas are valid, its examples fit them, they refuse what they have to, and what is
generated from them is up to date and well-formed."""
import copy
import sys
import unittest
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "resources"))

import generate_json_api  # noqa: E402
import generating  # noqa: E402
import json_api_schemas  # noqa: E402

API = json_api_schemas.load(ROOT)
ALL = {**API.commands, **API.messages}
NULLABLE = {"card", "progress", "state", "workflow", "request"}  # at the top of messages; of request whatever the client has sent


def validator(schema):
    return Draft202012Validator(json_api_schemas.standalone(API, schema))


def resolved(document, reference):
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document


def references(value):
    if isinstance(value, dict):
        return ([value["$ref"]] if "$ref" in value else []) + [found for each in value.values() for found in references(each)]
    return [found for each in value for found in references(each)] if isinstance(value, list) else []


class Schemas(unittest.TestCase):
    def test_are_valid_themselves(self):
        for name, schema in ALL.items():
            with self.subTest(name):
                Draft202012Validator.check_schema(json_api_schemas.standalone(API, schema))

    def test_examples_fit(self):
        for name, schema in ALL.items():
            for example in schema["examples"]:
                with self.subTest(name, example=example):
                    self.assertEqual([], [error.message for error in validator(schema).iter_errors(example)])

    def test_examples_fit_nothing_else(self):
        for name, schema in ALL.items():
            for other, example in ((other, each["examples"][0]) for other, each in ALL.items() if other != name):
                with self.subTest(name, other=other):
                    self.assertFalse(validator(schema).is_valid(example))

    def test_examples_show_every_key(self):
        for name, schema in API.messages.items():
            shown = {key for example in schema["examples"] for key in example}
            optional = {"request", "session", "error", "lastResult"}
            with self.subTest(name):
                self.assertLessEqual(set(json_api_schemas.properties(API, schema)) - optional, shown)

    def test_messages_are_closed(self):
        for name, schema in API.messages.items():
            for example in schema["examples"]:
                with self.subTest(name, example=example):
                    self.assertFalse(validator(schema).is_valid(example | {"extra": 1}))
                    for key in example.keys() - NULLABLE:
                        self.assertFalse(validator(schema).is_valid(example | {key: None}), f"{key} is null")

    def test_required_keys_are_required(self):
        for name, schema in ALL.items():
            for key in schema["required"]:
                example = copy.deepcopy(schema["examples"][0])
                with self.subTest(name, key=key):
                    del example[key]
                    self.assertFalse(validator(schema).is_valid(example))

    def test_readers_are_complete_or_gone(self):
        reader = API.messages["READER"]["examples"][1]
        for key in ("card", "insertable", "keypad", "name", "attached"):
            with self.subTest(key):
                self.assertFalse(validator(API.messages["READER"]).is_valid({each: value for each, value in reader.items() if each != key}))
                inner = {"msg": "ENTER_PIN", "reader": {each: value for each, value in reader.items() if each not in (key, "msg")}}
                self.assertFalse(validator(API.messages["ENTER_PIN"]).is_valid(inner))
        self.assertFalse(validator(API.messages["READER"]).is_valid(reader | {"attached": False}))

    def test_success_has_no_message(self):
        ok = {"major": "http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok"}
        self.assertTrue(validator(API.messages["AUTH"]).is_valid({"msg": "AUTH", "result": ok}))
        self.assertFalse(validator(API.messages["AUTH"]).is_valid({"msg": "AUTH", "result": ok | {"message": "fine"}}))
        self.assertFalse(validator(API.messages["AUTH"]).is_valid({"msg": "AUTH", "url": "https://a"}))


class Generated(unittest.TestCase):
    def test_is_up_to_date(self):
        self.assertEqual(0, generating.check(ROOT, generate_json_api.render(ROOT)))

    def test_asyncapi(self):
        document = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8"))
        self.assertEqual("3.0.0", document["asyncapi"])
        self.assertLessEqual({"info", "channels", "operations", "components"}, document.keys())
        self.assertEqual(ALL.keys(), document["channels"]["kernel"]["messages"].keys())
        self.assertEqual(API.commands.keys() | {"events"}, document["operations"].keys())
        self.assertTrue(references(document))
        for reference in references(document):
            self.assertIsInstance(resolved(document, reference), dict)
        for name, message in document["components"]["messages"].items():
            schema = message["payload"] | {"components": document["components"]}
            for example in message["examples"]:
                with self.subTest(name, example=example):
                    self.assertTrue(Draft202012Validator(schema).is_valid(example["payload"]))
        for name, operation in document["operations"].items():
            self.assertEqual("send" if name == "events" else "receive", operation["action"])
            self.assertTrue(operation["messages"])
            self.assertTrue(name == "events" or operation["reply"]["messages"] or not API.commands[name]["x-answers"], name)

    def test_types_for_typescript(self):
        text = (ROOT / "docs/eidkern-json-api.d.ts").read_text(encoding="utf-8")
        self.assertEqual(text.count("{"), text.count("}"))
        for name in ALL:
            key = "cmd" if name in API.commands else "msg"
            self.assertEqual(1, text.count(f'    {key}: "{name}";'), name)


if __name__ == "__main__":
    unittest.main()
