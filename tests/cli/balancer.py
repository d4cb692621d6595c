"""A balancer in front of several servers: TCP, in turn, another where a connection is refused."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from itertools import count


class Balancer:
    """Gives each connection that comes to the next of some ports of this machine that takes it."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._turns = count()

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways until both sides have ended."""
        sides = [writer]
        try:
            first = next(self._turns) % len(self._ports)
            for port in (*self._ports[first:], *self._ports[:first]):
                with contextlib.suppress(ConnectionRefusedError):
                    there, back = await asyncio.open_connection("127.0.0.1", port)
                    sides.append(back)
                    await asyncio.gather(_carry(reader, back), _carry(there, writer))
                    break
            writer.close()
            await asyncio.gather(*(side.wait_closed() for side in sides), return_exceptions=True)
        finally:
            # Where the balancer ends before they do, nobody else closes them.
            for side in sides:
                side.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.contextmanager
def balancing(ports: list[int]) -> Iterator[str]:
    """The address of a running balancer."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(Balancer(ports).relay, "127.0.0.1", 0))
    port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    server.close()
    ours = asyncio.current_task()
    left = [task for task in asyncio.all_tasks() if task is not ours]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.sleep(0)  # what was aborted is closed when the loop comes round
