"""What the generators of this folder share: a JSON catalogue in, files that repeat it out."""
import argparse
import difflib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "en")


class Invalid(Exception):
    pass


def require(condition, where, what):
    if not condition:
        raise Invalid(f"{where}: {what}")


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    require(len(keys) == len(set(keys)), "object", f"repeated key in {keys}")
    return dict(pairs)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=unique_keys)


def check_keys(value, wanted, where, optional=()):
    require(isinstance(value, dict), where, "not an object")
    missing, unknown = set(wanted) - value.keys(), value.keys() - set(wanted) - set(optional)
    require(not missing and not unknown, where, f"missing {sorted(missing)}, unknown {sorted(unknown)}")


def check_texts(value, where):
    for language in LANGUAGES:
        text = value[language]
        require(isinstance(text, str) and text.strip() == text and text.endswith("."), f"{where}.{language}", "not a sentence")
        require(not re.search(r"[\x00-\x1f\x7f\\|<>]", text), f"{where}.{language}", "a character that needs escaping somewhere")
    require(value["de"] != value["en"], where, "the same text in both languages")


def check_id(name, where):
    require(isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name), where, f"bad id {name!r}")


def quoted(text):
    return json.dumps(text, ensure_ascii=False)  # the checks leave nothing in the texts that C++ and JSON quote differently


def texts(value):
    """A `Texts` of the public interface."""
    return f"{{{quoted(value['de'])}, {quoted(value['en'])}}}" if value else "{}"


def check(root, outputs):
    """Number of files that differ from what would be written; each difference is printed."""
    different = 0
    for name, expected in outputs.items():
        path = root / name
        actual = path.read_text(encoding="utf-8") if path.exists() else ""
        if actual == expected:
            continue
        different += 1
        lines = difflib.unified_diff(actual.splitlines(), expected.splitlines(), f"{name} on disk", f"{name} generated", n=0, lineterm="")
        print(f"{name} does not match its source:", *list(lines)[:20], sep="\n", file=sys.stderr)
    return different


def main(documentation, render):
    """`render(root)` gives the files' contents by path, or throws Invalid."""
    parser = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the files on disk, write nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="the source tree")
    arguments = parser.parse_args()
    try:
        outputs = render(arguments.root)
    except (Invalid, json.JSONDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.check:
        return 1 if check(arguments.root, outputs) else 0
    for name, content in outputs.items():
        path = arguments.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
    return 0
