"""Forecasts: where could this stock be in N days?"""

from __future__ import annotations

from functions.common.messages.documents.forecasts import ForecastRequest
from functions.common.messages.submissions import ForecastSubmission
from functions.web.api import submission
from functions.web.api.requests import RequestKind

FORECASTS = RequestKind(
    "/api/forecasts",
    submission.forecast,
    (ForecastSubmission,),
    ForecastRequest,
    asks="Request a forecast",
    shows="Get a forecast. It contains the result when the status is `done`",
    table="Download the result as a table, with one row per session",
)
