"""The route that finds the session for a number of days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from functions.common.messages.documents.prices import TargetDate
from functions.common.messages.fields import upper
from functions.common.messages.submissions import TargetDateQuery
from functions.common.prices import calendars, exchanges, sample
from functions.common.prices.calendars import Calendar
from functions.common.prices.exchanges import Kind
from functions.web.description.operations import BUSY, THROTTLED, Operation
from functions.web.limits.clients import Limits
from functions.web.settings import Settings
from functions.web.stores.price_history import PriceHistories

OF_KIND = {Kind.CRYPTO: calendars.EVERY_DAY, Kind.CURRENCY: calendars.ON_WEEKDAYS}


class TargetDateApi(Struct):
    """The handler of the target-date route."""

    settings: Settings
    limits: Limits
    histories: PriceHistories

    def routes(self) -> Sequence[BaseRoute]:
        """The route of target dates."""
        return [
            Operation(
                *("GET", "/api/symbols/{symbol}/target-date", self.target_date),
                "Find the session that is a number of days after the last price",
                TargetDate,
                query=TargetDateQuery,
                problems={422: "The symbol or the number of days is invalid.", **THROTTLED, **BUSY},
            ),
        ]

    async def target_date(self, request: Request) -> Response:
        """The target date. It reads only metadata, so the page can ask while the user types."""
        given = {"symbol": request.path_params["symbol"]}
        if days := request.query_params.get("days"):
            given["days"] = int(days) if days.isascii() and days.isdigit() else days
        wanted = TargetDateQuery.from_data(given)
        await self.limits.admit(request, "target-date ")
        symbol = upper(wanted.symbol)
        calendar, last = await self._last_session(symbol)
        day = last + timedelta(days=wanted.days)
        shown = {
            "symbol": symbol,
            "calendar": calendar.name,
            "last_date": last.isoformat(),
            "asked_date": day.isoformat(),
            "target_date": calendar.on_or_after(day).isoformat(),
        }
        return JSONResponse(shown, headers={"cache-control": "private, max-age=60"})

    async def _last_session(self, symbol: str) -> tuple[Calendar, date]:
        if stored := await self.histories.known(symbol):
            return stored.instrument.sessions, date.fromisoformat(stored.last_date)
        exchange = exchanges.of_symbol(symbol)
        name = OF_KIND.get(exchanges.kind_of(symbol)) or (exchange.calendar if exchange else "")
        calendar = calendars.named(name or calendars.NEW_YORK)
        if self.settings.has_sample_only:
            return calendar, sample.LAST_DAY
        today = datetime.now(timezone.utc).date()
        return calendar, calendar.on_or_before(today - timedelta(days=1))
