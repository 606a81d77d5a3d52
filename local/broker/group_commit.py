"""Group commit: commands that arrive during a write to Redis share the next round trip.

A round trip costs far more than a command, here and in Redis. An idle broker sends a write at
once. The busier the broker, the more writes share a round trip.
"""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis

Command = tuple[str | bytes | int, ...]


class GroupCommit:
    """Writes to `redis`, in the order of the calls."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, *command: str | bytes | int) -> Any:
        """Send a command and return the reply of Redis.

        Raises the error of this command. Other commands fail with it only if the connection fails.
        If the caller is cancelled, Redis still gets the command.
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
                answer.cancel()  # a caller still waits only if this task was cancelled

    async def _replies(self, commands: list[Command]) -> list[Any]:
        """The reply to each command, or its exception if it failed."""
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for command in commands:
                    pipe.execute_command(*command)
                replies: list[Any] = await pipe.execute(raise_on_error=False)
        except Exception as error:  # noqa: BLE001 - each caller gets the error
            return [error] * len(commands)
        return replies


def _settle(answer: asyncio.Future[Any], reply: Any) -> None:
    if answer.done():
        return  # the caller was cancelled
    if isinstance(reply, Exception):
        answer.set_exception(reply)
    else:
        answer.set_result(reply)
