"""Builds the configured providers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from functions.ingest.providers import Provider
from functions.ingest.providers.sample import SampleProvider
from functions.ingest.providers.session import ProviderSession
from functions.ingest.settings import ProviderSettings


def providers(
    settings: ProviderSettings,
    session_of: Callable[[str], Callable[..., ProviderSession]],
    clock: Callable[[], float],
) -> list[Provider]:
    """The providers, in the order of PROVIDERS. Raises ConfigurationError if one is not usable.

    `session_of` maps a provider's name to the function that creates its HTTP session.
    """
    return [_provider(name, settings, session_of, clock) for name in settings.providers]


def _provider(
    name: str,
    settings: ProviderSettings,
    session_of: Callable[[str], Callable[..., ProviderSession]],
    clock: Callable[[], float],
) -> Provider:
    if name == "sample":
        return SampleProvider()
    timeout_s = settings.provider_timeout_s
    session = partial(session_of(name), read_timeout_s=timeout_s)
    if name == "tiingo":
        from functions.ingest.providers.tiingo import TiingoProvider

        return TiingoProvider(settings.tiingo.key, session, clock, settings.tiingo.url)
    if name == "nasdaq":
        from functions.ingest.providers.nasdaq import NasdaqProvider

        nasdaq = settings.nasdaq
        return NasdaqProvider(nasdaq.key, session, clock, nasdaq.url, settings.nasdaq_database)
    if name == "twelvedata":
        from functions.ingest.providers.twelve_data import TwelveDataProvider

        return TwelveDataProvider(settings.twelvedata.key, session, clock, settings.twelvedata.url)
    if name == "alphavantage":
        from functions.ingest.providers.alpha_vantage import AlphaVantageProvider

        service, plan = settings.alphavantage, settings.alphavantage_plan
        return AlphaVantageProvider(service.key, session, clock, service.url, plan)
    from functions.ingest.providers.yahoo import YahooProvider

    return YahooProvider(session, clock, settings.yahoo_url, timeout_s)
