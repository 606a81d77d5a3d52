"""Limits the size of a request head (the request line and the headers) on every port.

Servers hold a head in memory until it is complete. Some scan it again for each part that arrives.
"""

from __future__ import annotations

MOST_BYTES = 32 * 1024
MOST_FIELDS = 100


def bound_gunicorn() -> None:
    """Limit the heads that gunicorn reads. functions-framework turns off its limit on the line.

    Call this while a function is imported, before its server is created.
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
    """Limit the heads that uvicorn reads, and refuse WebSockets. See `bounded_protocol`."""
    from uvicorn.config import HTTP_PROTOCOLS, WS_PROTOCOLS

    # If uvicorn finds a library for WebSockets, it imports it for a tenth of the start.
    WS_PROTOCOLS["auto"] = None

    HTTP_PROTOCOLS["auto"] = "functions.common.bounded_protocol:BoundedProtocol"
