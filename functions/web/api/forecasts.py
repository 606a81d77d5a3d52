"""The routes of forecasts."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from functions.common.messages.documents.forecasts import ForecastRequest
from functions.common.messages.submissions import ForecastSubmission
from functions.web.api import submission
from functions.web.api.requests import RequestApi
from functions.web.api.submission import Submission


class ForecastApi(RequestApi):
    """Handles forecasts: where could this stock be in N days?"""

    PATH = "/api/forecasts"

    def routes(self) -> Sequence[BaseRoute]:
        """The routes of forecasts."""
        return self.described(
            [ForecastSubmission],
            ForecastRequest,
            asks="Request a forecast",
            shows="Get a forecast. It contains the result when the status is `done`",
            table="Download the result as a table, with one row per session",
        )

    def read(self, body: bytes) -> Submission:
        return submission.forecast(body)
