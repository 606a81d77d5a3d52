"""Logs as one JSON object a line, each naming the request, the event and the trace it is about."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Time, level, function, message, what it is about, and the fields given as `extra`."""

    def __init__(self, function: str) -> None:
        super().__init__()
        self._function = function

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "function": self._function,
            "message": record.getMessage(),
            **_about.get(),
            **{name: value for name, value in vars(record).items() if name not in STANDARD},
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure(function: str, level: str) -> None:
    """Log to standard error from `level` on; functions-framework would drop INFO otherwise."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(function))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("functions").setLevel(level)


@contextmanager
def about(**names: str) -> Iterator[None]:
    """Every line logged inside names these, for example `request_id` and `event_id`."""
    token = _about.set({**_about.get(), **{name: value for name, value in names.items() if value}})
    try:
        yield
    finally:
        _about.reset(token)
