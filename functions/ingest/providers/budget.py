"""Keeps all workers together below a provider's limits, with a sliding window in Redis."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from functions.common.errors import ThrottledError
from functions.common.redis_client import failures_are_temporary
from functions.ingest.settings import Limit

SPEND = """
local time, longest, wait = redis.call('TIME'), 0, 0
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #ARGV, 2 do
  longest = math.max(longest, tonumber(ARGV[i + 1]))
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
for i = 2, #ARGV, 2 do
  local most, window = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local since = '(' .. (now - window)
  local spent = redis.call('ZCOUNT', KEYS[1], since, '+inf')
  if spent >= most then
    local first = redis.call('ZRANGEBYSCORE', KEYS[1], since, '+inf', 'WITHSCORES',
                             'LIMIT', spent - most, 1)
    wait = math.max(wait, tonumber(first[2]) + window - now)
  end
end
if wait == 0 then
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], longest)
end
return math.ceil(wait)
"""
"""Counts one call if the budget allows it.

KEYS: the budget. ARGV: a unique name, then the limit and window (ms) of each limit.

Returns how many milliseconds to wait. 0 means that the call is counted and can start. The script
uses Redis's clock, because a worker whose clock is ahead would use up the budget for all.
"""


class Budget:
    """The budget of calls to one provider."""

    def __init__(self, redis: Any, provider: str, limits: Sequence[Limit]) -> None:
        self._provider = provider
        self._limits = [limit for limit in limits if limit.most]
        self._key = f"stockcast:budget:{{{provider}}}"
        self._script = redis.register_script(SPEND)

    def spend(self) -> None:
        """Count one call. Raises ThrottledError, with the time to wait, if no call is left."""
        if not self._limits:
            return
        arguments: list[Any] = [secrets.token_hex(8)]
        for limit in self._limits:
            arguments += [limit.most, limit.window_s * 1000]
        with failures_are_temporary():
            wait_ms = self._script(keys=[self._key], args=arguments)
        if wait_ms:
            named = ", ".join(f"{limit.variable}={limit.most}" for limit in self._limits)
            message = f"The budget of calls to {self._provider} is used up for now ({named})."
            raise ThrottledError(message, retry_after_s=wait_ms / 1000)
