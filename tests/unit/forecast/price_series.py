"""Price series for the tests of models."""

import numpy as np

from functions.common.prices.instrument import Instrument
from functions.forecast.prices import csv_columns as price_csv
from functions.forecast.prices.series import PriceSeries
from functions.ingest.providers.sample import SampleProvider

IN_DOLLARS = Instrument(calendar="XNYS", currency="USD")


def sample(symbol):
    history = SampleProvider().fetch(symbol).history
    return price_csv.read(symbol, history.to_csv(), history.instrument)


def of_closes(closes, first="1990-01-01"):
    """Closes alone, one each calendar day."""
    closes = np.asarray(closes, dtype=np.float64)
    none = np.full(len(closes), np.nan)
    dates = np.datetime64(first, "D") + np.arange(len(closes))
    return PriceSeries("X", dates, none, none, none, closes, none, closes, IN_DOLLARS)


def on_weekdays(price):
    """Prices that are open, high, low and close at once, one each weekday."""
    day = np.busday_offset("2010-01-04", np.arange(len(price)))
    return PriceSeries("TEST", day, *[price] * 6)


def weekdays_after(series, count):
    return np.busday_offset(series.dates[-1], np.arange(1, count + 1))


def days_after(series, count):
    return series.dates[-1] + np.arange(1, count + 1)


def walk(rows, deviation=0.02, start=50.0, seed=1):
    random = np.random.default_rng(seed)
    return start * np.exp(np.cumsum(random.normal(0, deviation, rows)))
