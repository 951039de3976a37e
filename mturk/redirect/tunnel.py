"""Two streams of bytes between two sockets, until one of the sides ends it, or nothing has passed for long."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import NamedTuple

_PIECE = 65_536
_HANDSHAKE = 15.0  # seconds
_FAREWELL = 2.0  # seconds for the last bytes


class Side(NamedTuple):
    """One end of a tunnel."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def close(self) -> None:
        """Send what is left, and end the connection, by force if the other side does not take it."""
        self.writer.close()
        try:
            with suppress(OSError, ssl.SSLError):
                await asyncio.wait_for(self.writer.wait_closed(), _FAREWELL)
        except asyncio.TimeoutError:
            self.writer.transport.abort()


async def answering(sock: socket.socket, context: ssl.SSLContext | None) -> Side:
    """The side of who has connected to us."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(_PIECE, loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    patience = _HANDSHAKE if context else None
    transport, _ = await loop.connect_accepted_socket(
        lambda: protocol, sock, ssl=context, ssl_handshake_timeout=patience
    )
    return Side(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


async def asking(sock: socket.socket, context: ssl.SSLContext | None, host: str) -> Side:
    """The side of whom we have connected to."""
    if context is None:
        return Side(*await asyncio.open_connection(sock=sock, limit=_PIECE))
    return Side(
        *await asyncio.open_connection(
            sock=sock, limit=_PIECE, ssl=context, server_hostname=host, ssl_handshake_timeout=_HANDSHAKE
        )
    )


async def carry(near: Side, far: Side, idle: float) -> None:
    """Carry bytes both ways; end when the far side does, or the near one, or nothing has passed for `idle` seconds."""
    loop = asyncio.get_running_loop()
    last = [loop.time()]

    async def pump(source: Side, target: Side) -> None:
        while data := await source.reader.read(_PIECE):
            last[0] = loop.time()
            target.writer.write(data)
            await target.writer.drain()
            last[0] = loop.time()

    async def there() -> None:
        await pump(near, far)
        if far.writer.can_write_eof():
            far.writer.write_eof()
            await back  # who asks and then says that this was all still gets the answer

    async def silence() -> None:
        while (rest := last[0] + idle - loop.time()) > 0:
            await asyncio.sleep(rest)

    back = loop.create_task(pump(far, near))
    tasks = [back, loop.create_task(there()), loop.create_task(silence())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(near.close(), far.close(), return_exceptions=True)
