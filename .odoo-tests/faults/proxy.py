"""A TCP line that can be broken: between our servers and a bank, a provider or an SFTP server."""

import asyncio
import contextlib
import socket
import struct
import threading

#: What a line can do. ``pass`` is healthy.
MODES = ("pass", "refuse", "reset", "half_close", "drip", "stall", "black_hole")


class Line:
    """Listens on ``port`` and passes everything on to ``target``, as its mode allows.

    ``refuse`` no listener · ``reset`` accepted, then reset · ``half_close`` the request goes through, the
    way back is closed · ``drip`` the answer comes at one byte a second · ``stall`` the request goes
    through, the answer never comes · ``black_hole`` accepted, and nothing ever happens.
    """

    def __init__(self, target_port, name="line"):
        self.name, self.target_port, self.mode = name, target_port, "pass"
        self._writers, self._server = set(), None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name=f"line {name}")
        self._thread.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._do(self._listen())

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def set(self, mode):
        """Change at once, for new connections and for those that are open."""
        if mode not in MODES:
            raise ValueError(f"no mode {mode!r}; known: {', '.join(MODES)}")
        self._do(self._set(mode))

    def close(self):
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _end(self):
        await self._set("refuse")
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _listen(self):
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port, reuse_address=True)

    async def _set(self, mode):
        self.mode = mode
        # Who waits in an old mode would not notice: its connections end as a line does that is switched.
        for writer in list(self._writers):
            self._cut(writer)
        if mode == "refuse" and self._server:
            self._server.close()
            self._server = None
        elif mode != "refuse" and not self._server:
            await self._listen()

    def _cut(self, writer):
        with contextlib.suppress(OSError, AttributeError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _meet(self, reader, writer):
        mode = self.mode
        if mode == "reset":
            self._cut(writer)
            return
        self._writers.add(writer)
        try:
            if mode == "black_hole":
                await asyncio.sleep(3600)
            await self._pass_on(mode, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()

    async def _pass_on(self, mode, reader, writer):
        there, away = await asyncio.open_connection("127.0.0.1", self.target_port)
        self._writers.add(away)
        back = self._answer(mode, there, writer)
        tasks = [asyncio.ensure_future(self._pump(reader, away)), asyncio.ensure_future(back)]
        try:
            if mode == "half_close":
                writer.write_eof()
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED if mode != "half_close" else "ALL_COMPLETED")
        finally:
            for task in tasks:
                task.cancel()
            self._writers.discard(away)
            with contextlib.suppress(OSError):
                away.close()

    async def _pump(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()

    async def _answer(self, mode, reader, writer):
        with contextlib.suppress(OSError, RuntimeError):
            while data := await reader.read(65536):
                if mode in ("stall", "half_close"):
                    continue
                if mode == "drip":
                    for number in range(len(data)):
                        writer.write(data[number : number + 1])
                        await writer.drain()
                        await asyncio.sleep(1)
                    continue
                writer.write(data)
                await writer.drain()
            if mode == "stall":
                await asyncio.sleep(3600)
