"""A TCP proxy between Stockcast and a store. It can be slow, cut connections, or lie."""

import asyncio
import threading
import time

from local.servers import free_port


class Proxy:
    """Forwards a port to `target`. Set its faults while it runs. `heal` ends them all.

    `delay_s` delays each piece in both directions. `refuses` closes connections at once.
    `cut_after` cuts each reply and closes its connection after that many bytes. `instead` answers
    HTTP requests with these bytes, so they never reach the target. `only` limits `instead` and
    `cut_after` to requests with this prefix, such as b"GET".
    """

    def __init__(self, target):
        self.target = target
        self.heal()
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._started.wait()

    def heal(self):
        self.delay_s, self.refuses, self.cut_after = 0, False, None
        self.instead, self.only = b"", b""

    def cut(self):
        """Close every connection."""
        self._loop.call_soon_threadsafe(lambda: [each.close() for each in list(self._open)])

    def during(self, seconds, **wrong):
        """Set the faults `wrong` until the context ends."""
        for name, value in wrong.items():
            setattr(self, name, value)
        if wrong.get("refuses"):
            self.cut()
        time.sleep(seconds)
        self.heal()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._open = set()
        starting = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        server = self._loop.run_until_complete(starting)
        self._started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _serve(self, reader, writer):
        self._open.add(writer)
        try:
            if self.refuses:
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._open.add(there_writer)
            asked = [b""]
            try:
                await asyncio.gather(
                    self._ask(reader, there_writer, writer, asked),
                    self._reply(there_reader, writer, there_writer, asked),
                )
            finally:
                there_writer.close()
                self._open.discard(there_writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _ask(self, reader, there, back, asked):
        while piece := await reader.read(65536):
            asked[0] = piece
            await asyncio.sleep(self.delay_s)
            if self.instead and piece.startswith(self.only):
                back.write(self.instead)
                await back.drain()
                break
            there.write(piece)
            await there.drain()
        there.close()
        back.close()

    async def _reply(self, reader, back, there, asked):
        sent = 0
        while piece := await reader.read(65536):
            await asyncio.sleep(self.delay_s)
            if self.cut_after is not None and asked[0].startswith(self.only):
                piece = piece[: max(0, self.cut_after - sent)]
                back.write(piece)
                await back.drain()
                break
            sent += len(piece)
            back.write(piece)
            await back.drain()
        back.close()
        there.close()


def http(status, reason, body=b"<Error><Code>InternalError</Code></Error>"):
    """An HTTP answer in the form of S3's."""
    head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/xml\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body
