"""Finds the request that an event with invalid data belongs to."""

from __future__ import annotations

from typing import cast

from functions.common.errors import InvalidMessageError
from functions.common.messages import analyses, fields
from functions.common.messages.events import FORECAST, ForecastRequested, Kind
from functions.common.messages.fields import Json
from functions.common.messages.message import SHOWN_CHARACTERS


def requested_by(data: object) -> ForecastRequested | None:
    """The request, as far as `data` can be read. None if there is no request id."""
    if not isinstance(data, dict):
        return None
    request_id = data.get("request_id")
    is_id = isinstance(request_id, str) and fields.REQUEST_ID.fullmatch(request_id)
    return _request(str(request_id), data) if is_id else None


def _request(request_id: str, data: Json) -> ForecastRequested:
    try:
        return ForecastRequested.from_data(data)
    except InvalidMessageError:
        symbol, days, kind = data.get("symbol"), data.get("days"), data.get("kind")
        return ForecastRequested(
            request_id,
            symbol[:SHOWN_CHARACTERS] if isinstance(symbol, str) else "",
            days if type(days) is int else 0,
            kind=cast("Kind", kind) if kind in analyses.KINDS else FORECAST,
        )
