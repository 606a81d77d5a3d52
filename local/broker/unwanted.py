"""Events that no Trigger wants: counted by type, and logged once a type."""

from __future__ import annotations

import logging

from prometheus_client import CollectorRegistry, Counter, generate_latest

from functions.common.messages.events import TYPES

MOST_TYPES = 100
OTHER = "other"
"""Stands for the types beyond the first MOST_TYPES: anybody may send any number of them."""

log = logging.getLogger(__name__)


class UnwantedEvents:
    """Counts them for GET /metrics."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._count = Counter(
            "stockcast_broker_unwanted_events",
            "Events that no Trigger wants. The broker drops them.",
            ("type",),
            registry=self._registry,
        )
        self._seen: set[str] = set()

    def add(self, event_type: str) -> None:
        """Count one more event of this type."""
        if event_type not in self._seen:
            if len(self._seen) >= MOST_TYPES:
                self._count.labels(OTHER).inc()
                return
            self._seen.add(event_type)
            # Ours are announcements, which nobody has to want.
            level = logging.INFO if event_type in TYPES else logging.WARNING
            message = "no Trigger wants events of type %s; the broker drops them (logged once)"
            log.log(level, message, event_type)
        self._count.labels(event_type).inc()

    def metrics(self) -> bytes:
        """The counts in Prometheus's text format."""
        return generate_latest(self._registry)
