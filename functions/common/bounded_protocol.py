"""uvicorn's HTTP protocol with a limit on the request head. uvicorn itself sets none."""

from __future__ import annotations

import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from functions.common.errors import LargeHeadError
from functions.common.problems import from_error
from functions.common.request_heads import MOST_BYTES, MOST_FIELDS

BODY = json.dumps(from_error(LargeHeadError()), separators=(",", ":")).encode()
REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: application/problem+json\r\n"
    b"cache-control: no-store\r\n"
    b"connection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
) % (len(BODY), BODY)
LINGER_S = 2.0
"""How long to discard further input, so that the sender can read the answer."""


class TooLargeError(Exception):
    """The head is too large. Raising it stops the parser."""


class BoundedProtocol(HttpToolsProtocol):
    """Answers 431 as soon as a request head is too large, and reads no more of it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._is_in_head = True
        self._came = 0
        self._counted = 0
        self._is_refused = False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        self._came = self._counted = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value) + 4)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_in_head and not self._is_refused:
            # Nothing else counts the bytes of an unfinished header.
            self._came += len(data)
            if self._came > MOST_BYTES:
                self._refuse()

    def send_400_response(self, msg: str) -> None:
        if self._counted > MOST_BYTES or len(self.headers or ()) > MOST_FIELDS:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _count(self, size: int) -> None:
        self._counted += size
        if self._counted > MOST_BYTES or len(self.headers) > MOST_FIELDS:
            raise TooLargeError

    def _refuse(self) -> None:
        self._is_refused = True
        earlier: Any = self.cycle
        if earlier and not earlier.response_complete:
            self.transport.abort()  # an earlier answer is on its way
            return
        self.transport.write(REFUSAL)
        self.loop.call_later(LINGER_S, self.transport.close)
