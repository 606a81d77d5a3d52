"""The kinds of requests: forecasts (where could this stock be in N days?) and analyses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from functions.common.messages.documents.analyses import AnalysisRequest
from functions.common.messages.documents.forecasts import ForecastRequest
from functions.common.messages.submissions import ANALYSES as OF_ANALYSES
from functions.common.messages.submissions import ForecastSubmission
from functions.web.api import submission


class RequestKind(Struct, frozen=True):
    """One kind of request: where callers submit it, as which message, and what they get.

    `read` raises BadBodyError if a body is not JSON, InvalidMessageError if it is wrong. `asks`,
    `shows` and `table` are the summaries of submitting, reading and downloading a request.
    """

    path: str
    read: Callable[[bytes], submission.Submission]
    bodies: tuple[Any, ...]
    document: type
    asks: str
    shows: str
    table: str


FORECASTS = RequestKind(
    "/api/forecasts",
    submission.forecast,
    (ForecastSubmission,),
    ForecastRequest,
    asks="Request a forecast",
    shows="Get a forecast. It contains the result when the status is `done`",
    table="Download the result as a table, with one row per session",
)

ANALYSES = RequestKind(
    "/api/analyses",
    submission.analysis,
    tuple(OF_ANALYSES.values()),
    AnalysisRequest,
    asks="Request an analysis of a symbol's prices",
    shows="Get an analysis. It contains the result when the status is `done`",
    table="Get the table of the result",
)
