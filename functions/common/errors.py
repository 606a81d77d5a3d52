"""The errors Stockcast tells apart, by what the answer to them is.

A `RequestError` cannot get better by trying again: the request is failed with its message. A
`TemporaryError` can: the event is answered 503 (or 429) and delivered again later. A
`ConfigurationError` is the operator's to mend and stops a function at start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MOST_CAUSE = 120


class StockcastError(Exception):
    """Anything Stockcast raises on purpose; its message is written for a person."""

    status = 500
    title = "Internal error"
    slug = "internal"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def cause(error: object) -> str:
    """What another program said, on one line and short, so that our own words fit beside it."""
    text = " ".join(str(error).split())
    return text if len(text) <= MOST_CAUSE else text[: MOST_CAUSE - 1] + "\N{HORIZONTAL ELLIPSIS}"


class ConfigurationError(StockcastError):
    """A setting is missing or cannot be used."""

    title = "Configuration error"
    slug = "configuration"


class RequestError(StockcastError):
    """What was asked cannot be answered, however often it is tried."""

    status = 422
    title = "The request cannot be answered"
    slug = "request"


class InvalidMessageError(RequestError):
    """Fields of a message are missing, unknown or wrong; `errors` lists each."""

    title = "Invalid request"
    slug = "invalid-request"

    def __init__(self, errors: Sequence[InvalidFieldError]) -> None:
        super().__init__(" ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


class InvalidFieldError(InvalidMessageError):
    """One field is missing, of the wrong type, or out of range."""

    title = "Invalid value"
    slug = "invalid-field"

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__([self])


class UnknownSymbolError(RequestError):
    """No provider has prices for the symbol. `suggestions` are others: `symbol` and `name`."""

    status = 404
    title = "Unknown symbol"
    slug = "unknown-symbol"

    def __init__(self, detail: str, *, suggestions: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.suggestions = suggestions


class TooLittleHistoryError(RequestError):
    """The price history is too short to forecast from."""

    title = "Too little history"
    slug = "too-little-history"

    def __init__(self, symbol: str, rows: int, needed: int) -> None:
        super().__init__(
            f"{symbol} has {rows} daily prices; a forecast needs at least {needed}."
            " Choose a symbol that has been listed for longer."
        )
        self.rows = rows
        self.needed = needed


class ConflictError(RequestError):
    """An id was used before for something else."""

    status = 409
    title = "Conflict"
    slug = "conflict"


class DeadlineError(RequestError):
    """The request was not answered within REQUEST_DEADLINE."""

    status = 504
    title = "Deadline exceeded"
    slug = "deadline"

    def __init__(self, stage: str) -> None:
        super().__init__(
            f"The forecast was not ready in time; the request was still {stage}."
            " Submit it again; if it happens again, the service is overloaded or partly down."
        )
        self.stage = stage


class KeyRefusedError(ConfigurationError, RequestError):
    """A provider refuses the key it was given; the operator has to set another."""

    title = "The provider of prices refuses the key"
    slug = "key-refused"


class MalformedEventError(StockcastError):
    """What arrived is not a CloudEvent this function can take; answered 400, never retried."""

    status = 400
    title = "Malformed CloudEvent"
    slug = "malformed-event"


class OversizedEventError(StockcastError):
    """An event is larger than any of ours."""

    status = 413
    title = "Event too large"
    slug = "event-too-large"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"The event has {size} bytes or more; at most {limit} are taken.")


class LargeHeadError(StockcastError):
    """The headers of a request are larger than any of ours."""

    status = 431
    title = "Request Header Fields Too Large"
    slug = "request-header-fields-too-large"

    def __init__(self) -> None:
        super().__init__("The head of a request may have 32 KiB and 100 headers.")


class SlowBodyError(StockcastError):
    """A body does not come; the same one may another time."""

    status = 408
    title = "Body too slow"
    slug = "body-too-slow"


class PricesGoneError(RequestError):
    """The prices that an event points to are not there."""

    status = 410
    title = "Prices gone"
    slug = "prices-gone"

    def __init__(self, symbol: str) -> None:
        super().__init__(
            f"The prices of {symbol} have been removed since they were fetched, before the"
            " forecast was computed. Submit the request again: they are fetched anew."
        )


class TemporaryError(StockcastError):
    """Something is down or busy; the same request may succeed later."""

    status = 503
    title = "Temporarily unavailable"
    slug = "unavailable"

    def __init__(self, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class BadAnswerError(TemporaryError):
    """A provider answered something that no documented answer looks like."""

    slug = "bad-answer"


class ThrottledError(TemporaryError):
    """Somebody's rate limit is used up; try again after `retry_after_s` seconds."""

    status = 429
    title = "Too many requests"
    slug = "too-many-requests"
