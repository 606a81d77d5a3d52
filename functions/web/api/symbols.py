"""The routes of symbols: search, warm-up, price history and target dates."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from http import HTTPStatus

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.common.cloudevents.event import json_bytes
from functions.common.errors import StockcastError, TemporaryError
from functions.common.messages.documents.prices import (
    PriceHistory,
    Sources,
    Symbols,
    TargetDate,
    Warming,
)
from functions.common.messages.events import WarmupRequested
from functions.common.messages.fields import upper
from functions.common.messages.submissions import HistoryQuery, SymbolQuery, TargetDateQuery
from functions.common.prices import calendars, exchanges, sample
from functions.common.prices.calendars import Calendar
from functions.common.prices.exchanges import Kind
from functions.common.prices.store import StoredPrices
from functions.common.requests.missing_prices import NOTED_S
from functions.web.api import submission
from functions.web.description.operations import BUSY, THROTTLED, Operation
from functions.web.limits.clients import Limits
from functions.web.publishing.publisher import Publisher
from functions.web.security import read_body
from functions.web.settings import Settings
from functions.web.stores import price_history
from functions.web.stores.price_history import PriceHistories
from functions.web.stores.requests import WebStore
from functions.web.symbols.availability import entry, is_available, require_available, sources
from functions.web.symbols.search import MOST, OF_SAMPLE
from functions.web.symbols.source import SymbolSource

PATH = "/api/symbols"
WARM_S = 300
"""A symbol is warmed up at most once during this time."""
PRICES_WAIT_S = 20.0
PRICES_POLL_S = 0.2
SHORTLY = {"cache-control": "private, max-age=60"}
OF_KIND = {Kind.CRYPTO: calendars.EVERY_DAY, Kind.CURRENCY: calendars.ON_WEEKDAYS}


class SymbolApi(Struct):
    """The handlers of the symbol routes."""

    settings: Settings
    requests: WebStore
    limits: Limits
    publisher: Publisher
    symbols: SymbolSource
    histories: PriceHistories

    def routes(self) -> Sequence[Route]:
        return [
            Operation(
                *("GET", PATH, self.search, "Find symbols by ticker or company name", Symbols),
                query=SymbolQuery,
                problems=BUSY,
            ),
            Operation(
                *("GET", "/api/sources", self.sources),
                "List the price sources, and how to get today's prices",
                Sources,
                problems=BUSY,
            ),
            Operation(
                *("GET", PATH + "/{symbol}/history", self.history),
                "Get a symbol's daily prices. If none are stored, Stockcast fetches them first",
                PriceHistory,
                query=HistoryQuery,
                problems={
                    404: "The symbol is unknown.",
                    422: "The symbol or a date is invalid, or there are no prices in the range.",
                    **THROTTLED,
                    503: "The prices have not arrived yet, or a part of Stockcast is down.",
                },
            ),
            Operation(
                *("GET", PATH + "/{symbol}/target-date", self.target_date),
                "Find the session that is a number of days after the last price",
                TargetDate,
                query=TargetDateQuery,
                problems={422: "The symbol or the number of days is invalid.", **THROTTLED, **BUSY},
            ),
            Operation(
                *("POST", "/api/warmup", self.warm_up),
                "Fetch a symbol's prices before you request a forecast",
                Warming,
                status=HTTPStatus.ACCEPTED,
                body=(WarmupRequested,),
                problems=BUSY,
            ),
        ]

    async def search(self, request: Request) -> Response:
        query = request.query_params.get("q", "")[:100]
        found = self.symbols.directory().find(query)
        if self.settings.has_sample_only:
            # Symbols with prices come first.
            of_sample = OF_SAMPLE.find(query)
            found = [*of_sample, *(one for one in found if one not in of_sample)][:MOST]
        listed = [entry(one, self.settings.providers) for one in found]
        listed.sort(key=lambda one: not one["available"])
        return JSONResponse({"symbols": listed})

    async def sources(self, _: Request) -> Response:
        """The price sources, and how to get today's prices."""
        return JSONResponse(sources(self.settings))

    async def warm_up(self, request: Request) -> Response:
        """Fetch a symbol's prices ahead. This is best effort, so the answer is never an error."""
        warming = False
        with suppress(StockcastError, HTTPException):
            submission.require_json(request)
            await self.limits.admit(request, "warmup ")
            wanted = WarmupRequested.from_data(submission.json_object(await read_body(request)))
            if is_available(wanted.symbol, self.settings.providers):
                turn = int(time.time() // WARM_S)
                await self.publisher.publish(
                    wanted, f"warmup-{wanted.symbol}-{wanted.model}-{turn}"
                )
                warming = True
        return JSONResponse({"warming": warming}, HTTPStatus.ACCEPTED)

    async def history(self, request: Request) -> Response:
        """A symbol's daily prices. If none are stored, the ingest function fetches them now."""
        wanted = price_history.read_query(request.path_params["symbol"], request.query_params)
        await self.limits.admit(request, "history ")
        require_available(wanted.symbol, self.settings, self.symbols.directory())
        stored = await self.histories.find(wanted.symbol) or await self._fetched(wanted.symbol)
        # Decades of prices take milliseconds, which would block other requests.
        body = await asyncio.to_thread(lambda: json_bytes(price_history.document(wanted, stored)))
        return Response(body, media_type="application/json", headers=SHORTLY)

    async def _fetched(self, symbol: str) -> StoredPrices:
        turn = int(time.time() // NOTED_S)
        await self.publisher.publish(WarmupRequested(symbol), f"history-{symbol}-{turn}")
        give_up = time.monotonic() + PRICES_WAIT_S
        while time.monotonic() < give_up:
            if reason := await self.requests.missing_prices(symbol):
                raise reason
            await asyncio.sleep(PRICES_POLL_S)
            if stored := await self.histories.find(symbol):
                return stored
        message = f"The prices of {symbol} have not arrived yet. Try again in a few seconds."
        raise TemporaryError(message, retry_after_s=5)

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
        return JSONResponse(shown, headers=SHORTLY)

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
