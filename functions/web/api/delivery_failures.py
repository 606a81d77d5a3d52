"""What becomes of an event that nobody took: its request fails, saying where and why."""

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


class DeliveryError(RequestError):
    """A stage did not take an event, even after the last try."""

    status = 502
    title = "A stage of the forecast failed"
    slug = "delivery"


def counted_type(dead: Envelope) -> str:
    """The type under which a dead letter is counted: anybody's types would be too many."""
    return dead.type if dead.type in TYPES else "other"


def failure_of(dead: Envelope) -> tuple[ForecastRequested, DeliveryError] | None:
    """The request a dead letter ends, and the reason; None where it is about no request."""
    if dead.type not in STAGES:
        return None
    requested = requested_by(dead.data)
    return (requested, DeliveryError(_reason(dead))) if requested else None


def batch_failure_of(dead: Envelope) -> tuple[str, DeliveryError] | None:
    """The batch that a dead letter ends, and the reason; None where it is about no batch."""
    if dead.type != BatchRequested.TYPE or not isinstance(dead.data, dict):
        return None
    try:
        return BatchRequested.from_data(dead.data).batch_id, DeliveryError(_reason(dead))
    except InvalidMessageError:
        return None


def _reason(dead: Envelope) -> str:
    stage = STAGES[dead.type]
    code = dead.extensions.get("knativeerrorcode", "")
    said = _said(dead.extensions.get("knativeerrordata", ""))
    about = f"answered {code}" if code not in NO_ANSWER or said else "did not answer"
    return f"Stopped while {stage}: the function {about}{': ' + said if said else '.'}"


def _said(data: str) -> str:
    """The answer of the function that refused; base64, as Knative carries it, or as it is."""
    try:
        text = base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        text = data
    try:
        problem = json.loads(text)
    except ValueError:
        return text.strip()
    return str(problem.get("detail", text)) if isinstance(problem, dict) else text
