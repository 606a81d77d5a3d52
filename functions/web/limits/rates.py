"""How many submissions one client, and all of them together, may send in a minute.

stockcast:rate:{rate}:client:CLIENT    how many the client has sent since the first, for a minute
stockcast:rate:{rate}:all              how many all have, those left out that were refused for their
                                  client's sake

Redis ends the minute, whatever the clocks of the web processes say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from functions.common.errors import ThrottledError
from functions.common.requests.steps import Part

OF_ALL = 2


@dataclass(frozen=True)
class Rate:
    """A client, and its limit and that of all clients together a minute (0: no limit)."""

    client: str
    of_one: int
    of_all: int

    def limits(self) -> tuple[int, ...]:
        return (self.of_one, self.of_all) if self.of_one or self.of_all else ()

    def counting(self, cost: int = 1) -> list[Part]:
        """What counts a submission against `limits`; nothing where there are none."""
        if not self.limits():
            return []
        counters = (f"stockcast:rate:{{rate}}:client:{self.client}", "stockcast:rate:{rate}:all")
        return [Part("admit", counters, (cost, *self.limits()))]

    def check(self, reply: Sequence[int]) -> None:
        """ThrottledError where the reply to `counting` says that a limit is exceeded."""
        exceeded, left_ms = reply
        if not exceeded:
            return
        wait_s = max(left_ms, 0) / 1000
        whose = f"{self.of_one} requests a minute from {self.client}"
        if exceeded == OF_ALL:
            whose = f"{self.of_all} requests a minute from all callers together"
        raise ThrottledError(f"More than {whose}; wait {wait_s:.0f} s.", retry_after_s=wait_s)


UNLIMITED = Rate("", 0, 0)
"""Of what is not counted, or has been."""
