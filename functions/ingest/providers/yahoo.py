"""Yahoo Finance, through the optional library yfinance. Yahoo's terms allow personal use only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from functions.common.errors import (
    BadAnswerError,
    TemporaryError,
    UnknownSymbolError,
    cause,
)
from functions.common.prices import exchanges
from functions.common.prices.calendars import ONE_DAY
from functions.common.prices.history import Rows
from functions.common.prices.instrument import Instrument
from functions.ingest.providers import Fetched
from functions.ingest.providers.publication import Schedule
from functions.ingest.providers.rows.cleaning import clean
from functions.ingest.providers.rows.minor_units import whole_currency
from functions.ingest.providers.rows.raw import RawRow, RawRows
from functions.ingest.providers.session import (
    CONNECT_TIMEOUT_S,
    MOST_BYTES,
    ProviderSession,
    Reply,
    retry_after,
)

FIRST_DAY = date(1962, 1, 2)
CHART = "/v8/finance/chart/"
EXCHANGES = {
    **dict.fromkeys(("NMS", "NGM", "NCM"), "XNAS"),
    **dict.fromkeys(("PNK", "OQB", "OQX"), "OTCM"),
    "NYQ": "XNYS",
    "PCX": "ARCX",
    "ASE": "XASE",
    "BTS": "BATS",
}
"""The MICs of Yahoo's exchange codes whose symbols have no suffix."""
COLUMNS = ["Open", "High", "Low", "Close", "Volume", "Adj Close", "Dividends", "Stock Splits"]
"""The columns of yfinance, in the order of `RawRow`."""
TOO_LARGE = 63
"""CURLE_FILESIZE_EXCEEDED"""
NOT_FOUND = 404


class YahooProvider:
    """Adjusted daily prices. Open, high, low and close are adjusted for splits.

    `clock` returns the time in epoch seconds. If `url` is set, it replaces all of Yahoo's hosts.
    """

    name = "yahoo"
    gives_all = True
    schedule = Schedule(timedelta(hours=2))

    def __init__(
        self,
        session: Callable[..., ProviderSession],
        clock: Callable[[], float],
        url: str = "",
        read_timeout_s: float = 15.0,
    ) -> None:
        import yfinance
        from curl_cffi import requests as curl

        yfinance.config.debug.hide_exceptions = False
        cache = Path(tempfile.gettempdir()) / "stockcast-yfinance"
        yfinance.set_tz_cache_location(str(cache))
        http = session(self.name)
        self._clock = clock
        self._session = _session_class(curl)(http, url.rstrip("/"), read_timeout_s)

    def fetch(self, symbol: str, since: date | None = None) -> Fetched:
        """See `Provider.fetch`."""
        from yfinance.data import YfData
        from yfinance.exceptions import YFException
        from yfinance.scrapers.history import PriceHistory

        now = datetime.fromtimestamp(self._clock(), timezone.utc)
        YfData.cache_get.cache_clear()  # otherwise a later fetch returns an old tail
        first = since or FIRST_DAY
        asked = PriceHistory(YfData(session=self._session), asked_as(symbol), "UTC")
        try:
            frame = asked.history(
                start=first - ONE_DAY,  # in UTC, a session can begin on the day before
                end=now.date() + 2 * ONE_DAY,
                interval="1d",
                auto_adjust=False,
                actions=True,
                keepna=True,
                timeout=None,
            )
            raw = _given(frame, first)
            facts = asked.get_history_metadata()
        except _NothingError:
            return Fetched(symbol, Rows())
        except _UnknownError as error:
            message = f"Yahoo has no prices of {symbol} ({error}). Check the ticker."
            raise UnknownSymbolError(message) from None
        except (YFException, KeyError, TypeError, IndexError, ValueError) as error:
            message = f"yfinance does not understand Yahoo's answer: {cause(repr(error))}."
            raise BadAnswerError(message) from error
        if raw.is_unreadable:
            message = f"Yahoo answered {raw.unreadable} rows for {symbol}, but none has a date."
            raise BadAnswerError(message)
        code = str(facts.get("currency") or "")
        # Until today's row is due, its session is still open.
        last = partial(self.schedule.due, now)
        return clean(self.name, symbol, raw, last, _instrument(facts), currency=code)


def asked_as(symbol: str) -> str:
    """Yahoo's name of a symbol. Share classes of US stocks have a dash, such as BRK-B."""
    return symbol if exchanges.of_symbol(symbol) else symbol.replace(".", "-")


def _instrument(facts: Mapping[str, Any]) -> Instrument:
    """Yahoo's facts about the symbol."""
    currency = str(facts.get("currency") or "")
    return Instrument(
        name=str(facts.get("longName") or facts.get("shortName") or ""),
        exchange=EXCHANGES.get(str(facts.get("exchangeName")), ""),
        currency=whole_currency(currency),
        timezone=str(facts.get("exchangeTimezoneName") or ""),
    )


class _NothingError(Exception):
    """The symbol is known, but has no prices in the range."""


class _UnknownError(Exception):
    """The symbol is unknown."""


def _session_class(curl: Any) -> Any:
    """A session class that yfinance accepts. It applies our rules to requests for prices."""
    from curl_cffi import CurlOpt

    limits = {CurlOpt.MAXFILESIZE_LARGE: MOST_BYTES}

    class Session(curl.Session):  # type: ignore[misc] # the base class is only known at run time
        def __init__(self, http: ProviderSession, url: str, read_timeout_s: float) -> None:
            super().__init__(impersonate="chrome", curl_options=limits)
            self._http, self._url, self._read_timeout_s = http, url, read_timeout_s

        def request(self, method: str, url: str, **raw: Any) -> Any:
            parts = urlsplit(url)
            if self._url:
                url = self._url + parts.path + (f"?{parts.query}" if parts.query else "")
            raw["timeout"] = (CONNECT_TIMEOUT_S, self._read_timeout_s)
            if not parts.path.startswith(CHART):
                return super().request(method, url, **raw)
            raw["allow_redirects"] = False  # errors quote the answer, so it must be Yahoo's own
            answers: list[Any] = []

            def attempt() -> Reply:
                try:
                    answer = super(Session, self).request(method, url, **raw)
                except curl.exceptions.RequestException as error:
                    if error.code == TOO_LARGE:
                        raise self._http.too_large() from error
                    raise TemporaryError(f"yahoo does not answer: {cause(error)}") from error
                answers.append(answer)
                return Reply(answer.status_code, answer.text, retry_after(answer.headers))

            _check(self._http, self._http.with_retries(attempt))
            return answers[-1]

    return Session


def _check(http: ProviderSession, reply: Reply) -> None:
    """Raise errors that yfinance would hide or report less clearly."""
    try:
        chart = reply.json["chart"]
        error, results = chart["error"], chart["result"]
        reason = str(error.get("description", "")) if error else ""
        has_prices = bool(error or results[0].get("timestamp"))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise http.unexpected(reply) from None
    if error and reply.status == NOT_FOUND:
        raise _UnknownError(reason)
    if error and "Data doesn't exist" not in reason:
        raise http.unexpected(reply)
    if error or not has_prices:
        raise _NothingError


def _given(frame: Any, since: date) -> RawRows:
    days = frame.index.strftime("%Y-%m-%d")
    columns = frame[COLUMNS].astype(float).to_numpy().T.tolist()
    return RawRows.of(map(RawRow, days, *columns), since=since)
