"""JSON logs, one object per line. Each names the request, event and trace it belongs to."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


class Formatter(JsonFormatter):
    """Writes time, level, function, message, the names set by `about`, and the `extra` fields."""

    def __init__(self, function: str) -> None:
        super().__init__(
            "%(message)s",
            rename_fields={"exc_info": "exception"},
            rename_fields_keep_missing=False,
            json_ensure_ascii=True,
        )
        self._function = function

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Add our own fields first."""
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        log_data["time"] = moment.isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname.lower()
        log_data["function"] = self._function
        super().add_fields(log_data, record, {**message_dict, **_about.get()})


def configure(function: str, level: str) -> None:
    """Log to standard error from `level` up. Otherwise functions-framework drops INFO."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter(function))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("functions").setLevel(level)


@contextmanager
def about(**names: str) -> Iterator[None]:
    """Add `names`, for example `request_id` and `event_id`, to every line logged inside."""
    token = _about.set({**_about.get(), **{name: value for name, value in names.items() if value}})
    try:
        yield
    finally:
        _about.reset(token)
