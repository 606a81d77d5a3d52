"""Posts events that are not replies."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.routing import addresses
from functions.common.errors import TemporaryError, cause

CONNECT_TIMEOUT_S = 2.0
REPLY_TIMEOUT_S = 10.0


class Sink:
    """Posts CloudEvents in binary mode to `url`. Any 2xx answer counts as accepted.

    If `url` contains `{function}`, it stands for one address per function (see routing.py). The
    sink then drops an event that no function takes, as a broker would.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def _pool(self) -> Any:
        import urllib3

        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=REPLY_TIMEOUT_S)
        return urllib3.PoolManager(timeout=timeout, retries=False)

    def post(self, event: Envelope) -> None:
        """Post the event. Raises TemporaryError if the sink does not accept it."""
        for url in addresses(self.url, event):
            self._post_to(url, event)

    def _post_to(self, url: str, event: Envelope) -> None:
        from urllib3.exceptions import HTTPError

        headers, body = event.to_binary()
        try:
            answer = self._pool.request("POST", url, headers=headers, body=body)
        except HTTPError as error:
            message = f"The sink {url} does not answer: {cause(error)}"
            raise TemporaryError(message, retry_after_s=2) from error
        if not 200 <= answer.status < 300:  # noqa: PLR2004
            message = f"The sink {url} answered {answer.status} to {event.type}."
            raise TemporaryError(message, retry_after_s=2)
