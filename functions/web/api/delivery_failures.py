"""Turns an undelivered event into a failure of its request that says where and why it stopped."""

from __future__ import annotations

import base64
import binascii
import json

from functions.common.cloudevents.event import Envelope
from functions.common.errors import InvalidMessageError, RequestError
from functions.common.messages.bad_event import requested_by
from functions.common.messages.events import (
    TYPES,
    BatchRequested,
    ForecastRequested,
    PricesIngested,
)

STAGES = {
    ForecastRequested.TYPE: "fetching the prices",
    PricesIngested.TYPE: "computing the forecast",
    BatchRequested.TYPE: "handing over the members of the batch",
}
NO_ANSWER = ("", "0", "500")


class DeliveryError(
    RequestError, status=502, title="A stage of the forecast failed", slug="delivery"
):
    """A stage did not accept an event, even after the last try."""


def counted_type(dead: Envelope) -> str:
    """The type for the count of dead letters. Unknown types share one, to limit their number."""
    return dead.type if dead.type in TYPES else "other"


def failure_of(dead: Envelope) -> tuple[ForecastRequested, DeliveryError] | None:
    """The request that fails because of a dead letter, and the reason, or None without one."""
    if dead.type not in STAGES:
        return None
    requested = requested_by(dead.data)
    return (requested, DeliveryError(_reason(dead))) if requested else None


def batch_failure_of(dead: Envelope) -> tuple[str, DeliveryError] | None:
    """The batch that fails because of a dead letter, and the reason, or None without one."""
    if dead.type != BatchRequested.TYPE or not isinstance(dead.data, dict):
        return None
    try:
        return BatchRequested.from_data(dead.data).batch_id, DeliveryError(_reason(dead))
    except InvalidMessageError:
        return None


def _reason(dead: Envelope) -> str:
    stage = STAGES[dead.type]
    code = dead.extensions.get("knativeerrorcode", "")
    answer = _answer_text(dead.extensions.get("knativeerrordata", ""))
    about = f"answered {code}" if code not in NO_ANSWER or answer else "did not answer"
    return f"Stopped while {stage}: the function {about}{': ' + answer if answer else '.'}"


def _answer_text(data: str) -> str:
    """The answer of the function that refused. Knative sends it as base64, others as text."""
    try:
        text = base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        text = data
    try:
        problem = json.loads(text)
    except ValueError:
        return text.strip()
    return str(problem.get("detail", text)) if isinstance(problem, dict) else text
