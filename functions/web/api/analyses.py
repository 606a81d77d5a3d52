"""The routes of analyses."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from functions.common.messages.documents.analyses import AnalysisRequest
from functions.common.messages.submissions import ANALYSES
from functions.web.api import submission
from functions.web.api.requests import RequestApi
from functions.web.api.submission import Submission


class AnalysisApi(RequestApi):
    """Handles analyses of a stock's prices."""

    PATH = "/api/analyses"

    def routes(self) -> Sequence[BaseRoute]:
        """The routes of analyses."""
        return self.described(
            list(ANALYSES.values()),
            AnalysisRequest,
            asks="Request an analysis of a symbol's prices",
            shows="Get an analysis. It contains the result when the status is `done`",
            table="Get the table of the result",
        )

    def read(self, body: bytes) -> Submission:
        return submission.analysis(body)
