"""Uploaded files in S3, unchanged: s3://BUCKET/uploads/{symbol}.csv, kept for UPLOAD_TTL.

The symbol of an uploaded file begins with `@`. It is derived from the content, so the same file
always gets the same symbol.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timezone
from urllib.parse import quote, unquote

from msgspec import Struct

from functions.common.errors import ConflictError
from functions.common.prices.bucket import Bucket

MARK = "@"
PROVIDER = "upload"
MOST_BYTES = 5 * 1024 * 1024
MOST_NAME_CHARACTERS = 60
SLUG_CHARACTERS = 14
DIGEST_CHARACTERS = 8
ENDINGS = re.compile(r"(\.(csv|tsv|txt|gz))+$", re.IGNORECASE)
NO_NAME = "prices"


def is_upload(symbol: str) -> bool:
    return symbol.startswith(MARK)


def key_of(symbol: str) -> str:
    return f"uploads/{quote(symbol, safe=MARK)}.csv"


class Upload(Struct, frozen=True):
    """An uploaded file. `column` selects one of several series. If it is empty, the first one."""

    name: str
    column: str
    body: bytes
    uploaded_at: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 digest of the column and the content."""
        return hashlib.sha256(self.column.encode() + b"\0" + self.body).hexdigest()

    @property
    def symbol(self) -> str:
        """The symbol to use in place of a ticker, such as @PRICES-1A2B3C4D."""
        plain = unicodedata.normalize("NFKD", self.name).upper()
        slug = re.sub(r"[^A-Z0-9]", "", plain)[:SLUG_CHARACTERS] or NO_NAME.upper()
        return f"{MARK}{slug}-{self.digest[:DIGEST_CHARACTERS].upper()}"


def name_of(given: str) -> str:
    """The name to show, from a user's name or a file name, without folders and extension."""
    name = ENDINGS.sub("", re.split(r"[/\\]", given)[-1])
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(shown.split())[:MOST_NAME_CHARACTERS].strip(" .") or NO_NAME


class UploadedFiles:
    """Stores uploaded files in a bucket. Raises the errors of `Bucket`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def put(self, upload: Upload, now_s: float) -> None:
        """Store the file, with `now_s` as its upload time.

        Raises ConflictError if the symbol already belongs to a file with different content.
        """
        key = key_of(upload.symbol)
        there = self._bucket.head(key)
        if there and there.metadata.get("digest") != upload.digest:
            message = f"{upload.symbol} is already another file. Give this one another `name`."
            raise ConflictError(message)
        metadata = {
            "name": quote(upload.name),
            "column": quote(upload.column),
            "digest": upload.digest,
            "uploaded-at": datetime.fromtimestamp(now_s, timezone.utc).isoformat(),
        }
        given = {name: value for name, value in metadata.items() if value}
        self._bucket.put(key, upload.body, content_type="text/csv", metadata=given)

    def get(self, symbol: str) -> Upload | None:
        """The file with this symbol, or None if there is none."""
        found = self._bucket.get(key_of(symbol))
        if found is None:
            return None
        stored = found.metadata
        name, column = (unquote(stored.get(field, "")) for field in ("name", "column"))
        return Upload(name or NO_NAME, column, found.body, stored.get("uploaded-at", ""))
