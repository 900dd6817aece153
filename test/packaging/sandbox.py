#!/usr/bin/python3
"""Runs a program under what a unit of systemd's takes away, as far as that is the kernel's matter alone. sandbox.py UNIT PROGRAM ARGUMENT...

MemoryDenyWriteExecute, RestrictAddressFamilies, SystemCallFilter, NoNewPrivileges and UMask, as systemd.exec(5) has them; what it does not
know it refuses.
"""
import ctypes
import errno
import os
import socket
import subprocess
import sys

ALLOW, NO_NEW_PRIVILEGES, SET_MDWE, REFUSE_EXEC_GAIN, EQUAL, GREATER = 0x7FFF0000, 38, 65, 1, 4, 6
HARMLESS = {"LimitCORE", "LockPersonality", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "SystemCallArchitectures"}


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("value", ctypes.c_uint64), ("mask", ctypes.c_uint64)]


def denied(number: int) -> int:
    return 0x00050000 | number


def calls_in(name: str) -> set[str]:
    """Of a set such as @system-service, with the sets in it."""
    if not name.startswith("@"):
        return {name}
    listing = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    words = [line.strip() for line in listing.splitlines()[1:]]
    return set().union(*(calls_in(word) for word in words if word and not word.startswith("#")))


class Filter:
    def __init__(self, otherwise: int):
        self.library = ctypes.CDLL("libseccomp.so.2")
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.library.seccomp_rule_add_array.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison)]
        self.library.seccomp_load.argtypes = [ctypes.c_void_p]
        self.context = self.library.seccomp_init(otherwise)

    def rule(self, action: int, call: str, *comparisons: Comparison):
        number = self.library.seccomp_syscall_resolve_name(call.encode())
        if number != -1:  # unknown here
            self.library.seccomp_rule_add_array(self.context, action, number, len(comparisons), (Comparison * max(1, len(comparisons)))(*comparisons))

    def load(self):
        if self.library.seccomp_load(self.context) != 0:
            sys.exit("sandbox: the kernel does not take the filter")


def settings_of(unit: str) -> dict[str, list[str]]:
    with open(unit, encoding="utf-8") as file:
        lines = file.read().partition("# What a manager of a user can take away")[2].partition("[Install]")[0].splitlines()[1:]
    settings: dict[str, list[str]] = {}
    for name, _, value in (line.partition("=") for line in lines if "=" in line):
        settings.setdefault(name, []).append(value)
    return settings


def restrict(settings: dict[str, list[str]]):
    libc = ctypes.CDLL(None)
    if "NoNewPrivileges" in settings and libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        sys.exit("sandbox: no PR_SET_NO_NEW_PRIVS")
    if "UMask" in settings:
        os.umask(int(settings["UMask"][0], 8))
    if "MemoryDenyWriteExecute" in settings and libc.prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
        print("SKIP   : this kernel has no PR_SET_MDWE", file=sys.stderr)
    families = {getattr(socket, name) for line in settings["RestrictAddressFamilies"] for name in line.split()}
    sockets = Filter(ALLOW)
    for family in set(range(64)) - families:
        sockets.rule(denied(errno.EAFNOSUPPORT), "socket", Comparison(0, EQUAL, family, 0))
    sockets.rule(denied(errno.EAFNOSUPPORT), "socket", Comparison(0, GREATER, 63, 0))
    allowed: set[str] = set()
    for line in settings["SystemCallFilter"]:
        named = set().union(*(calls_in(name) for name in line.lstrip("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    allowed |= {"execve", "exit", "exit_group", "getrlimit", "rt_sigreturn", "sigreturn"}  # always
    calls = Filter(denied(errno.EPERM))
    for call in allowed:
        calls.rule(ALLOW, call)
    sockets.load()
    calls.load()


def main():
    settings = settings_of(sys.argv[1])
    unknown = set(settings) - HARMLESS - {"NoNewPrivileges", "UMask", "MemoryDenyWriteExecute", "RestrictAddressFamilies", "SystemCallFilter", "SystemCallErrorNumber"}
    if unknown or settings["SystemCallErrorNumber"] != ["EPERM"]:
        sys.exit(f"sandbox: what is {unknown or 'SystemCallErrorNumber'}?")
    restrict(settings)
    os.execv(sys.argv[2], sys.argv[2:])


main()
