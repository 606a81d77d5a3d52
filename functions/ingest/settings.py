"""The settings that the ingest function reads from its environment."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from msgspec import Struct

from functions.common.config import (
    Environment,
    RedisSettings,
    S3Settings,
    Secretive,
    SinkSettings,
    providers,
)
from functions.common.data_sources import KEYS
from functions.common.errors import ConfigurationError, InvalidMessageError
from functions.common.messages.events import PricesRefresh

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
BUDGETS = {
    "tiingo": (("TIINGO_HOURLY_BUDGET", "45", HOUR_S), ("TIINGO_DAILY_BUDGET", "950", DAY_S)),
    "nasdaq": (
        ("NASDAQ_DATA_LINK_MINUTE_BUDGET", "180", MINUTE_S),
        ("NASDAQ_DATA_LINK_DAILY_BUDGET", "45000", DAY_S),
    ),
    "twelvedata": (
        ("TWELVEDATA_MINUTE_BUDGET", "7", MINUTE_S),
        ("TWELVEDATA_DAILY_BUDGET", "780", DAY_S),
    ),
    "alphavantage": (
        ("ALPHAVANTAGE_MINUTE_BUDGET", "5", MINUTE_S),
        ("ALPHAVANTAGE_DAILY_BUDGET", "24", DAY_S),
    ),
    "yahoo": (("YAHOO_HOURLY_BUDGET", "300", HOUR_S),),
}
"""The variable, default and window of each limit. The defaults stay below the free plans."""


class Limit(Struct, frozen=True):
    """At most `most` calls in any `window_s` seconds, as set by `variable`."""

    most: int
    window_s: int
    variable: str


class KeyedService(Secretive, frozen=True):
    """A provider's base URL and API key."""

    url: str
    key: str

    @classmethod
    def read(cls, env: Environment, prefix: str, url: str) -> KeyedService:
        """Read `{prefix}_URL`, whose default is `url`, and `{prefix}_API_KEY`."""
        return cls(_url(env, f"{prefix}_URL", url), env.text(f"{prefix}_API_KEY", ""))


class ProviderSettings(Struct, frozen=True):
    """Where prices come from, and how long they stay good enough."""

    providers: tuple[str, ...]
    tiingo: KeyedService
    nasdaq: KeyedService
    nasdaq_database: str
    twelvedata: KeyedService
    alphavantage: KeyedService
    alphavantage_plan: str
    yahoo_url: str
    provider_timeout_s: float
    price_max_age_s: float
    stale_ok_s: float

    @classmethod
    def read(cls, env: Environment) -> ProviderSettings:
        named = providers(env)
        for name in named:
            if name in KEYS and not env.text(KEYS[name], ""):
                message = f"PROVIDERS names {name}, which needs a key. Set {KEYS[name]}."
                raise ConfigurationError(message)
        if "yahoo" in named and importlib.util.find_spec("yfinance") is None:
            raise ConfigurationError(
                "PROVIDERS names yahoo, which needs the library yfinance. Install it with"
                " `pip install yfinance`, or leave yahoo out."
            )
        return cls(
            named,
            tiingo=KeyedService.read(env, "TIINGO", "https://api.tiingo.com"),
            nasdaq=KeyedService.read(env, "NASDAQ_DATA_LINK", "https://data.nasdaq.com"),
            nasdaq_database=env.text("NASDAQ_DATA_LINK_DATABASE", "WIKI"),
            twelvedata=KeyedService.read(env, "TWELVEDATA", "https://api.twelvedata.com"),
            alphavantage=KeyedService.read(env, "ALPHAVANTAGE", "https://www.alphavantage.co"),
            alphavantage_plan=env.choice("ALPHAVANTAGE_PLAN", "free", among=("free", "premium")),
            yahoo_url=_url(env, "YAHOO_URL", ""),
            provider_timeout_s=env.seconds("PROVIDER_TIMEOUT", "15s"),
            price_max_age_s=env.seconds("PRICE_MAX_AGE", "7d"),
            stale_ok_s=env.seconds("STALE_OK", "7d"),
        )


class Settings(Struct, frozen=True):
    """The stores, sinks and providers of the ingest function."""

    redis: RedisSettings
    s3: S3Settings
    sinks: SinkSettings
    prices: ProviderSettings
    limits: Mapping[str, tuple[Limit, ...]]
    watchlist: tuple[str, ...]
    symbols_url: str
    upload_ttl_s: float

    @classmethod
    def read(cls, env: Environment) -> Settings:
        return cls(
            RedisSettings.read(env),
            S3Settings.read(env),
            SinkSettings.read(env),
            ProviderSettings.read(env),
            limits={
                name: tuple(
                    Limit(env.number(variable, default), window_s, variable)
                    for variable, default, window_s in budgets
                )
                for name, budgets in BUDGETS.items()
            },
            watchlist=_watchlist(env),
            upload_ttl_s=env.seconds("UPLOAD_TTL", "7d"),
            symbols_url=_url(env, "SYMBOLS_URL", "https://www.nasdaqtrader.com/dynamic/SymDir"),
        )


def _url(env: Environment, name: str, default: str) -> str:
    return env.url(name, default, schemes=("http", "https"))


def _watchlist(env: Environment) -> tuple[str, ...]:
    try:
        return PricesRefresh.from_data({"symbols": list(env.names("WATCHLIST", ""))}).symbols
    except InvalidMessageError as error:
        raise ConfigurationError(f"WATCHLIST: each {error.errors[0].message}") from error
