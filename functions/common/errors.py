"""Stockcast's errors, grouped by how a function answers them.

- `RequestError`: trying again does not help. The request fails with the error's message.
- `TemporaryError`: trying again can help. The function answers 503 or 429, and the broker delivers
  the event again later.
- `ConfigurationError`: the operator must fix it. It stops a function at start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MOST_CAUSE = 120


class StockcastError(Exception):
    """The base of all errors that Stockcast raises. The message is written for users.

    A class may name its HTTP status, and the title and the slug of its problem type. Otherwise, it
    has those of its base.
    """

    status = 500
    title = "Internal error"
    slug = "internal"

    def __init_subclass__(cls, *, status: int = 0, title: str = "", slug: str = "") -> None:
        super().__init_subclass__()
        cls.status = status or cls.status
        cls.title = title or cls.title
        cls.slug = slug or cls.slug

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def cause(error: object) -> str:
    """Another program's error message, on one line and shortened, to quote in ours."""
    text = " ".join(str(error).split())
    return text if len(text) <= MOST_CAUSE else text[: MOST_CAUSE - 1] + "\N{HORIZONTAL ELLIPSIS}"


class ConfigurationError(StockcastError, title="Configuration error", slug="configuration"):
    """A setting is missing or invalid."""


class RequestError(
    StockcastError, status=422, title="The request cannot be answered", slug="request"
):
    """The request cannot be answered, and trying again does not help."""


class InvalidMessageError(RequestError, title="Invalid request", slug="invalid-request"):
    """Fields of a message are missing, unknown or wrong. `errors` has one error per field."""

    def __init__(self, errors: Sequence[InvalidFieldError]) -> None:
        super().__init__(" ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


class InvalidFieldError(InvalidMessageError, title="Invalid value", slug="invalid-field"):
    """One field is missing, of the wrong type, or out of range."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__([self])


class UnknownSymbolError(RequestError, status=404, title="Unknown symbol", slug="unknown-symbol"):
    """No provider has prices for the symbol.

    `suggestions` lists similar symbols, each with `symbol` and `name`.
    """

    def __init__(self, detail: str, *, suggestions: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.suggestions = suggestions


class TooLittleHistoryError(RequestError, title="Too little history", slug="too-little-history"):
    """The price history is too short to forecast from."""

    def __init__(self, symbol: str, rows: int, needed: int) -> None:
        super().__init__(
            f"{symbol} has {rows} daily prices. A forecast needs at least {needed}."
            " Choose a symbol that has been listed for longer."
        )


class ConflictError(RequestError, status=409, title="Conflict", slug="conflict"):
    """The id already belongs to a different request."""


class DeadlineError(RequestError, status=504, title="Deadline exceeded", slug="deadline"):
    """The request was not answered within REQUEST_DEADLINE."""

    def __init__(self, stage: str) -> None:
        super().__init__(
            f"The forecast was not ready in time. The request was still {stage}."
            " Submit it again. If it happens again, the service is overloaded or partly down."
        )


class KeyRefusedError(
    ConfigurationError,
    RequestError,
    title="The price provider rejects its API key",
    slug="key-refused",
):
    """A provider rejects its API key. The operator must set another one."""


class MalformedEventError(
    StockcastError, status=400, title="Malformed CloudEvent", slug="malformed-event"
):
    """The request is not a CloudEvent that this function accepts. Answered 400, never retried."""


class OversizedEventError(
    StockcastError, status=413, title="Event too large", slug="event-too-large"
):
    """An event is larger than the limit."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"The event has {size} bytes or more. The limit is {limit} bytes.")


class LargeHeadError(
    StockcastError,
    status=431,
    title="Request Header Fields Too Large",
    slug="request-header-fields-too-large",
):
    """The headers of a request are larger than the limit."""

    def __init__(self) -> None:
        super().__init__("The head of a request may have 32 KiB and 100 headers.")


class SlowBodyError(StockcastError, status=408, title="Body too slow", slug="body-too-slow"):
    """The body of a request does not arrive in time. Sending it again can help."""


class PricesGoneError(RequestError, status=410, title="Prices gone", slug="prices-gone"):
    """The prices that an event points to no longer exist."""

    def __init__(self, symbol: str) -> None:
        super().__init__(
            f"The prices of {symbol} were removed before the forecast was computed."
            " Submit the request again to fetch them again."
        )


class TemporaryError(
    StockcastError, status=503, title="Temporarily unavailable", slug="unavailable"
):
    """Something is down or busy. The same request can succeed later."""

    def __init__(self, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class BadAnswerError(TemporaryError, slug="bad-answer"):
    """A provider's answer does not match its documentation."""


class ThrottledError(
    TemporaryError, status=429, title="Too many requests", slug="too-many-requests"
):
    """A rate limit is used up. Try again after `retry_after_s` seconds."""
