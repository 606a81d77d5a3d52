"""Answers HTTP requests at the WSGI level, below Flask.

functions-framework loads a function inside its Flask application, and its server calls that
application for each request. Flask's routing, contexts and response objects cost as much time as
answering an event, and an event needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from msgspec import Struct

Answer = tuple[bytes, int, Mapping[str, str]]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class HttpRequest(Struct, frozen=True):
    """One HTTP request. The names of `headers` are in lowercase."""

    method: str
    path: str
    headers: Mapping[str, str]
    environ: Mapping[str, Any]

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> HttpRequest:
        """The request in a WSGI environment."""
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                headers[name.replace("_", "-").lower()] = environ[name]
        return cls(environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/"), headers, environ)


def answer_below_flask(function: Callable[[HttpRequest], Answer]) -> None:
    """Make the Flask application that loads this module call `function`, if there is one."""
    import flask

    if not flask.has_app_context():
        return

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        body, status, headers = function(HttpRequest.of(environ))
        listed = [*headers.items(), ("content-length", str(len(body)))]
        if status == HTTPStatus.NO_CONTENT:
            listed.pop()
        start_response(f"{status} {HTTPStatus(status).phrase}", listed)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    flask.current_app.wsgi_app = application  # type: ignore[method-assign] # as Flask documents
