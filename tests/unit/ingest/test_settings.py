"""What the settings of ingest accept, and how they refuse the rest."""

import pytest

from functions.common.config import Environment
from functions.common.errors import ConfigurationError
from functions.ingest.settings import Settings


def read(**variables):
    return Settings.read(Environment({"S3_BUCKET": "bucket", **variables}))


def test_without_a_key_there_is_the_sample():
    assert read().prices.providers == ("sample",)


def test_by_default_the_providers_are_those_whose_key_is_set():
    assert read(TIINGO_API_KEY="k").prices.providers == ("tiingo",)
    both = read(NASDAQ_DATA_LINK_API_KEY="n", TIINGO_API_KEY="k")
    assert both.prices.providers == ("tiingo", "nasdaq")


def test_the_order_is_the_operators():
    named = read(PROVIDERS="sample, tiingo", TIINGO_API_KEY="k").prices.providers
    assert named == ("sample", "tiingo")


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PROVIDERS": "tiingo"}, "TIINGO_API_KEY"),
        ({"PROVIDERS": "nasdaq"}, "NASDAQ_DATA_LINK_API_KEY"),
        (
            {"PROVIDERS": "quandl"},
            "can contain tiingo, nasdaq, twelvedata, alphavantage, yahoo, sample, but not 'quandl'",
        ),
        ({"PROVIDERS": "sample,sample"}, "twice"),
        ({"PROVIDERS": ","}, "empty"),
        ({"TIINGO_URL": "tiingo.com"}, "TIINGO_URL"),
        ({"TIINGO_HOURLY_BUDGET": "many"}, "TIINGO_HOURLY_BUDGET"),
        ({"WATCHLIST": "AAPL,not a ticker"}, "WATCHLIST"),
        ({"STALE_OK": "a week"}, "STALE_OK"),
    ],
)
def test_a_bad_setting_is_named(variables, told):
    with pytest.raises(ConfigurationError, match=told):
        read(**variables)


def test_the_keys_are_not_shown():
    shown = repr(read(TIINGO_API_KEY="secret-1", NASDAQ_DATA_LINK_API_KEY="secret-2"))
    assert "secret" not in shown


def test_the_watch_list_is_read_as_tickers():
    assert read(WATCHLIST="aapl, brk.b").watchlist == ("AAPL", "BRK.B")
