"""Analyses of a stock's prices."""

from __future__ import annotations

from functions.common.messages.documents.analyses import AnalysisRequest
from functions.common.messages.submissions import ANALYSES as SUBMISSIONS
from functions.web.api import submission
from functions.web.api.requests import RequestKind

ANALYSES = RequestKind(
    "/api/analyses",
    submission.analysis,
    tuple(SUBMISSIONS.values()),
    AnalysisRequest,
    asks="Request an analysis of a symbol's prices",
    shows="Get an analysis. It contains the result when the status is `done`",
    table="Get the table of the result",
)
