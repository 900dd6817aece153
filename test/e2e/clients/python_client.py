#!/usr/bin/python3
"""A whole login with Python's `websockets`: python_client.py WEBSOCKET-URL TCTOKEN-URL. Prints each message, one per line."""
import asyncio
import json
import sys

import websockets


async def login(url: str, address: str) -> None:
    async with websockets.connect(url, compression="deflate", ping_interval=0.05) as client:  # offers an extension, and pings
        await client.send(json.dumps({"cmd": "GET_API_LEVEL"}))
        await client.send(json.dumps({"cmd": "SET_API_LEVEL", "level": 2}).encode().decode())
        # in fragments, as a stream of unknown length
        await client.send(iter(['{"cmd":"RUN_AUTH",', f'"tcTokenURL":{json.dumps(address)}', "}"]))
        async for text in client:
            print(text)
            message = json.loads(text)
            answer = {
                "ACCESS_RIGHTS": [{"cmd": "GET_CERTIFICATE"}, {"cmd": "ACCEPT"}],
                "INSERT_CARD": [{"cmd": "SET_CARD", "name": "Simulator"}],
                "ENTER_PIN": [{"cmd": "SET_PIN"}],
            }.get(message["msg"], [])
            for command in answer:
                await client.send(json.dumps(command))
            if message["msg"] == "AUTH" and "result" in message:
                return


asyncio.run(login(*sys.argv[1:]))
