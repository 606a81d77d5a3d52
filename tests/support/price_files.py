"""Small made-up price files, one for each common format. All hold the same prices."""

import codecs
from datetime import date, timedelta

ROWS = 70


def _days():
    day, found = date(2013, 1, 2), []
    while len(found) < ROWS:
        if day.weekday() < 5:
            found.append(day)
        day += timedelta(days=1)
    return found


DAYS = _days()
CLOSES = [round(1400 + 25 * ((at * 7) % 11 - 5) / 5 + at * 1.37, 2) for at in range(ROWS)]
"""Above a thousand, so that files which write thousands do so."""
ADJUSTED = [round(close / 2, 2) for close in CLOSES]
VOLUMES = [138_000_000 + 1_000_000 * (at % 5) for at in range(ROWS)]
LINES = list(zip(DAYS, CLOSES, ADJUSTED, VOLUMES, strict=True))


def _table(header, write, lines=None, end="\n"):
    rows = [write(*line) for line in (lines or LINES)]
    return (end.join([*header, *rows]) + end).encode()


def _thousands(number):
    return f"{number:,.2f}"


def _european(number):
    return f"{number:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def _ohlc(close):
    return f"{close - 1:.2f},{close + 2:.2f},{close - 2:.2f},{close}"


def _seconds(day):
    return (day - date(1970, 1, 1)).days * 86_400


NEWEST_FIRST = LINES[::-1]

SHAPES = {
    "yahoo download": _table(
        ["Date,Open,High,Low,Close,Adj Close,Volume"],
        lambda day, close, adjusted, volume: f"{day},{_ohlc(close)},{adjusted},{volume}",
    )
    + b"2013-05-01,null,null,null,null,null,null\n",
    "yf.download": _table(
        [
            "Price,Adj Close,Close,High,Low,Open,Volume",
            "Ticker,ACME,ACME,ACME,ACME,ACME,ACME",
            "Date,,,,,,",
        ],
        lambda day, close, adjusted, volume: f"{day},{adjusted},{close},9999,1,2,{volume}",
    ),
    "yf.download, older": _table(
        [",Adj Close,Close,Volume", ",ACME,ACME,ACME"],
        lambda day, close, adjusted, volume: f"{day} 00:00:00+00:00,{adjusted},{close},{volume}",
    ),
    "Ticker.history": _table(
        ["Date,Open,High,Low,Close,Volume,Dividends,Stock Splits"],
        lambda day, close, _, volume: f"{day} 00:00:00-05:00,{_ohlc(close)},{volume},0.0,0.0",
    ),
    "stooq": _table(
        ["Date,Open,High,Low,Close,Volume"],
        lambda day, close, _, volume: f"{day},{_ohlc(close)},{volume}",
        end="\r\n",
    ),
    "stooq bulk": _table(
        ["<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>"],
        lambda day, close, _, volume: f"ACME.US,D,{day:%Y%m%d},000000,{_ohlc(close)},{volume},0",
    ),
    "alpha vantage": _table(
        ["timestamp,open,high,low,close,volume"],
        lambda day, close, _, volume: f"{day},{_ohlc(close)},{volume}",
        NEWEST_FIRST,
    ),
    "alpha vantage, adjusted": _table(
        ["date,1. open,2. high,3. low,4. close,5. adjusted close,6. volume,7. dividend amount"],
        lambda day, close, adjusted, volume: f"{day},{_ohlc(close)},{adjusted},{volume},0.0000",
        NEWEST_FIRST,
    ),
    "nasdaq.com": _table(
        ["Date,Close/Last,Volume,Open,High,Low"],
        lambda day, close, _, volume: (
            f"{day:%m/%d/%Y},${close},{volume},${close - 1:.2f},${close + 2:.2f},${close - 2:.2f}"
        ),
        NEWEST_FIRST,
    ),
    "investing.com": b"\xef\xbb\xbf"
    + _table(
        ['"Date","Price","Open","High","Low","Vol.","Change %"'],
        lambda day, close, _, volume: (
            f'"{day:%b %d, %Y}","{_thousands(close)}","{_thousands(close)}","{_thousands(close)}",'
            f'"{_thousands(close)}","{volume / 1e6:.2f}M","-1.20%"'
        ),
        NEWEST_FIRST,
    ),
    "kaggle": _table(
        ["date,open,high,low,close,volume,Name"],
        lambda day, close, _, volume: f"{day},{_ohlc(close)},{volume},ACME",
    ),
    "tradingview": _table(
        ["time,open,high,low,close,Volume"],
        lambda day, close, _, volume: f"{_seconds(day) + 52_200},{_ohlc(close)},{volume}",
    ),
    "binance": _table(
        [],
        lambda day, close, _, volume: (
            f"{_seconds(day)}000,{_ohlc(close)},{volume},{_seconds(day) + 86_399}999,1,2,3,4,0"
        ),
    ),
    "binance with names": _table(
        ["https://www.CryptoDataDownload.com", "Unix,Date,Symbol,Open,High,Low,Close,Volume ACME"],
        lambda day, close, _, volume: (
            f"{_seconds(day)}000,{day} 00:00:00,ACMEUSDT,{_ohlc(close)},{volume}"
        ),
        NEWEST_FIRST,
    ),
    "tiingo": _table(
        ["date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash"],
        lambda day, close, adjusted, volume: (
            f"{day}T00:00:00.000Z,{close},9999,1,2,{volume},{adjusted},1,1,1,1,0.0"
        ),
    ),
    "nasdaq data link": _table(
        ["Date,Open,High,Low,Close,Volume,Ex-Dividend,Adj. Open,Adj. Low,Adj. Close,Adj. Volume"],
        lambda day, close, adjusted, volume: f"{day},{_ohlc(close)},{volume},0.0,1,1,{adjusted},1",
        NEWEST_FIRST,
    ),
    "googlefinance": _table(
        ["Date,Close"], lambda day, close, *_: f"{day.month}/{day.day}/{day.year} 16:00:00,{close}"
    ),
    "m6": _table(["symbol,date,price"], lambda day, close, *_: f"ACME,{day:%Y/%m/%d},{close}"),
    "semicolons": _table(
        ["sep=;", "Datum;Schlusskurs;Volumen"],
        lambda day, close, _, volume: f"{day:%d.%m.%Y};{_european(close)};{volume:,}".replace(
            f"{volume:,}", f"{volume:,}".replace(",", ".")
        ),
    ),
    "tabs": _table(
        ["Date\tClose\tVolume"],
        lambda day, close, _, volume: f"{day:%d-%b-%y}\t{_thousands(close)}\t{volume}",
    ),
    "utf-16": codecs.BOM_UTF16_LE
    + _table(["Date\tClose"], lambda day, close, *_: f"{day:%d/%m/%Y}\t{close}")
    .decode()
    .encode("utf-16-le"),
    "windows-1252": _table(
        ["Date;Schluß (€)"],
        lambda day, close, *_: f'{day:%d.%m.%Y};"{close} €"'.replace(".", ",").replace(
            f"{day:%d,%m,%Y}", f"{day:%d.%m.%Y}"
        ),
    )
    .decode()
    .encode("cp1252"),
    "quoted, with trailing commas": _table(
        ['"Date","Close","Comment"'], lambda day, close, *_: f'"{day}","{close}","",,'
    )
    + b'"2013-05-01","NA","",,\n"2013-05-02","NaN","",,\n"2013-05-03","","",,\n',
}
"""Each file's name and content."""

HAS_ADJUSTED = {
    *("yahoo download", "yf.download", "yf.download, older", "alpha vantage, adjusted"),
    *("tiingo", "nasdaq data link"),
}
