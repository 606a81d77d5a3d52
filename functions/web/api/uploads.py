"""The route of uploads: a file of prices comes in, and its symbol goes out."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from http import HTTPStatus

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.common.errors import InvalidFieldError, TemporaryError
from functions.common.messages.events import PricesUploaded
from functions.common.prices.uploads import MOST_BYTES, Upload, name_of
from functions.web.api import failures
from functions.web.limits.clients import Limits
from functions.web.limits.load_shedding import BusyError
from functions.web.publishing.publisher import Publisher
from functions.web.security import BodyTooLargeError, read_body
from functions.web.settings import Settings
from functions.web.stores.uploads import UploadStore

PATH = "/api/prices"
CSV, FORM = "text/csv", "multipart/form-data"
FORM_BYTES = 16 * 1024
"""What the form around a file may take."""
MOST_COLUMN_CHARACTERS = 200
MOST_AT_ONCE = 8
"""Uploads under way in one process: each holds its file in memory, and the form around it."""
BODY_WAIT_S = 60.0
READ_WAIT_S = 45.0
AGAIN_S = 5


class UploadApi:
    """The handler."""

    def __init__(
        self, settings: Settings, limits: Limits, store: UploadStore, publisher: Publisher
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._store = store
        self._publisher = publisher
        self._under_way = 0

    def routes(self) -> list[Route]:
        """Where it is found, if uploads are on."""
        return [Route(PATH, self.upload, methods=["POST"])] if self._settings.uploads else []

    async def upload(self, request: Request) -> Response:
        """Take a file: 201 once ingest has read it, 422 where it holds no prices."""
        content_type = _content_type(request)
        _refuse_other_sites(request, self._settings.cors_origins)
        await self._limits.admit(request)  # one that is refused has cost something, too
        if self._under_way >= MOST_AT_ONCE:
            message = f"{MOST_AT_ONCE} files are being uploaded already; try again shortly."
            raise BusyError(message, retry_after_s=AGAIN_S)
        self._under_way += 1
        try:
            return await self._taken(request, content_type)
        finally:
            self._under_way -= 1

    async def _taken(self, request: Request, content_type: str) -> Response:
        most = MOST_BYTES + (FORM_BYTES if content_type == FORM else 0)
        body = await read_body(request, most, timeout_s=BODY_WAIT_S)
        upload = await _from_form(request, body) if content_type == FORM else _given(request, body)
        if len(upload.body) > MOST_BYTES:
            raise BodyTooLargeError(f"The file has more than {MOST_BYTES} bytes.")
        await self._store.put(upload)
        event = PricesUploaded(upload.symbol, str(uuid.uuid4()))
        traceparent = request.headers.get("traceparent", "")
        await self._publisher.publish(event, f"upload-{event.upload_id}", traceparent)
        outcome = await self._store.outcome(event.upload_id, READ_WAIT_S)
        if outcome is None:
            message = "The file is not read yet; upload it again in a few seconds."
            raise TemporaryError(message, retry_after_s=AGAIN_S)
        if "status" in outcome:
            again = {"retry-after": str(AGAIN_S)} if outcome["status"] >= 500 else {}  # noqa: PLR2004
            return failures.answer(outcome, again)
        location = f"/api/symbols/{upload.symbol}/history"
        return JSONResponse(outcome, HTTPStatus.CREATED, {"location": location})


def _content_type(request: Request) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in {CSV, FORM}:
        detail = (
            f"The content type must be {CSV}, or {FORM} with the file as `file`, not"
            f" {given or 'missing'}."
        )
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    return given


def _refuse_other_sites(request: Request, allowed: tuple[str, ...]) -> None:
    """A browser posts a form for any page, without asking first."""
    if request.headers.get("sec-fetch-site") != "cross-site":
        return
    origin = request.headers.get("origin", "")
    if origin not in allowed and "*" not in allowed:
        detail = f"Pages of {origin[:100]!r} may not upload files here (CORS_ORIGINS)."
        raise HTTPException(HTTPStatus.FORBIDDEN, detail)


def _given(request: Request, body: bytes) -> Upload:
    """A file that is the body; the query names it."""
    query = request.query_params
    return _upload(query.get("name", ""), query.get("column", ""), body)


class _InMemory(MultiPartParser):
    """Keeps the file in memory, where it has been before, and not on a disk."""

    spool_max_size = MOST_BYTES + FORM_BYTES


async def _from_form(request: Request, body: bytes) -> Upload:
    """The file in a form."""

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = _InMemory(request.headers, whole(), max_files=1, max_fields=4, max_part_size=4096)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        told = error.message if isinstance(error, MultiPartException) else "no boundary"
        raise InvalidFieldError("file", f"cannot be found: {told.rstrip('.')}.") from error
    try:
        return await _of_form(form)
    finally:
        await form.close()


async def _of_form(form: FormData) -> Upload:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidFieldError("file", "is missing: send the file as the form's field `file`.")
    given = {field: form.get(field) or "" for field in ("name", "column")}
    if not all(isinstance(value, str) for value in given.values()):
        raise InvalidFieldError("name", "must be a text, not a file.")
    name = str(given["name"]) or file.filename or ""
    return _upload(name, str(given["column"]), await file.read())


def _upload(name: str, column: str, body: bytes) -> Upload:
    if len(column) > MOST_COLUMN_CHARACTERS:
        message = f"must be the name of a column, of at most {MOST_COLUMN_CHARACTERS} characters."
        raise InvalidFieldError("column", message)
    return Upload(name_of(name), column.strip(), body)
