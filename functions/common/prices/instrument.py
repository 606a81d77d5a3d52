"""Facts about a symbol. S3 stores them together with its prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, unquote

from msgspec import Struct

from functions.common.prices import calendars
from functions.common.prices.calendars import ALL_WEEK, Calendar, UnknownCalendarError

MOST_NAME_BYTES = 240
TEXTS = ("exchange", "calendar", "currency", "timezone", "weekdays")
"""The fields that the metadata has unchanged."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Instrument(Struct, frozen=True):
    """Facts from a provider or from the symbol itself. Unknown ones are empty.

    `exchange` is a MIC (ISO 10383). `currency` is an ISO 4217 code, or empty for an index.
    `calendar` is a name from `calendars`. `weekdays` belongs to an observed calendar ("12345").
    If `is_guessed` is true, the calendar was inferred from the dates of the prices.
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
        """The trading calendar. New York's if it is unknown."""
        try:
            return calendars.named(self.calendar or calendars.NEW_YORK, self.weekdays)
        except UnknownCalendarError:
            return calendars.named(calendars.NEW_YORK)

    def doubts(self, symbol: str, until: date) -> list[str]:
        """Sentences for users about doubts in the calendar, for dates up to `until`."""
        calendar = self.sessions
        notes = []
        if self.is_guessed:
            named = calendar.name
            if named == calendars.OBSERVED:
                on = ", ".join(WEEKDAYS[int(day) - 1] for day in calendar.weekdays)
                named = f"sessions on {on}, without holidays"
            notes.append(
                f"The trading calendar of {symbol} is unknown. Its prices suggest {named}."
            )
        if not calendar.knows_holidays_of(until):
            notes.append(
                f"The holidays of {calendar.name} are known until {max(calendar.years)}. Later"
                " dates may fall on a holiday."
            )
        return notes

    def to_metadata(self) -> dict[str, str]:
        """The facts as metadata of an S3 object."""
        name = self.name
        while len(quote(name, safe=" ,.&")) > MOST_NAME_BYTES:
            name = name[:-1]
        return {
            **{field: getattr(self, field) for field in TEXTS},
            "name": quote(name, safe=" ,.&"),
            "calendar-guessed": "yes" if self.is_guessed else "",
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Instrument:
        """The inverse of `to_metadata`."""
        known = {field: metadata.get(field, "") for field in TEXTS}
        known["weekdays"] = "".join(day for day in ALL_WEEK if day in known["weekdays"])
        is_guessed = metadata.get("calendar-guessed") == "yes"
        return cls(name=unquote(metadata.get("name", "")), **known, is_guessed=is_guessed)


UNKNOWN = Instrument()
"""An instrument without any known facts."""
