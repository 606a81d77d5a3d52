"""Decodes a file from any usual encoding to text."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib

from functions.ingest.uploads.refusal import UnreadableFileError

GZIP = b"\x1f\x8b"
CSV_CURE = "Save or export it as CSV, and use that file."
OTHER_FORMATS = {
    b"PK\x03\x04": "The file is a zip archive or an Excel workbook.",
    b"\xd0\xcf\x11\xe0": "The file is an Excel workbook.",
    b"%PDF": "The file is a PDF document.",
    b"PAR1": "The file is in the Parquet format.",
    b"SQLite": "The file is an SQLite database.",
    b"BZh": "The file is compressed with bzip2.",
    b"\xfd7zXZ": "The file is compressed with xz.",
    b"(\xb5/\xfd": "The file is compressed with zstd.",
}
"""The first bytes of files that are not text."""
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
TAG = re.compile(r"\s*<(!doctype|html|head|body|table|\?xml|svg)", re.IGNORECASE)


def text_of(body: bytes, most_bytes: int) -> str:
    """The text, with line feeds as line endings. Unpacks gzip, up to `most_bytes`.

    Raises UnreadableFileError if the file is too large, empty or not text.
    """
    if len(body) > most_bytes:
        raise _too_large(f"The file has {len(body):,} bytes", most_bytes)
    if body.startswith(GZIP):
        body = _unpacked(body, most_bytes)
    for beginning, what in OTHER_FORMATS.items():
        if body.startswith(beginning):
            raise UnreadableFileError(what, CSV_CURE)
    text = _decoded(body).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableFileError(
            "the file is empty.", "Use a file with a line of column names and prices.", line=1
        )
    if NOT_TEXT.search(text):
        raise UnreadableFileError("The file contains binary data, not text.", CSV_CURE)
    if TAG.match(text):
        message = "The file is a web page, not a table."
        raise UnreadableFileError(message, "Use the page's download button to get the file itself.")
    if text.lstrip()[:1] in {"{", "["}:
        raise UnreadableFileError("The file is JSON.", CSV_CURE)
    return text


def _unpacked(body: bytes, most_bytes: int) -> bytes:
    """The content of a gzip file. Unpacks at most one byte more than `most_bytes`."""
    try:
        content = gzip.GzipFile(fileobj=io.BytesIO(body)).read(most_bytes + 1)
    except EOFError as error:
        message = "The compressed file is cut off."
        raise UnreadableFileError(message, "Download it again.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFileError(
            f"The file cannot be unpacked: {error}.", "Use the uncompressed file."
        ) from error
    if len(content) > most_bytes:
        raise _too_large("The unpacked file is too large", most_bytes)
    return content


def _too_large(what: str, most_bytes: int) -> UnreadableFileError:
    cure = f"The limit is {most_bytes:,} bytes. Leave out columns or the oldest rows."
    return UnreadableFileError(f"{what}.", cure)


def _decoded(body: bytes) -> str:
    encoding = "utf-8-sig"
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\x00" in body[:4]:
        encoding = "utf-16-be" if body[:1] == b"\x00" else "utf-16-le"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig":
            raise UnreadableFileError(f"The file is not UTF-16: {error}.", CSV_CURE) from error
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        byte = f"0x{body[error.start]:02x}"
        raise UnreadableFileError(
            f"the byte {byte} is neither UTF-8, UTF-16 nor Windows-1252.",
            "Save the file as CSV in UTF-8.",
            line=line,
            value=byte,
        ) from error
