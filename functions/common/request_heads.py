"""How large the head of a request may be: its line and its headers, on every port.

Servers keep a head in memory until it is whole, and some search it again with each part that comes.
"""

from __future__ import annotations

MOST_BYTES = 32 * 1024
MOST_FIELDS = 100


def bound_gunicorn() -> None:
    """Have gunicorn bound what it reads; functions-framework tells it to bound no request line.

    To be called while a function is imported, before its server is made.
    """
    from functions_framework._http.gunicorn import GunicornApplication

    load = GunicornApplication.load_config

    def load_bounded(self: GunicornApplication) -> None:
        load(self)
        self.cfg.set("limit_request_line", 8190)
        self.cfg.set("limit_request_fields", MOST_FIELDS)
        self.cfg.set("limit_request_field_size", MOST_BYTES)

    GunicornApplication.load_config = load_bounded


def bound_uvicorn() -> None:
    """Have uvicorn bound what it reads, see `bounded_protocol`."""
    from uvicorn.config import HTTP_PROTOCOLS

    HTTP_PROTOCOLS["auto"] = "functions.common.bounded_protocol:BoundedProtocol"
