"""How many submissions one client, and all of them together, may send in a minute.

stockcast:rate:{MINUTE}:client:CLIENT    how many the client has sent in it
stockcast:rate:{MINUTE}:all              how many all have, those left out that were refused
                                         for their client's sake
"""

from __future__ import annotations

from dataclasses import dataclass

from functions.common.errors import ThrottledError

MINUTE_S = 60

LUA = """
local function exceeded(cost, limits)
  for i, limit in ipairs(limits) do
    if tonumber(limit) > 0 then
      local count = redis.call('INCRBY', KEYS[i], cost)
      redis.call('EXPIRE', KEYS[i], 120)
      if count > tonumber(limit) then return i end
    end
  end
  return 0
end
"""
"""What a script that counts submissions begins with; its first keys are the counters.

`exceeded` answers which of the limits, counted from 1, is exceeded; 0: none.
"""
OF_ALL = 2


@dataclass(frozen=True)
class Rate:
    """A client, and its limit and that of all clients together a minute (0: no limit)."""

    client: str
    of_one: int
    of_all: int

    def limits(self) -> tuple[int, ...]:
        return (self.of_one, self.of_all) if self.of_one or self.of_all else ()

    def counters(self, now_s: float) -> tuple[str, ...]:
        """The keys that count against `limits` at this time."""
        minute = f"stockcast:rate:{{{int(now_s // MINUTE_S)}}}"
        return (f"{minute}:client:{self.client}", f"{minute}:all") if self.limits() else ()

    def refusal(self, exceeded: int, now_s: float) -> ThrottledError:
        """What the client is told where this one of `limits`, counted from 1, is exceeded."""
        wait_s = MINUTE_S - now_s % MINUTE_S
        whose = f"{self.of_one} requests a minute from {self.client}"
        if exceeded == OF_ALL:
            whose = f"{self.of_all} requests a minute from all callers together"
        return ThrottledError(f"More than {whose}; wait {wait_s:.0f} s.", retry_after_s=wait_s)


UNLIMITED = Rate("", 0, 0)
"""Of what is not counted, or has been."""
