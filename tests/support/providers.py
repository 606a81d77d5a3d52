"""Ingest's providers, each with a local server that stands in for its own."""

from functions.ingest.providers.alpha_vantage import AlphaVantageProvider
from functions.ingest.providers.nasdaq import NasdaqProvider
from functions.ingest.providers.tiingo import TiingoProvider
from functions.ingest.providers.twelve_data import TwelveDataProvider
from functions.ingest.providers.yahoo import YahooProvider
from tests.support.replay import AlphaVantage, Nasdaq, Replay, Tiingo, TwelveData, Yahoo

KEY = "key-that-nobody-may-see"
DIALECTS = {one.name: one for one in (Tiingo, Nasdaq, TwelveData, AlphaVantage, Yahoo)}
KEYED = {
    one.name: one
    for one in (TiingoProvider, NasdaqProvider, TwelveDataProvider, AlphaVantageProvider)
}


def replayed(name, market):
    """The stand-in for the provider `name`. It knows `market` and takes KEY."""
    return Replay(DIALECTS[name](market, KEY))


def provider_of(replay, session, now, key=KEY, **options):
    """The provider that asks `replay`."""
    if replay.dialect.name == YahooProvider.name:
        return YahooProvider(session, now, replay.url, **options)
    return KEYED[replay.dialect.name](key, session, now, url=replay.url, **options)
