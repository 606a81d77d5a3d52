"""What ingest reads in an uploaded file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from functions.common.prices.history import Rows
from functions.common.prices.instrument import Instrument
from functions.common.prices.uploads import Upload
from functions.ingest.providers import Fetched
from functions.ingest.providers.rows.instruments import completed
from functions.ingest.uploads.limits import UPLOAD, Limits
from functions.ingest.uploads.refusal import listed, shown

FEWEST_ROWS = 30
"""The rows that a forecast needs."""


class Read(Struct, frozen=True):
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
    instrument = completed(symbol, Instrument(name), Rows.of(rows))
    fetched = Fetched(symbol, Rows.of(rows), notes=notes, instrument=instrument)
    column = asset.name if has_several or upload.column else ""
    return Read(fetched, name, file.columns, column, uploaded_at)
