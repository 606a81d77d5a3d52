"""The routes of analyses."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from functions.common.messages.documents import AnalysisRequest
from functions.common.messages.submissions import ANALYSES
from functions.web.api import submission
from functions.web.api.requests import RequestApi
from functions.web.api.submission import Submission


class AnalysisApi(RequestApi):
    """A closer look at a stock's prices, in one of several ways."""

    PATH = "/api/analyses"

    def routes(self) -> Sequence[BaseRoute]:
        """Where each handler is found."""
        return self.described(
            list(ANALYSES.values()),
            AnalysisRequest,
            asks="Ask for an analysis of a symbol's prices",
            shows="An analysis, with its result once it is done",
            table="The table of the result",
        )

    def read(self, body: bytes) -> Submission:
        return submission.analysis(body)
