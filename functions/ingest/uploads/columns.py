"""Recognizes the content of a column by its name, as providers, exports and users write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from functions.ingest.uploads.refusal import UnreadableFileError, shown

PRICES = ("open", "high", "low", "close", "adj_close")
VALUES = (*PRICES, "volume")
NAMES = {
    "date": (
        *("date", "datetime", "timestamp", "time", "day", "tradedate", "tradingday", "opentime"),
        *("observationdate", "exchangedate", "unix", "datum", "fecha", "data", "zeit", "jour"),
    ),
    "open": (
        *("open", "openprice", "openingprice", "opening"),
        *("eroffnung", "eroffnungskurs", "erster", "apertura", "ouverture"),
    ),
    "high": ("high", "highprice", "highest", "dayhigh", "hoch", "tageshoch", "maximo", "plushaut"),
    "low": ("low", "lowprice", "lowest", "daylow", "tief", "tagestief", "minimo", "plusbas"),
    "close": (
        *("close", "closelast", "closeprice", "closingprice", "last", "lastprice", "price"),
        *("closing", "lasttrade", "settle", "settlementprice", "nav", "schlusskurs", "schluss"),
        *("schluskurs", "kurs", "letzter", "zuletzt", "cierre", "ultimo", "dernier", "cloture"),
    ),
    "adj_close": (
        *("adjclose", "adjustedclose", "adjcloseprice", "adjustedcloseprice", "closeadjusted"),
        *("closeadj", "adjustedclosingprice"),
    ),
    "volume": ("volume", "vol", "totalvolume", "sharesvolume", "volumen", "umsatz", "stuck"),
    "symbol": ("symbol", "ticker", "name", "stock", "asset", "stocksymbol", "tickersymbol"),
}
"""The names of each column, most likely first, in the form that `key_of` returns."""
OTHERS = frozenset(
    {
        *("adjopen", "adjhigh", "adjlow", "adjvolume", "exdividend", "splitratio", "divcash"),
        *("splitfactor", "dividends", "dividend", "dividendamount", "stocksplits", "splits"),
        *("splitcoefficient", "capitalgains", "change", "chg", "changepercent", "pctchange"),
        *("openint", "openinterest", "per", "turnover", "closetime", "quotevolume", "trades"),
        *("quoteassetvolume", "numberoftrades", "tradecount", "vwap", "unadjustedvolume", "ignore"),
        *("takerbuybaseassetvolume", "takerbuyquoteassetvolume", "variation", "index", "currency"),
        *("exchange", "prevclose", "previousclose", "marketcap", "volumefrom", "volumeto"),
    }
)
"""Names of columns that do not contain prices, such as actions, changes and counts."""
NUMBERED = re.compile(r"^\s*\d+[a-z]?\.\s+")
IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^][]*\]")


def key_of(name: str) -> str:
    """A column's name without case, accents, punctuation and numbering.

    For example, `1. Adj. Close*` becomes `adjclose`.
    """
    plain = unicodedata.normalize("NFKD", NUMBERED.sub("", name.casefold()))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "", IN_BRACKETS.sub("", plain))


FIELD_OF = {key: field for field, keys in NAMES.items() for key in keys}


def is_known(name: str) -> bool:
    """Whether a cell is a usual column name in a price file."""
    return key_of(name) in FIELD_OF or key_of(name) in OTHERS


def field_of(name: str) -> str | None:
    """The field (a key of NAMES) that a column with this name contains, or None."""
    return FIELD_OF.get(key_of(name))


def fields_of(names: Sequence[str]) -> dict[str, int]:
    """The column of each field. Raises UnreadableFileError if two are equally likely."""
    keys = [key_of(name) for name in names]
    found: dict[str, int] = {}
    for field, known in NAMES.items():
        likeliest = next((key for key in known if key in keys), None)
        if likeliest is None:
            continue
        if keys.count(likeliest) > 1:
            same = [name for name, key in zip(names, keys, strict=True) if key == likeliest]
            raise UnreadableFileError(
                f"{' and '.join(map(shown, same))} are both the {field}.",
                "Remove one of them, or rename it.",
                column=same[1],
            )
        found[field] = keys.index(likeliest)
    return found
