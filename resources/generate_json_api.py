#!/usr/bin/env python3
"""Turns resources/schemas, the one description of the JSON API, into everything that repeats it.

    generate_json_api.py            writes the files
    generate_json_api.py --check    compares them with what is on disk; exit code 1 names the differences
"""
import sys

import json_api_cpp
from generating import main
from json_api_schemas import load


def render(root):
    api = load(root)
    return json_api_cpp.outputs(api)


if __name__ == "__main__":
    sys.exit(main(__doc__, render))
