"""What is known of a symbol beside its prices, as S3 keeps it with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, unquote

from functions.common.prices import calendars
from functions.common.prices.calendars import ALL_WEEK, Calendar, UnknownCalendarError

MOST_NAME_BYTES = 240
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Instrument:
    """Facts that a provider told, or that follow from the symbol; empty where nobody knows.

    `exchange` is a MIC (ISO 10383), `currency` an ISO 4217 code, empty for an index, and `calendar`
    a name of `calendars`. `weekdays` are those of an observed calendar ("12345"). `is_guessed` says
    that the calendar was inferred from the days of the prices.
    """

    name: str = ""
    exchange: str = ""
    calendar: str = ""
    currency: str = ""
    timezone: str = ""
    weekdays: str = ""
    is_guessed: bool = False

    @property
    def sessions(self) -> Calendar:
        """The calendar by its name; New York's where none is known."""
        try:
            return calendars.named(self.calendar or calendars.NEW_YORK, self.weekdays)
        except UnknownCalendarError:
            return calendars.named(calendars.NEW_YORK)

    def doubts(self, symbol: str, until: date) -> list[str]:
        """What a reader of dates up to `until` should know about the calendar, in sentences."""
        calendar = self.sessions
        told = []
        if self.is_guessed:
            named = calendar.name
            if named == calendars.OBSERVED:
                on = ", ".join(WEEKDAYS[int(day) - 1] for day in calendar.weekdays)
                named = f"sessions on {on}, without holidays"
            told.append(
                f"The trading calendar of {symbol} is not known; its prices suggest {named}."
            )
        if not calendar.knows_holidays_of(until):
            told.append(
                f"The holidays of {calendar.name} are known until {max(calendar.years)}; later"
                " dates may fall on one."
            )
        return told

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
            "calendar-guessed": "yes" if self.is_guessed else "",
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Instrument:
        """The inverse of `to_metadata`."""
        fields = ("exchange", "calendar", "currency", "timezone", "weekdays")
        known = {field: metadata.get(field, "") for field in fields}
        known["weekdays"] = "".join(day for day in ALL_WEEK if day in known["weekdays"])
        is_guessed = metadata.get("calendar-guessed") == "yes"
        return cls(name=unquote(metadata.get("name", "")), **known, is_guessed=is_guessed)


UNKNOWN = Instrument()
"""Nothing is known of the symbol."""
