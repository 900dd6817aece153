#!/usr/bin/python3
"""A whole login with Python's `websockets`: python_client.py WEBSOCKET-URL TCTOKEN-URL. Prints what is said, one text per
line: > to the service, < from it."""
import asyncio
import json
import sys

import websockets


async def login(url: str, address: str) -> None:
    async with websockets.connect(url, compression="deflate", ping_interval=0.05) as client:  # offers an extension, and pings
        async def send(command: dict, pieces: int = 1) -> None:  # more than one: in fragments, as a stream of unknown length
            text = json.dumps(command)
            print(">" + text)
            size = -(-len(text) // pieces)
            await client.send(text if pieces == 1 else iter([text[i:i + size] for i in range(0, len(text), size)]))

        await send({"cmd": "GET_API_LEVEL"})
        await send({"cmd": "SET_API_LEVEL", "level": 2})
        await send({"cmd": "RUN_AUTH", "tcTokenURL": address}, pieces=3)
        async for text in client:
            print("<" + text)
            message = json.loads(text)
            answer = {
                "ACCESS_RIGHTS": [{"cmd": "GET_CERTIFICATE"}, {"cmd": "ACCEPT"}],
                "INSERT_CARD": [{"cmd": "SET_CARD", "name": "Simulator"}],
                "ENTER_PIN": [{"cmd": "SET_PIN"}],
            }.get(message["msg"], [])
            for command in answer:
                await send(command)
            if message["msg"] == "AUTH" and "result" in message:
                return


asyncio.run(login(*sys.argv[1:]))
