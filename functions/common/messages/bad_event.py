"""The request that an event is about whose data cannot be used."""

from __future__ import annotations

from functions.common.errors import InvalidFieldError
from functions.common.messages import analyses, fields
from functions.common.messages.events import FORECAST, ForecastRequested
from functions.common.messages.fields import Json


def requested_by(data: object) -> ForecastRequested | None:
    """What was asked, as far as it can be read; None where it has no request id."""
    if not isinstance(data, dict):
        return None
    try:
        request_id = fields.request_id(data, "request_id")
    except InvalidFieldError:
        return None
    return _asked(request_id, data)


def _asked(request_id: str, data: Json) -> ForecastRequested:
    try:
        return ForecastRequested.from_data(data)
    except InvalidFieldError:
        symbol, days, kind = data.get("symbol"), data.get("days"), data.get("kind")
        return ForecastRequested(
            request_id,
            symbol[: fields.SHOWN_CHARACTERS] if isinstance(symbol, str) else "",
            days if type(days) is int else 0,
            kind=str(kind) if kind in analyses.KINDS else FORECAST,
        )
