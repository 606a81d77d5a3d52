"""Uploaded files, as one more price provider."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from functions.common.errors import UnknownSymbolError
from functions.common.prices import uploads
from functions.common.prices.history import Rows
from functions.common.prices.instrument import Instrument
from functions.common.prices.uploads import Upload, UploadedFiles
from functions.ingest.providers import Fetched
from functions.ingest.providers.rows.instruments import settled
from functions.ingest.uploads.limits import UPLOAD, Limits
from functions.ingest.uploads.refusal import listed, shown

FEWEST_ROWS = 30
"""The rows that a forecast needs."""


@dataclass(frozen=True)
class Read:
    """The content of a file: the prices of the chosen series, and the names of the others."""

    fetched: Fetched
    name: str
    columns: tuple[str, ...]
    column: str
    uploaded_at: datetime

    def document(self) -> dict[str, Any]:
        """The document that the API returns."""
        rows = self.fetched.rows
        doubts = self.fetched.instrument.doubts(self.fetched.symbol, rows[-1].date)
        return {
            "symbol": self.fetched.symbol,
            "name": self.name,
            "rows": len(rows),
            "first_date": rows[0].date.isoformat(),
            "last_date": rows[-1].date.isoformat(),
            "columns": list(self.columns),
            "column": self.column,
            "calendar": self.fetched.instrument.calendar,
            "notes": [*self.fetched.notes, *doubts],
        }


class UploadProvider:
    """Reads uploaded files from S3 until `ttl_s` after the upload. `clock` returns epoch seconds.

    `limits` is how large a file may be, by default for uploads.
    """

    name = uploads.PROVIDER
    gives_all = True

    def __init__(
        self,
        files: UploadedFiles,
        ttl_s: float,
        clock: Callable[[], float],
        limits: Limits = UPLOAD,
    ) -> None:
        self._files = files
        self._ttl = timedelta(seconds=ttl_s)
        self._clock = clock
        self._limits = limits
        # Reading takes up to 150 MB of memory, so only one file is read at a time.
        self._reading = threading.Lock()

    def read(self, symbol: str) -> Read:
        """The content of the file with this symbol.

        Raises UnknownSymbolError if it has expired or never existed, UnreadableFileError if it has
        no readable prices, and the errors of S3.
        """
        upload = self._files.get(symbol)
        if upload is None:
            raise unknown(symbol)
        uploaded_at = _moment(upload.uploaded_at)
        if uploaded_at is None or self.now() >= self.until(uploaded_at):
            raise unknown(symbol)
        with self._reading:
            return read(upload, symbol, uploaded_at, self.now().date(), self._limits)

    def until(self, uploaded_at: datetime) -> datetime:
        """When a file expires."""
        return uploaded_at + self._ttl

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), timezone.utc)


def read(
    upload: Upload, symbol: str, uploaded_at: datetime, today: date, limits: Limits = UPLOAD
) -> Read:
    """The prices of the chosen series. Raises UnreadableFileError if they cannot be read."""
    from functions.ingest.uploads import reader

    file = reader.read(upload.body, today, column=upload.column, limits=limits)
    has_several = len(file.names) > 1
    asset = file.chosen(upload.column) if upload.column else file.asset(file.names[0])
    notes = asset.notes
    if has_several and not upload.column:
        others = listed(list(file.names))
        note = f"The file has {len(file.names)} series: {others}. This is {shown(asset.name)}."
        notes = (f"{note} Choose another with `column`.", *notes)
    rows = asset.rows()
    if len(rows) < FEWEST_ROWS:
        few = f"The file has {len(rows)} prices. A forecast needs at least {FEWEST_ROWS}."
        notes = (*notes, few)
    name = f"{upload.name}: {asset.name}" if has_several else asset.name or upload.name
    instrument = settled(symbol, Instrument(name), Rows.of(rows))
    fetched = Fetched(symbol, Rows.of(rows), notes=notes, instrument=instrument)
    column = asset.name if has_several or upload.column else ""
    return Read(fetched, name, file.columns, column, uploaded_at)


def unknown(symbol: str) -> UnknownSymbolError:
    message = (
        f"The uploaded file {symbol} does not exist. It may have expired. Upload the file again."
    )
    return UnknownSymbolError(message)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
