"""localstripe on 127.0.0.1: `python localstripe_process.py`, with its own environment's Python.

Its port stands on standard output once it listens. It ends with standard input, so that it does not outlive a test run
that was killed. Other than `python -m localstripe` it listens on this machine only, and keeps nothing on disk.
"""

import asyncio
import sys

from aiohttp import web
from localstripe import resources
from localstripe.server import app

resources.Store.dump_to_disk = lambda _: None


async def serve() -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


asyncio.run(serve())
