"""Replays the price providers' HTTP from their documented answers, with typical faults."""

import json
import math
import threading
import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from functions.common.prices import calendars
from functions.ingest.providers.tiingo import TiingoProvider
from tests.support.http_server import HttpServer

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Day:
    """A trading day with its traded prices."""

    date: date
    close: float | None
    dividend: float = 0.0
    split: float = 1.0
    volume: int = 1000

    @property
    def has_action(self):
        return self.dividend or self.split != 1


def wandering(first, last, start=100.0, calendar="XNYS"):
    """A stock without dividends or splits. Its closes change by up to a few percent."""
    days, close = [], start
    for number, day in enumerate(calendars.named(calendar).after(first - timedelta(days=1), last)):
        close = round(close * (1 + 0.02 * math.sin(number * 1.7)), 2)
        days.append(Day(day, close))
    return days


class Market:
    """What providers know: the days of each symbol, up to `today`."""

    def __init__(self):
        self.days = {}
        self.about = {}
        self.around_the_clock = set()
        self.today = date.max

    def visible(self, symbol):
        """Days up to today with their factor of adjustment for all, and for splits alone."""
        days = [day for day in self.days[symbol] if day.date <= self.today]
        factor = splits = 1.0
        following, seen = None, {}
        for day in sorted(days, key=lambda day: day.date, reverse=True):
            if following is not None and following.date != day.date and following.has_action:
                paid = following.dividend / day.close if day.close else 0.0
                factor *= (1 - paid) / following.split
                splits /= following.split
            seen[day.date] = (factor, splits)
            following = day
        return [(day, *seen[day.date]) for day in days]

    def act(self, symbol, on, **action):
        """Give `symbol` a dividend or split on a day; a split changes what it trades at after."""
        ratio = action.get("split", 1.0)
        self.days[symbol] = [
            replace(day, **action, close=round(day.close / ratio, 4))
            if day.date == on
            else replace(day, close=round(day.close / ratio, 4))
            if day.date > on and ratio != 1
            else day
            for day in self.days[symbol]
        ]


def times(value, factor):
    return None if value is None else round(value * factor, 6)


class Dialect:
    """How a provider answers. `is_about` are the paths that describe a symbol."""

    def __init__(self, market, key):
        self.market, self.key = market, key

    @staticmethod
    def is_about(_):
        return False


class Tiingo(Dialect):
    name = "tiingo"

    @staticmethod
    def is_about(path):
        return path.count("/") == 3

    def answer(self, path, query, headers):
        if headers.get("authorization") != f"Token {self.key}":
            return 401, {}, {"detail": "Invalid token."}
        parts = path.split("/")
        assert parts[:3] == ["", "tiingo", "daily"]
        if self.is_about(path):
            about = {"ticker": parts[3], "name": f"{parts[3]} Inc", "exchangeCode": "NASDAQ"}
            return 200, {}, about | {"startDate": "1990-01-02", "endDate": "2026-01-02"}
        assert parts[4:] == ["prices"]
        assert (query["format"], query["resampleFreq"]) == ("json", "daily")
        ticker, symbol = parts[3], parts[3].replace("-", ".")
        if symbol not in self.market.days:
            return 404, {}, {"detail": f"Error: Ticker '{ticker}' not found"}
        rows = []
        for day, factor, _ in self.market.visible(symbol):
            if not query["startDate"] <= day.date.isoformat() <= query["endDate"]:
                continue
            row = {"date": f"{day.date}T00:00:00+00:00", "volume": day.volume}
            row |= dict.fromkeys(("close", "high", "low", "open"), day.close)
            adjusted = times(day.close, factor)
            row |= dict.fromkeys(("adjClose", "adjHigh", "adjLow", "adjOpen"), adjusted)
            row |= {"adjVolume": day.volume, "divCash": day.dividend, "splitFactor": day.split}
            rows.append(row)
        return 200, {}, rows

    @staticmethod
    def lose_date(document, row):
        document[row]["date"] = None


class Nasdaq(Dialect):
    name = "nasdaq"
    COLUMNS = (
        *("Date", "Open", "High", "Low", "Close", "Volume", "Ex-Dividend", "Split Ratio"),
        *("Adj. Open", "Adj. High", "Adj. Low", "Adj. Close", "Adj. Volume"),
    )

    def answer(self, path, query, headers):
        if headers.get("x-api-token") != self.key:
            return self.error(400, "QEAx01", "We could not recognize your API key.")
        parts = path.split("/")
        assert parts[:5] == ["", "api", "v3", "datasets", "WIKI"]
        assert parts[6:] == ["data.json"]
        assert query["order"] == "asc"
        symbol = parts[5].replace("_", ".")
        if symbol not in self.market.days:
            said = "You have submitted an incorrect Quandl code. Please check your Quandl codes"
            return self.error(404, "QECx02", said)
        rows = [
            [
                day.date.isoformat(),
                *[day.close] * 4,
                *(float(day.volume), day.dividend, day.split),
                *[times(day.close, factor)] * 4,
                float(day.volume),
            ]
            for day, factor, _ in self.market.visible(symbol)
            if query["start_date"] <= day.date.isoformat() <= query["end_date"]
        ]
        data = {"limit": None, "column_names": self.COLUMNS, "data": rows, "order": "asc"}
        return 200, {}, {"dataset_data": data}

    @staticmethod
    def lose_date(document, row):
        document["dataset_data"]["data"][row][0] = None

    @staticmethod
    def error(status, code, message):
        return status, {}, {"quandl_error": {"code": code, "message": message}}


class TwelveData(Dialect):
    """https://twelvedata.com/docs#time-series, with prices adjusted for all."""

    name = "twelvedata"

    def answer(self, path, query, headers):
        if headers.get("authorization") != f"apikey {self.key}":
            said = "**apikey** parameter is incorrect or not specified."
            return self.error(401, f"{said} You can get your free API key instantly")
        assert path == "/time_series"
        assert (query["interval"], query["order"]) == ("1day", "ASC")
        assert query["adjust"] == "all"
        symbol = query["symbol"]
        if symbol not in self.market.days:
            return self.error(404, f"**symbol** not found: {symbol}. Please specify it correctly")
        rows = []
        for day, factor, _ in self.market.visible(symbol):
            if day.date.isoformat() < query["start_date"]:
                continue
            price = None if day.close is None else str(times(day.close, factor))
            row = {"datetime": day.date.isoformat(), "volume": str(day.volume)}
            rows.append(row | dict.fromkeys(("open", "high", "low", "close"), price))
        if not rows:
            said = "No data is available on the specified dates."
            return self.error(400, f"{said} Try setting different start/end dates.")
        meta = {"symbol": symbol, "interval": "1day", "type": "Common Stock", "currency": "USD"}
        meta |= {"exchange": "NASDAQ", "mic_code": "XNAS", "exchange_timezone": "America/New_York"}
        return 200, {}, {"meta": meta, "values": rows, "status": "ok"}

    @staticmethod
    def error(code, message):
        return code, {}, {"code": code, "message": message, "status": "error"}

    @staticmethod
    def lose_date(document, row):
        document["values"][row]["datetime"] = None


class AlphaVantage(Dialect):
    """https://www.alphavantage.co/documentation/#dailyadj; every answer has status 200."""

    name = "alphavantage"
    FREE = ("open", "high", "low", "close", "volume")
    ADJUSTED = (*FREE[:4], "adjusted close", "volume", "dividend amount", "split coefficient")

    def answer(self, path, query, _):
        assert path == "/query"
        if query["apikey"] != self.key:
            said = "the parameter apikey is invalid or missing. Please claim your free API key"
            return 200, {}, {"Error Message": said}
        symbol = query["symbol"].replace("-", ".")
        if symbol not in self.market.days:
            said = "Invalid API call. Please retry or visit the documentation"
            return 200, {}, {"Error Message": f"{said} for {query['function']}."}
        names = self.ADJUSTED if query["function"].endswith("_ADJUSTED") else self.FREE
        days = self.market.visible(symbol)
        days = days if query["outputsize"] == "full" else days[-100:]
        series = {}
        for day, factor, _ in reversed(days):  # newest first
            told = dict.fromkeys(("open", "high", "low", "close"), str(day.close)) | {
                "adjusted close": str(times(day.close, factor)),
                "volume": str(day.volume),
                "dividend amount": f"{day.dividend:.4f}",
                "split coefficient": str(day.split),
            }
            numbered = enumerate(names, 1)
            series[day.date.isoformat()] = {f"{at}. {name}": told[name] for at, name in numbered}
        about = {"2. Symbol": query["symbol"], "5. Time Zone": "US/Eastern"}
        return 200, {}, {"Meta Data": about, "Time Series (Daily)": series}

    @staticmethod
    def lose_date(document, row):
        days = list(reversed(document["Time Series (Daily)"].items()))
        days[row] = (f"no date {row}", days[row][1])
        document["Time Series (Daily)"] = dict(reversed(days))


class Yahoo(Dialect):
    name = "yahoo"

    def answer(self, path, query, _):
        if path == "/v1/test/getcrumb":
            return 200, {"content-type": "text/plain"}, "crumb"
        if not path.startswith("/v8/finance/chart/"):
            return 404, {}, ""
        symbol = path.split("/")[-1]
        if symbol not in self.market.days:
            symbol = symbol.replace("-", ".")
        if symbol not in self.market.days:
            error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            return 404, {}, {"chart": {"result": None, "error": error}}
        since, until = int(query["period1"]), int(query["period2"])
        days = [
            (stamp, day, factor, splits)
            for day, factor, splits in self.market.visible(symbol)
            if since <= (stamp := self.opening(symbol, day.date)) < until
        ]
        result = {"meta": self.meta(symbol)}
        if days:
            closes = [times(day.close, splits) for _, day, _, splits in days]
            result["timestamp"] = [stamp for stamp, *_ in days]
            quote = dict.fromkeys(("open", "high", "low", "close"), closes)
            quote["volume"] = [day.volume for _, day, _, _ in days]
            adjusted = [times(day.close, factor) for _, day, factor, _ in days]
            result["indicators"] = {"quote": [quote], "adjclose": [{"adjclose": adjusted}]}
            dividends = {
                str(stamp): {"amount": day.dividend * splits, "date": stamp}
                for stamp, day, _, splits in days
                if day.dividend
            }
            splits = {
                str(stamp): {"numerator": day.split, "denominator": 1, "date": stamp}
                | {"splitRatio": f"{day.split:g}:1"}
                for stamp, day, _, _ in days
                if day.split != 1
            }
            events = {"dividends": dividends, "splits": splits}
            result["events"] = {name: one for name, one in events.items() if one}
        else:
            result["indicators"] = {"quote": [{}], "adjclose": [{}]}
        return 200, {}, {"chart": {"result": [result], "error": None}}

    @staticmethod
    def lose_date(document, row):
        document["chart"]["result"][0]["timestamp"][row] = None

    def opening(self, symbol, day):
        about = self.market.about.get(symbol, {})
        zone = ZoneInfo(about.get("exchangeTimezoneName", "America/New_York"))
        hour, minute = (9, 30) if symbol not in self.market.around_the_clock else (0, 0)
        return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp())

    def meta(self, symbol):
        period = {"timezone": "EST", "start": 0, "end": 0, "gmtoffset": -18000}
        return {
            "currency": "USD",
            "symbol": symbol,
            "exchangeName": "NMS",
            "instrumentType": "EQUITY",
            "firstTradeDate": 0,
            "regularMarketTime": 1_362_171_600,
            "gmtoffset": -18000,
            "timezone": "EST",
            "exchangeTimezoneName": "America/New_York",
            "regularMarketPrice": 1.0,
            "priceHint": 2,
            "currentTradingPeriod": {"pre": period, "regular": period, "post": period},
            "dataGranularity": "1d",
            "range": "",
            "validRanges": ["1d", "5d", "1mo", "max"],
            **self.market.about.get(symbol, {}),
        }


def market_of_today(*symbols):
    """A market that these stocks have traded on up to the last session."""
    market = Market()
    market.today = TiingoProvider.schedule.due(datetime.now(timezone.utc), calendars.named("XNYS"))
    for symbol in symbols:
        market.days[symbol] = wandering(market.today - timedelta(days=900), market.today)
    return market


@dataclass
class Fault:
    """A fault in one answer. `kind`: hang, reset, cut, or instead (another answer)."""

    kind: str
    status: int = 200
    headers: dict = None
    body: str | bytes = ""


class Replay(HttpServer):
    """Answers like `dialect`, on a free port. `faults` come first.

    `spoil` can change each document of prices before the server sends it.
    """

    def __init__(self, dialect):
        self.dialect = dialect
        self.faults = []
        self.calls = []
        self.asked_about = 0
        self.spoil = lambda _: None
        self.delay_s = 0.0
        self._lock = threading.Lock()
        self._ending = threading.Event()
        super().__init__(self._answer)

    def close(self):
        self._ending.set()
        super().close()

    def _answer(self, request):
        parts = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = unquote(parts.path)
        is_prices = path not in {"/", "/v1/test/getcrumb"} and not self.dialect.is_about(path)
        with self._lock:
            if is_prices:
                self.calls.append((path, query))
            self.asked_about += self.dialect.is_about(path)
            fault = self.faults.pop(0) if is_prices and self.faults else Fault("")
        if fault.kind == "instead":
            status, extra, body = fault.status, fault.headers or {}, fault.body
        else:
            status, extra, content = self.dialect.answer(path, query, request.headers)
            if is_prices and status == 200:
                self.spoil(content)
            body = content if isinstance(content, str) else json.dumps(content)
        time.sleep(self.delay_s)
        body = body if isinstance(body, bytes) else body.encode()
        headers = {"content-type": "application/json"} | extra
        return status, *self._broken(fault.kind, headers, body)

    def _broken(self, kind, headers, body):
        """The headers and the body with that fault."""
        half = body[: len(body) // 2]
        if kind == "hang":
            self._ending.wait(5)
            return headers, None
        if kind == "reset":
            return headers | {"content-length": len(body)}, iter([half])
        return headers, half if kind == "cut" else body
