"""Serves the files of the page so that a browser loads each file only once.

The page links to its files under `static/{version}/`. The version is a hash of all files. Browsers
cache files of the current version forever. They revalidate all other files with an ETag. The links
are relative, because behind a gateway the page is not at the root. Modules import each other by
relative paths, so they stay in the same version.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from mimetypes import MimeTypes
from pathlib import Path

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from werkzeug.http import parse_accept_header, parse_etags

STATIC = Path(__file__).parents[3] / "static"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
VERSION_CHARACTERS = 16
TEXTS = {".html", ".css", ".js", ".svg", ".txt"}


class File(Struct, frozen=True):
    """The content of a file at `stamp` (modification time and size)."""

    stamp: tuple[int, int]
    body: bytes
    compressed: bytes | None
    digest: str


class PageFiles:
    """The files in `folder`, read and compressed on first use."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder.resolve()
        self._files: dict[Path, File] = {}

    def version(self) -> str:
        """A hash of all files."""
        digest = hashlib.sha256()
        for path in sorted(path for path in self._folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(self._folder)} {self._file(path).digest}\n".encode())
        return digest.hexdigest()[:VERSION_CHARACTERS]

    def page(
        self,
        request: Request,
        name: str,
        changes: Mapping[str, str] | None = None,
        status: int = HTTPStatus.OK,
    ) -> Response:
        """The HTML file `name` with `changes` and with links to the current version."""
        html = self._file(self._folder / name).body.decode()
        for text, other in (changes or {}).items():
            html = html.replace(text, other)
        up = "../" * (request.url.path.count("/") - 1)
        body = html.replace('"/static/', f'"{up}static/{self.version()}/').encode()
        digest = hashlib.sha256(body).hexdigest()
        compressed = gzip.compress(body, mtime=0)
        found = File((0, 0), body, compressed, digest)
        return _answer(request, name, found, ASK_AGAIN, status)

    def file(self, request: Request) -> Response:
        """The file at the path parameter `path`, with or without a version before it.

        Raises HTTPException (404) if there is no such file.
        """
        name = str(request.path_params["path"])
        version, _, rest = name.partition("/")
        is_current = bool(rest) and version == self.version()
        path = self._find(name) or self._find(rest)
        if path is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no file /static/{name}.")
        return _answer(request, name, self._file(path), FOR_EVER if is_current else ASK_AGAIN)

    def _find(self, name: str) -> Path | None:
        try:
            path = (self._folder / name).resolve()
            return path if path.is_relative_to(self._folder) and path.is_file() else None
        except (OSError, ValueError):  # not a valid file name
            return None

    def _file(self, path: Path) -> File:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._files.get(path)
        if known is None or known.stamp != stamp:
            body = path.read_bytes()
            compressed = gzip.compress(body, mtime=0) if path.suffix in TEXTS else None
            known = File(stamp, body, compressed, hashlib.sha256(body).hexdigest())
            self._files[path] = known
        return known


def _answer(
    request: Request, name: str, file: File, cache_control: str, status: int = HTTPStatus.OK
) -> Response:
    etag = f'W/"{file.digest[:32]}"'  # weak, because the compressed form has the same ETag
    headers = {"cache-control": cache_control, "etag": etag, "vary": "accept-encoding"}
    if parse_etags(request.headers.get("if-none-match")).contains_weak(file.digest[:32]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = file.body
    accepted = parse_accept_header(request.headers.get("accept-encoding"))
    if file.compressed and accepted.quality("gzip"):
        body = file.compressed
        headers["content-encoding"] = "gzip"
    media_type = _media_types().guess_type(name)[0] or "application/octet-stream"
    return Response(body, status, media_type=media_type, headers=headers)


@cache
def _media_types() -> MimeTypes:
    """The media types of this system, read on first use because that takes a while."""
    known = MimeTypes()
    known.add_type("application/manifest+json", ".webmanifest")
    known.add_type("text/javascript", ".js")  # some systems have it as text/plain
    return known
