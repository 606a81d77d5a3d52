"""What is known of a symbol beside its prices, as S3 keeps it with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from functions.common.prices import calendars
from functions.common.prices.calendars import Calendar, UnknownCalendarError

MOST_NAME_BYTES = 240


@dataclass(frozen=True)
class Instrument:
    """Facts that a provider told, or that follow from the symbol; empty where nobody knows.

    `exchange` is a MIC (ISO 10383), `currency` an ISO 4217 code, empty for an index, and `calendar`
    a name of `calendars`. `weekdays` are those of an observed calendar ("12345").
    """

    name: str = ""
    exchange: str = ""
    calendar: str = ""
    currency: str = ""
    timezone: str = ""
    weekdays: str = ""

    @property
    def sessions(self) -> Calendar:
        """The calendar by its name; New York's where none is known."""
        try:
            return calendars.named(self.calendar or calendars.NEW_YORK, self.weekdays)
        except UnknownCalendarError:
            return calendars.named(calendars.NEW_YORK)

    def to_metadata(self) -> dict[str, str]:
        """As metadata of an object in S3."""
        name = self.name
        while len(quote(name, safe=" ,.&")) > MOST_NAME_BYTES:
            name = name[:-1]
        return {
            "name": quote(name, safe=" ,.&"),
            "exchange": self.exchange,
            "calendar": self.calendar,
            "weekdays": self.weekdays,
            "currency": self.currency,
            "timezone": self.timezone,
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Instrument:
        """The inverse of `to_metadata`."""
        fields = ("exchange", "calendar", "currency", "timezone", "weekdays")
        known = {field: metadata.get(field, "") for field in fields}
        return cls(name=unquote(metadata.get("name", "")), **known)


UNKNOWN = Instrument()
"""Nothing is known of the symbol."""
