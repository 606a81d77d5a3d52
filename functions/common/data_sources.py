"""The data sources that Stockcast supports: what each one covers, and its terms."""

from __future__ import annotations

from msgspec import Struct


class DataSource(Struct, frozen=True):
    """One provider. `name` is its name in PROVIDERS.

    `key` is the environment variable with its API key. It is empty if the provider needs none.
    `covers` and `terms` are full sentences for users.
    """

    name: str
    title: str
    covers: str
    terms: str
    key: str = ""


SOURCES = (
    DataSource(
        "tiingo",
        "Tiingo",
        "Stocks and funds of the United States.",
        "A free key is for your own internal use: 500 symbols a month, 50 calls an hour.",
        "TIINGO_API_KEY",
    ),
    DataSource(
        "nasdaq",
        "Nasdaq Data Link",
        "Stocks of the United States. The free WIKI database ends in March 2018.",
        "Each database has its own terms.",
        "NASDAQ_DATA_LINK_API_KEY",
    ),
    DataSource(
        "twelvedata",
        "Twelve Data",
        "Stocks of many countries, currencies and cryptocurrencies.",
        "A free key is for your own use: 8 calls a minute, 800 a day, and mostly US stocks.",
        "TWELVEDATA_API_KEY",
    ),
    DataSource(
        "alphavantage",
        "Alpha Vantage",
        "Stocks of many countries.",
        "A free key gives the latest 100 days, not adjusted for splits, in 25 calls a day.",
        "ALPHAVANTAGE_API_KEY",
    ),
    DataSource(
        "yahoo",
        "Yahoo Finance",
        "Stocks, funds, indices, currencies, futures and cryptocurrencies worldwide.",
        "No key. Yahoo's terms allow personal use only, and Yahoo may block heavy use.",
    ),
    DataSource(
        "sample",
        "Sample data",
        "Five stocks of the United States, until March 1, 2013.",
        "Bundled with Stockcast. Free to use.",
    ),
)
BY_NAME = {source.name: source for source in SOURCES}
KEYS = {source.name: source.key for source in SOURCES if source.key}
"""The environment variable of each provider that needs a key."""
TODAYS_PRICES = (
    ("make run PROVIDERS=yahoo", "No key needed. Yahoo's terms allow personal use only."),
    ("make run TIINGO_API_KEY=YOUR_KEY", "Free key from https://www.tiingo.com, US stocks."),
)
"""Two ways to get today's prices: a command to copy, and a note about it."""
HOW = (
    "For today's prices, run `make run PROVIDERS=yahoo` (personal use only), or get a free key from"
    " https://www.tiingo.com and run `make run TIINGO_API_KEY=YOUR_KEY`."
)
