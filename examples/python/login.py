#!/usr/bin/env python3
"""A whole login through the C API with ctypes, with a simulated card.

    eidkern lab --pki /tmp/eidlab
    ./login.py URL /tmp/eidlab/cvca.cvcert

In place of the file with the lab's root there may be a trust store, a folder that `eidkern trust import` has filled.
"""
import ctypes
import json
import os
import queue
import sys

CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)


class Engine:
    """Messages of the engine come as dicts from `messages`; they are put there on the engine's own thread."""

    def __init__(self, **settings):
        self.library = ctypes.CDLL("libeidkern.so.0")
        self.library.eidkern_new.restype = ctypes.c_void_p
        self.library.eidkern_new.argtypes = [ctypes.c_char_p, CALLBACK, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
        self.library.eidkern_send.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
        self.library.eidkern_free.argtypes = [ctypes.c_void_p]
        self.messages = queue.Queue()
        self.callback = CALLBACK(lambda _, text: self.messages.put(json.loads(text)))  # lives as long as the engine
        why = ctypes.create_string_buffer(256)
        self.handle = self.library.eidkern_new(json.dumps(settings).encode(), self.callback, None, why, len(why))
        if not self.handle:
            raise ValueError(why.value.decode())

    def send(self, cmd, **parameters):
        self.library.eidkern_send(self.handle, json.dumps({"cmd": cmd, **parameters}).encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.eidkern_free(self.handle)


def login(engine, url):
    """Here a real program asks its user."""
    engine.send("RUN_AUTH", tcTokenURL=url)
    while True:
        message = engine.messages.get()
        print(message["msg"], {key: value for key, value in message.items() if key != "msg"})
        if message["msg"] == "ACCESS_RIGHTS":
            engine.send("ACCEPT")
        elif message["msg"] == "INSERT_CARD":
            engine.send("SET_CARD", name="Simulator")
        elif message["msg"] == "ENTER_PIN":
            engine.send("SET_PIN", value="123456")
        elif message["msg"] == "AUTH" and "result" in message:
            return message["result"]["major"].endswith("#ok")  # message["url"] is where the browser goes now


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: login.py URL CVCA-FILE|TRUST-STORE")
    roots = {"trustStore": sys.argv[2]} if os.path.isdir(sys.argv[2]) else {"testTrustAnchors": [sys.argv[2]]}
    with Engine(**roots, basicReader=True, pcscReaders=False) as engine:
        success = login(engine, sys.argv[1])
    print("Success" if success else "Failed")
    sys.exit(0 if success else 1)


if __name__ == "__main__":
    main()
