"""The routes of forecasts."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from functions.common.messages.documents import ForecastRequest
from functions.common.messages.submissions import ForecastSubmission
from functions.web.api import submission
from functions.web.api.requests import RequestApi
from functions.web.api.submission import Submission


class ForecastApi(RequestApi):
    """Where could this stock be in N days?"""

    PATH = "/api/forecasts"

    def routes(self) -> Sequence[BaseRoute]:
        """Where each handler is found."""
        return self.described(
            [ForecastSubmission],
            ForecastRequest,
            asks="Ask for a forecast",
            shows="A request, with its result once it is done",
            table="The result as a table, one row a session",
        )

    def read(self, body: bytes) -> Submission:
        return submission.forecast(body)
