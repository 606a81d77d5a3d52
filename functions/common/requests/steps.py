"""Runs the steps of a request's life in Redis. A step has several parts, run by one script.

On Redis Cluster, the keys of different parts can be on different nodes. There, each part runs as a
script of its own, in the same order. If a step fails halfway, it is repeated from the start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from redis.exceptions import NoScriptError

from functions.common.redis_client import failures_are_temporary

LUA = Path(__file__).with_name("steps.lua").read_text(encoding="utf-8")
Argument = str | bytes | int


class Part(Struct, frozen=True):
    """One of the parts in steps.lua, which describes its keys and arguments."""

    name: str
    keys: Sequence[str]
    arguments: Sequence[Argument] = ()


class Script:
    """A script that is sent to Redis once, then called by its digest."""

    def __init__(self, redis: Any, text: str) -> None:
        self._redis = redis
        self._text = text
        self._digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run the script and return its reply. Raises TemporaryError if Redis fails."""
        with failures_are_temporary():
            try:
                return self._redis.evalsha(self._digest, len(keys), *keys, *arguments)
            except NoScriptError:
                return self._redis.eval(self._text, len(keys), *keys, *arguments)

    async def awaited(self, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The same through an asynchronous client."""
        with failures_are_temporary():
            try:
                return await self._redis.evalsha(self._digest, len(keys), *keys, *arguments)
            except NoScriptError:
                return await self._redis.eval(self._text, len(keys), *keys, *arguments)


class Steps:
    """Runs steps through a redis-py client: `run` if it is synchronous, `awaited` if not."""

    def __init__(self, redis: Any, *, are_split: bool) -> None:
        self.redis = redis
        self.are_split = are_split
        self._script = Script(redis, LUA)

    def run(self, *parts: Part) -> list[Any]:
        """The reply of each part. If a part stops the step, the rest have no reply.

        Raises TemporaryError if Redis fails.
        """
        replies: list[Any] = []
        for step in self._steps(parts):
            has_stopped, *answer = self._script(*_packed(step))
            replies += answer
            if has_stopped:
                break
        return replies

    async def awaited(self, *parts: Part) -> list[Any]:
        """The same through an asynchronous client."""
        replies: list[Any] = []
        for step in self._steps(parts):
            has_stopped, *answer = await self._script.awaited(*_packed(step))
            replies += answer
            if has_stopped:
                break
        return replies

    def _steps(self, parts: Sequence[Part]) -> list[Sequence[Part]]:
        return [[part] for part in parts] if self.are_split else [parts]


def _packed(parts: Sequence[Part]) -> tuple[list[str], list[Argument]]:
    keys: list[str] = []
    arguments: list[Argument] = []
    for part in parts:
        keys += part.keys
        arguments += (part.name, len(part.keys), len(part.arguments), *part.arguments)
    return keys, arguments
