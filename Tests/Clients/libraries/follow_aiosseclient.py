"""aiosseclient. It does not reconnect: the loop does."""

import asyncio
import os

import aiohttp
from aiosseclient import aiosseclient


async def follow():
    last_id = None
    while True:
        headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
        try:
            async for event in aiosseclient(os.environ["STREAM"], last_id=last_id, headers=headers):
                last_id = event.id or last_id
                if event.event in ("status", "update"):
                    print(event.id, flush=True)
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(1)


asyncio.run(follow())
