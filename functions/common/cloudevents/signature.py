"""Signs events, to prove that their sender knows EVENT_TOKEN.

The extension attribute `signature` is the HMAC-SHA256 of the event's type and its data in canonical
form (RFC 8785). Subscribers and logs can see all attributes of an event, so the token itself is
never sent. A copied signature only lets someone send the same event again, which is harmless.
"""

from __future__ import annotations

import hashlib
import hmac

import rfc8785
from msgspec.structs import replace

from functions.common.cloudevents.event import Envelope
from functions.common.errors import MalformedEventError, StockcastError

EXTENSION = "signature"


class UnsignedEventError(StockcastError):
    """An event is not signed with our token. Answered 401, never retried."""

    status = 401
    title = "Event not signed"
    slug = "unsigned-event"


class Signer:
    """Signs with the first of `tokens` and accepts all of them, so that you can rotate tokens.

    Without tokens, it signs nothing and accepts every event.
    """

    def __init__(self, tokens: tuple[str, ...]) -> None:
        self._tokens = [token.encode() for token in tokens]

    @property
    def has_token(self) -> bool:
        return bool(self._tokens)

    def signed(self, event: Envelope) -> Envelope:
        """The event with its signature."""
        if not self._tokens:
            return event
        signature = _signature(self._tokens[0], event)
        return replace(event, extensions={**event.extensions, EXTENSION: signature})

    def check(self, event: Envelope) -> None:
        """Raises UnsignedEventError if there are tokens and none of them signed the event."""
        given = event.extensions.get(EXTENSION, "").encode()
        # Compare all tokens, each in constant time, so that timing reveals nothing.
        fitting = [
            hmac.compare_digest(_signature(token, event).encode(), given) for token in self._tokens
        ]
        if self._tokens and not any(fitting):
            state = "does not match the event" if given else "is missing"
            message = (
                f"The attribute {EXTENSION!r} {state}. Sign the event with EVENT_TOKEN:"
                f" `stockcast sign --type {event.type[:80]} --data ...` prints it."
            )
            raise UnsignedEventError(message)


def _signature(token: bytes, event: Envelope) -> str:
    # Canonical form (RFC 8785), because a broker may write 1.0 as 1 or sort the fields.
    try:
        data = rfc8785.dumps(event.data)
    except rfc8785.CanonicalizationError as error:
        message = f"The data of the event has no canonical form (RFC 8785): {error}"
        raise MalformedEventError(message) from error
    return hmac.new(token, f"{event.type}\n".encode() + data, hashlib.sha256).hexdigest()
