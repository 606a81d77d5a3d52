"""Counts the events that no Trigger wants by type, and logs each type once."""

from __future__ import annotations

import logging

from prometheus_client import CollectorRegistry, Counter, generate_latest

from functions.common.messages.events import TYPES

MOST_TYPES = 100
OTHER = "other"
"""The label of all types after the first MOST_TYPES, because senders can use countless types."""

log = logging.getLogger(__name__)


class UnwantedEvents:
    """Counts the events for GET /metrics."""

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
            # Stockcast's own events are announcements. They need no receiver.
            level = logging.INFO if event_type in TYPES else logging.WARNING
            message = "no Trigger wants events of type %s, so the broker drops them (logged once)"
            log.log(level, message, event_type)
        self._count.labels(event_type).inc()

    def metrics(self) -> bytes:
        """The counts in Prometheus's text format."""
        return generate_latest(self._registry)
