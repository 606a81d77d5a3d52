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


NEWEST_FIRST = LINES[::-1]


def _european(text):
    return text.translate(str.maketrans(",.", ".,"))


def _table(header, row, lines=LINES, end="\n"):
    """The header, then each line's values in the places that `row` names."""
    rows = [
        row.format(
            day=day,
            close=close,
            adjusted=adjusted,
            volume=volume,
            ohlc=f"{close - 1:.2f},{close + 2:.2f},{close - 2:.2f},{close}",
            open=close - 1,
            high=close + 2,
            low=close - 2,
            midnight=(day - date(1970, 1, 1)).days * 86_400,
            opening=(day - date(1970, 1, 1)).days * 86_400 + 52_200,
            closing=(day - date(1970, 1, 1)).days * 86_400 + 86_399,
            millions=volume / 1e6,
            comma=str(close).replace(".", ","),
            european=_european(f"{close:,.2f}"),
            european_volume=_european(f"{volume:,}"),
        )
        for day, close, adjusted, volume in lines
    ]
    return (end.join([*header.splitlines(), *rows]) + end).encode()


SHAPES = {
    "yahoo download": _table(
        "Date,Open,High,Low,Close,Adj Close,Volume", "{day},{ohlc},{adjusted},{volume}"
    )
    + b"2013-05-01,null,null,null,null,null,null\n",
    "yf.download": _table(
        "Price,Adj Close,Close,High,Low,Open,Volume\nTicker" + ",ACME" * 6 + "\nDate,,,,,,",
        "{day},{adjusted},{close},9999,1,2,{volume}",
    ),
    "yf.download, older": _table(
        ",Adj Close,Close,Volume\n,ACME,ACME,ACME",
        "{day} 00:00:00+00:00,{adjusted},{close},{volume}",
    ),
    "Ticker.history": _table(
        "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits",
        "{day} 00:00:00-05:00,{ohlc},{volume},0.0,0.0",
    ),
    "stooq": _table("Date,Open,High,Low,Close,Volume", "{day},{ohlc},{volume}", end="\r\n"),
    "stooq bulk": _table(
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
        "ACME.US,D,{day:%Y%m%d},000000,{ohlc},{volume},0",
    ),
    "alpha vantage": _table(
        "timestamp,open,high,low,close,volume", "{day},{ohlc},{volume}", NEWEST_FIRST
    ),
    "alpha vantage, adjusted": _table(
        "date,1. open,2. high,3. low,4. close,5. adjusted close,6. volume,7. dividend amount",
        "{day},{ohlc},{adjusted},{volume},0.0000",
        NEWEST_FIRST,
    ),
    "nasdaq.com": _table(
        "Date,Close/Last,Volume,Open,High,Low",
        "{day:%m/%d/%Y},${close},{volume},${open:.2f},${high:.2f},${low:.2f}",
        NEWEST_FIRST,
    ),
    "investing.com": b"\xef\xbb\xbf"
    + _table(
        '"Date","Price","Open","High","Low","Vol.","Change %"',
        '"{day:%b %d, %Y}","{close:,.2f}","{close:,.2f}","{close:,.2f}","{close:,.2f}",'
        '"{millions:.2f}M","-1.20%"',
        NEWEST_FIRST,
    ),
    "kaggle": _table("date,open,high,low,close,volume,Name", "{day},{ohlc},{volume},ACME"),
    "tradingview": _table("time,open,high,low,close,Volume", "{opening},{ohlc},{volume}"),
    "binance": _table("", "{midnight}000,{ohlc},{volume},{closing}999,1,2,3,4,0"),
    "binance with names": _table(
        "https://www.CryptoDataDownload.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume ACME",
        "{midnight}000,{day} 00:00:00,ACMEUSDT,{ohlc},{volume}",
        NEWEST_FIRST,
    ),
    "tiingo": _table(
        "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash",
        "{day}T00:00:00.000Z,{close},9999,1,2,{volume},{adjusted},1,1,1,1,0.0",
    ),
    "nasdaq data link": _table(
        "Date,Open,High,Low,Close,Volume,Ex-Dividend,Adj. Open,Adj. Low,Adj. Close,Adj. Volume",
        "{day},{ohlc},{volume},0.0,1,1,{adjusted},1",
        NEWEST_FIRST,
    ),
    "googlefinance": _table("Date,Close", "{day.month}/{day.day}/{day.year} 16:00:00,{close}"),
    "m6": _table("symbol,date,price", "ACME,{day:%Y/%m/%d},{close}"),
    "semicolons": _table(
        "sep=;\nDatum;Schlusskurs;Volumen", "{day:%d.%m.%Y};{european};{european_volume}"
    ),
    "tabs": _table("Date\tClose\tVolume", "{day:%d-%b-%y}\t{close:,.2f}\t{volume}"),
    "utf-16": codecs.BOM_UTF16_LE
    + _table("Date\tClose", "{day:%d/%m/%Y}\t{close}").decode().encode("utf-16-le"),
    "windows-1252": _table("Date;Schluß (€)", '{day:%d.%m.%Y};"{comma} €"')
    .decode()
    .encode("cp1252"),
    "quoted, with trailing commas": _table('"Date","Close","Comment"', '"{day}","{close}","",,')
    + b'"2013-05-01","NA","",,\n"2013-05-02","NaN","",,\n"2013-05-03","","",,\n',
}
"""Each file's name and content."""

HAS_ADJUSTED = {
    *("yahoo download", "yf.download", "yf.download, older", "alpha vantage, adjusted"),
    *("tiingo", "nasdaq data link"),
}


def wide(days):
    """A file of two series, AAA and BBB."""
    lines = [f"{day},{50 + at % 9},{20 + at % 7}" for at, day in enumerate(days)]
    return "\n".join(["date,AAA,BBB", *lines]).encode()
