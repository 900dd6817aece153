#!/usr/bin/env python3
"""Turns resources/schemas, the one description of the JSON API, into everything that repeats it.

    generate_json_api.py            writes the files
    generate_json_api.py --check    compares them with what is on disk; exit code 1 names the differences
"""
import re
import sys

import json_api_cpp
import json_api_docs
from generating import main
from json_api_schemas import line, load


def render(root):
    api = load(root)
    version = re.search(r"project\(eidkern VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)
    seeds = {f"test/fuzz/corpus/json_command/{name}": line(each["examples"][-1]) for name, each in api.commands.items()}
    return json_api_cpp.outputs(api) | json_api_docs.outputs(api, version) | seeds


if __name__ == "__main__":
    sys.exit(main(__doc__, render))
