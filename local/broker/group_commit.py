"""Group commit: what is to be sent to Redis while a write is under way goes together in the next.

A round trip costs far more than a command, here and at Redis. With nothing under way a write goes
out at once; the busier the broker, the more of them share a round trip.
"""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis

Command = tuple[str | bytes | int, ...]


class GroupCommit:
    """Writes to `redis`, in the order of their calling."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, *command: str | bytes | int) -> Any:
        """Send a command; what Redis answers to it, once it is carried out.

        Raises why it was not: others' commands do not fail with it, unless the connection does.
        A command is carried out all the same when its caller is cancelled.
        """
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((command, answer))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return await answer

    async def _write_all(self) -> None:
        group: list[tuple[Command, asyncio.Future[Any]]] = []
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                replies = await self._replies([command for command, _ in group])
                for (_, answer), reply in zip(group, replies, strict=True):
                    _settle(answer, reply)
        finally:
            left, self._waiting, self._writer = [*group, *self._waiting], [], None
            for _, answer in left:
                answer.cancel()  # none still waits, unless the writer itself was cancelled

    async def _replies(self, commands: list[Command]) -> list[Any]:
        """The reply to each, which is an exception where it failed."""
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for command in commands:
                    pipe.execute_command(*command)
                replies: list[Any] = await pipe.execute(raise_on_error=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, each caller has to hear of it
            return [error] * len(commands)
        return replies


def _settle(answer: asyncio.Future[Any], reply: Any) -> None:
    if answer.done():
        return  # its caller was cancelled
    if isinstance(reply, Exception):
        answer.set_exception(reply)
    else:
        answer.set_result(reply)
