"""Claims make sure that only one worker does a piece of work, and that others get its outcome.

One atomic `SET NX PX` claims the work with a lease. The holder renews the lease while it works. If
its process dies, the claim expires within LEASE_S. When the work is complete, the outcome replaces
the claim. Later callers (a duplicate event, an equal request) get the outcome.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from msgspec import Struct

from functions.common.errors import TemporaryError
from functions.common.requests.steps import Part, Steps

LEASE_S = 8.0
RENEW_EVERY_S = 2.0
POLL_S = 0.025
PATIENCE_S = 20.0


class Outcome(Struct, frozen=True):
    """The outcome of work that was completed earlier."""

    value: Any


class Claiming(Protocol):
    """The interface of `Claims`."""

    def claimed(self, key: str) -> AbstractContextManager[Claim | Outcome]: ...

    def complete(self, key: str, value: Any, ttl_s: float) -> None: ...


class Claim:
    """The exclusive right to do a piece of work, until it is completed or released."""

    def __init__(self, claims: Claiming, key: str) -> None:
        self._claims = claims
        self.key = key
        self.is_completed = False

    def complete(self, value: Any, ttl_s: float) -> None:
        """Store `value` (JSON) as the outcome for `ttl_s` seconds."""
        self._claims.complete(self.key, value, ttl_s)
        self.is_completed = True


class Claims:
    """Claims in Redis. If another worker holds a claim, waits for it for up to `patience_s`."""

    def __init__(self, steps: Steps, *, patience_s: float = PATIENCE_S) -> None:
        self._steps = steps
        self._patience_s = patience_s
        self._leases = Leases(steps)

    @contextmanager
    def claimed(self, key: str) -> Iterator[Claim | Outcome]:
        """The right to work on `key`, or the outcome if the work is already done.

        If the work is not completed on exit, releases the claim, so that others can try at once.
        Raises TemporaryError if another worker holds the claim for longer than `patience_s`.
        """
        token = new_token()

        def claim() -> Claim | Outcome | None:
            [standing] = self._steps.run(claiming(key, token))
            if standing == b"ours":
                return Claim(self, key)
            return outcome(standing)

        standing: Claim | Outcome = waiting_for(claim, self._patience_s)
        if isinstance(standing, Outcome):
            yield standing
            return
        self._leases.hold(key, token)
        try:
            yield standing
        finally:
            self._leases.end(key)
            if not standing.is_completed:
                self._leases.release({key: token})

    def complete(self, key: str, value: Any, ttl_s: float) -> None:
        self._steps.run(settling(key, value, ttl_s))


class Leases:
    """Renews the claims that this process holds, as long as the process runs."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._held: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None

    def hold(self, key: str, token: bytes) -> None:
        with self._lock:
            self._held[key] = token
            # Started on first use: gunicorn forks after the module is imported.
            if self._keeper is None or not self._keeper.is_alive():
                self._keeper = threading.Thread(target=self._keep, name="claim-keeper", daemon=True)
                self._keeper.start()

    def end(self, key: str) -> None:
        with self._lock:
            self._held.pop(key, None)

    def release(self, held: dict[str, bytes]) -> None:
        """Release claims. `held` maps their keys to their tokens."""
        try:
            self._steps.run(*(Part("release", (key,), (token,)) for key, token in held.items()))
        except TemporaryError:
            return  # the leases expire by themselves, and the first error matters more

    def _keep(self) -> None:
        while True:
            time.sleep(RENEW_EVERY_S)
            with self._lock:
                held = list(self._held.items())
            for key, token in held:
                try:
                    self._steps.run(Part("renew", (key,), (token, lease_ms())))
                except Exception:  # noqa: BLE001 - tried again in RENEW_EVERY_S
                    break


def new_token() -> bytes:
    """A token that identifies the holder of a claim."""
    return b"?" + secrets.token_hex(16).encode()


def lease_ms() -> int:
    return int(LEASE_S * 1000)


def claiming(key: str, token: bytes) -> Part:
    """The part that claims a piece of work."""
    return Part("claim", (key,), (token, lease_ms()))


def settling(key: str, value: Any, ttl_s: float) -> Part:
    """The part that replaces the claim with the outcome."""
    return Part("settle", (key,), (kept(value), max(1, int(ttl_s * 1000))))


def kept(value: Any) -> bytes:
    """How Redis stores an outcome."""
    return b"=" + json.dumps(value, separators=(",", ":")).encode()


def outcome(standing: bytes) -> Outcome | None:
    """The stored outcome. None if `standing` is another worker's claim."""
    return Outcome(json.loads(standing[1:])) if standing.startswith(b"=") else None


def waiting_for(attempt: Callable[[], Any], patience_s: float) -> Any:
    """The first result of `attempt` that is not None. Raises TemporaryError after `patience_s`."""
    give_up = time.monotonic() + patience_s
    while (found := attempt()) is None:
        if time.monotonic() > give_up:
            message = "Another worker is still doing the same work. Try again shortly."
            raise TemporaryError(message, retry_after_s=1)
        time.sleep(POLL_S)
    return found
