"""The route of uploads: it takes a price file and returns its symbol."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Sequence
from http import HTTPStatus

from msgspec import Struct
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.common.errors import InvalidFieldError, TemporaryError
from functions.common.messages.documents.prices import PriceFile
from functions.common.messages.events import PricesUploaded
from functions.common.messages.submissions import UploadQuery
from functions.common.prices.uploads import MOST_BYTES, Upload, name_of
from functions.web.description.operations import DOWN, THROTTLED, Operation
from functions.web.limits.clients import Limits
from functions.web.limits.load_shedding import BusyError
from functions.web.problem_answer import problem_answer
from functions.web.publishing.publisher import Publisher
from functions.web.security import BodyTooLargeError, read_body
from functions.web.settings import Settings
from functions.web.stores.uploads import UploadStore

PATH = "/api/prices"
CSV, FORM = "text/csv", "multipart/form-data"
FORM_BYTES = 16 * 1024
"""The maximum size of the form around a file."""
TOO_LARGE = "The file is larger than 5 MB. Leave out columns or the oldest rows."
MOST_AT_ONCE = 4
"""The most parallel uploads in one process, because each keeps its file and form in memory."""
BODY_WAIT_S = 60.0
READ_WAIT_S = 45.0
AGAIN_S = 5
PROBLEMS = {
    403: "A page of another site sent the form (see CORS_ORIGINS).",
    404: "Uploads are turned off (UPLOADS).",
    408: f"The body did not arrive within {BODY_WAIT_S:.0f} s.",
    409: "The symbol belongs to a file with other content. Use another name.",
    413: "The file is larger than 5 MB.",
    415: f"The content type is neither {CSV} nor {FORM}.",
    422: "The file cannot be read. `errors` names line, column and value, and says how to fix it.",
    **THROTTLED,
    **DOWN,
}


FILE = {"type": "string", "format": "binary", "description": "The file, up to 5 MB."}
FORM_FIELDS = {
    "type": "object",
    "properties": {"file": FILE, "name": {"type": "string"}, "column": {"type": "string"}},
    "required": ["file"],
}


class UploadApi(Struct):
    """The handler of the upload route."""

    limits: Limits
    store: UploadStore
    publisher: Publisher
    settings: Settings
    _under_way: int = 0

    def routes(self) -> Sequence[Route]:
        return [
            Operation(
                *("POST", PATH, self.upload),
                "Upload a file of your own prices. Use its symbol like a ticker",
                PriceFile,
                status=HTTPStatus.CREATED,
                content={CSV: FILE, FORM: FORM_FIELDS},
                query=UploadQuery,
                problems=PROBLEMS,
            )
        ]

    async def upload(self, request: Request) -> Response:
        """Accept a file. Answers 201 after ingest has read it, 422 if it contains no prices."""
        if not self.settings.uploads:
            raise HTTPException(HTTPStatus.NOT_FOUND, "Uploads are turned off (UPLOADS).")
        content_type = _content_type(request)
        _refuse_other_sites(request, self.settings.cors_origins)
        await self.limits.admit(request)  # refused uploads count too
        if self._under_way >= MOST_AT_ONCE:
            message = f"{MOST_AT_ONCE} uploads are running already. Try again in a few seconds."
            raise BusyError(message, retry_after_s=AGAIN_S)
        self._under_way += 1
        try:
            return await self._taken(request, content_type)
        finally:
            self._under_way -= 1

    async def _taken(self, request: Request, content_type: str) -> Response:
        most = MOST_BYTES + (FORM_BYTES if content_type == FORM else 0)
        try:
            body = await read_body(request, most, timeout_s=BODY_WAIT_S)
        except BodyTooLargeError:
            raise BodyTooLargeError(TOO_LARGE) from None
        if content_type == FORM:
            upload = await _from_form(request, body)
        else:
            upload = _upload(UploadQuery.from_data(dict(request.query_params)), body)
        if len(upload.body) > MOST_BYTES:
            raise BodyTooLargeError(TOO_LARGE)
        await self.store.put(upload)
        event = PricesUploaded(upload.symbol, str(uuid.uuid4()))
        traceparent = request.headers.get("traceparent", "")
        await self.publisher.publish(event, f"upload-{event.upload_id}", traceparent)
        outcome = await self.store.outcome(event.upload_id, READ_WAIT_S)
        if outcome is None:
            message = "The file has not been read yet. Upload it again in a few seconds."
            raise TemporaryError(message, retry_after_s=AGAIN_S)
        if "status" in outcome:
            again = {"retry-after": str(AGAIN_S)} if outcome["status"] >= 500 else {}  # noqa: PLR2004
            return problem_answer(outcome, again)
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
    """Raise 403 for forms of other sites, because browsers send forms without a CORS check."""
    if request.headers.get("sec-fetch-site") != "cross-site":
        return
    origin = request.headers.get("origin", "")
    if origin not in allowed and "*" not in allowed:
        detail = f"Pages of {origin[:100]!r} may not upload files here (CORS_ORIGINS)."
        raise HTTPException(HTTPStatus.FORBIDDEN, detail)


def _upload(asked: UploadQuery, body: bytes, filename: str = "") -> Upload:
    return Upload(name_of(asked.name or filename), asked.column.strip(), body)


class _InMemory(MultiPartParser):
    """Keeps the file in memory instead of a temporary file."""

    spool_max_size = MOST_BYTES + FORM_BYTES


async def _from_form(request: Request, body: bytes) -> Upload:
    """The file in a form. Raises InvalidFieldError if it is missing."""

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = _InMemory(request.headers, whole(), max_files=1, max_fields=4, max_part_size=4096)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        reason = error.message if isinstance(error, MultiPartException) else "no boundary"
        raise InvalidFieldError("file", f"cannot be found: {reason.rstrip('.')}.") from error
    try:
        return await _of_form(form)
    finally:
        await form.close()


async def _of_form(form: FormData) -> Upload:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidFieldError("file", "is missing. Send the file in the form field `file`.")
    asked = UploadQuery.from_data({name: form[name] for name in ("name", "column") if name in form})
    return _upload(asked, await file.read(), file.filename or "")
