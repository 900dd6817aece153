#!/usr/bin/python3
"""What the shared libraries show is what was reviewed: debian/PACKAGE.symbols. symbols_test.py LIBRARY SYMBOLS [LIBRARY SYMBOLS...]

With --write as the first argument it writes the files, for a reviewer to read the difference.
"""
import re
import subprocess
import sys


def shown(library: str) -> set[str]:
    listing = subprocess.run(["nm", "-gDC", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    return {line.split(" ", 2)[2].replace("@@", "@") for line in listing.splitlines()}


def entry(symbol: str) -> str:
    if symbol.startswith("EIDKERN"):  # the version's own
        return f"{symbol}@{symbol}"
    return symbol if re.fullmatch(r"\w+@\w+", symbol) else f'(c++)"{symbol}"'


def main():
    write = sys.argv[1] == "--write"
    arguments = sys.argv[1 + write:]
    for library, path in zip(arguments[::2], arguments[1::2]):
        with open(path, encoding="utf-8") as file:
            head, *reviewed = file.read().splitlines()
        now = {entry(symbol) for symbol in shown(library)}
        if write:
            known = dict(line.strip().rsplit(" ", 1) for line in reviewed)
            version = sys.argv[-1] if len(arguments) % 2 else "0.1.0"
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join([head, *(f" {each} {known.get(each, version)}" for each in sorted(now))]) + "\n")
            continue
        before = {line.strip().rsplit(" ", 1)[0] for line in reviewed}
        if now != before:
            sys.exit(f"{library} does not show what {path} has:\n" + "\n".join([f"  new   {each}" for each in sorted(now - before)]
                     + [f"  gone  {each}" for each in sorted(before - now)]) + f"\nReview it, then: {sys.argv[0]} --write {library} {path}")
        if not now:
            sys.exit(f"{library} shows nothing")
        print(f"{library}: {len(now)} symbols")


main()
