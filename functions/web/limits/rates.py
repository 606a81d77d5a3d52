"""Limits the submissions per minute of each client and of all clients together.

stockcast:rate:{rate}:client:CLIENT    submissions of the client in the current minute
stockcast:rate:{rate}:all              submissions of all clients, without those that exceeded the
                                  limit of their client

The minute starts with the first submission. Redis keeps the time, so clocks of web do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from functions.common.errors import ThrottledError
from functions.common.requests.steps import Part

OF_ALL = 2


class Rate(Struct, frozen=True):
    """A client, its limit per minute and the limit of all clients (0 means no limit)."""

    client: str
    of_one: int
    of_all: int

    def limits(self) -> tuple[int, ...]:
        return (self.of_one, self.of_all) if self.of_one or self.of_all else ()

    def counting(self, cost: int = 1) -> list[Part]:
        """The Redis steps that count a submission toward `limits`. Empty without limits."""
        if not self.limits():
            return []
        counters = (f"stockcast:rate:{{rate}}:client:{self.client}", "stockcast:rate:{rate}:all")
        return [Part("admit", counters, (cost, *self.limits()))]

    def check(self, reply: Sequence[int]) -> None:
        """Raise ThrottledError if the reply to `counting` shows that a limit is exceeded."""
        exceeded, left_ms = reply
        if not exceeded:
            return
        wait_s = max(left_ms, 0) / 1000
        whose = f"{self.of_one} requests a minute from {self.client}"
        if exceeded == OF_ALL:
            whose = f"{self.of_all} requests a minute from all callers together"
        raise ThrottledError(f"More than {whose}. Wait {wait_s:.0f} s.", retry_after_s=wait_s)


UNLIMITED = Rate("", 0, 0)
"""The rate of requests that do not count or are already counted."""
