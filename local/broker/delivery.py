"""Knative's delivery rules: what counts as delivered, when to retry, and when to give up."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.http_client import Answer
from functions.common.errors import MalformedEventError

RETRIED = frozenset({404, 408, 409, 429})
DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
LONGEST_BACKOFF_S = 60.0
ERROR_DATA_BYTES = 1024


class BadDeliveryError(ValueError):
    """A `delivery` cannot be read. The message shows the value."""


class Verdict(Enum):
    """What an answer of a function means for the event."""

    TAKEN = "taken"
    RETRY = "retry"
    DEAD = "dead"


@dataclass(frozen=True)
class Delivery:
    """A Trigger's `delivery`. `retry` is the number of tries after the first one."""

    retry: int = 0
    is_exponential: bool = True
    backoff_delay_s: float = 0.2
    timeout_s: float = 30.0
    dead_letter_url: str | None = None

    @classmethod
    def read(cls, spec: Mapping[str, Any], dead_letter_url: str | None) -> Delivery:
        """Read the fields of a manifest. Raises BadDeliveryError if one is invalid."""
        policy = spec.get("backoffPolicy", "exponential")
        if policy not in {"exponential", "linear"}:
            message = f"backoffPolicy must be exponential or linear, not {policy!r}."
            raise BadDeliveryError(message)
        retry = spec.get("retry", 0)
        if type(retry) is not int or retry < 0:
            message = f"retry must be a whole number of at least 0, not {retry!r}."
            raise BadDeliveryError(message)
        return cls(
            retry=retry,
            is_exponential=policy == "exponential",
            backoff_delay_s=seconds(spec.get("backoffDelay", "PT0.2S")),
            timeout_s=seconds(spec.get("timeout", "PT30S")),
            dead_letter_url=dead_letter_url,
        )

    def wait_s(self, attempt: int, retry_after_s: float = 0.0) -> float:
        """How long to wait after try number `attempt` (from 1) before the next try."""
        factor = 2.0 ** (attempt - 1) if self.is_exponential else float(attempt)
        return max(min(self.backoff_delay_s * factor, LONGEST_BACKOFF_S), retry_after_s)


def retry_after_s(answer: Answer) -> float:
    """How long the function asks to wait. 0 if it does not say so in whole seconds."""
    value = answer.headers.get("retry-after", "")
    is_number = value.isascii() and value.isdigit()
    return min(float(value), LONGEST_BACKOFF_S) if is_number else 0.0


def judge(answer: Answer) -> tuple[Verdict, Envelope | None]:
    """What `answer` means, and the reply event in it. Its status is 0 if there was no answer."""
    if 200 <= answer.status < 300:  # noqa: PLR2004
        if not answer.body and not cloudevent.is_event(answer.headers):
            return Verdict.TAKEN, None
        try:
            return Verdict.TAKEN, cloudevent.parse(answer.headers, answer.body)
        except MalformedEventError:
            return Verdict.RETRY, None  # the delivery fails if the body is not an event
    if answer.status == 0 or answer.status >= 500 or answer.status in RETRIED:  # noqa: PLR2004
        return Verdict.RETRY, None
    return Verdict.DEAD, None


def dead_letter(event: Envelope, destination: str, answer: Answer) -> Envelope:
    """The event for the dead letter sink, with the failed destination, the code and the answer."""
    reason = base64.b64encode(answer.body[:ERROR_DATA_BYTES]).decode()
    extensions = {
        **event.extensions,
        "knativeerrordest": destination,
        "knativeerrorcode": str(answer.status or 500),
        "knativeerrordata": reason,
    }
    return Envelope(
        event.id, event.source, event.type, event.data, event.subject, event.time, extensions
    )


def seconds(duration: str) -> float:
    """An ISO 8601 duration such as `PT0.5S` or `PT2M`, in seconds.

    Raises BadDeliveryError if the text is not a duration.
    """
    match = DURATION.fullmatch(duration)
    if not match or not any(match.groups()):
        message = f"{duration!r} is not an ISO 8601 duration such as PT0.5S or PT2M."
        raise BadDeliveryError(message)
    days, hours, minutes, rest = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + rest
