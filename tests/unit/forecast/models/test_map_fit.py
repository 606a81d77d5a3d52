"""Our fit held against the Prophet library's, which Stan fits, on real prices."""

import hashlib
import logging
import subprocess
import sys

import numpy as np
import pytest

from functions.forecast.models.map_fit import CHANGEPOINT_SCALE, FOURIER_SCALE, NOISE_SCALE
from functions.forecast.models.prophet_model import ProphetModel
from functions.forecast.prices import csv_columns as price_csv
from functions.ingest.providers.sample import SampleProvider

SLOPE_SCALE = 5.0
SYMBOLS, ENDS = ("AAPL", "GOOG", "IBM", "MSFT"), (1000, 2000, None)
WINDOWS = [(symbol, end) for symbol in SYMBOLS for end in ENDS]

# the library's own use of pandas
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")


def a_window(symbol, end):
    series = price_csv.read(symbol, SampleProvider().fetch(symbol).history.to_csv())
    return series.until(len(series) if end is None else min(end, len(series)))


def fitted_by_the_library(model, prices):
    import pandas as pd
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    library = Prophet(
        daily_seasonality=False,
        weekly_seasonality=False,
        yearly_seasonality=True,
        changepoint_prior_scale=0.05,
    )
    library.add_seasonality("monthly", period=30.5, fourier_order=5)
    frame = pd.DataFrame({"ds": pd.to_datetime(model.dates), "y": prices})
    library.fit(frame, seed=1)
    return library, frame


def log_posterior(columns, hinges, scaled, weights, noise):
    """Prophet's, written down from its Stan program."""
    slopes, others = weights[hinges], weights[2 : hinges.start]
    return (
        -len(scaled) * np.log(noise)
        - ((scaled - columns @ weights) ** 2).sum() / (2 * noise**2)
        - (weights[:2] ** 2).sum() / (2 * SLOPE_SCALE**2)
        - (others**2).sum() / (2 * FOURIER_SCALE**2)
        - np.abs(slopes).sum() / CHANGEPOINT_SCALE
        - noise**2 / (2 * NOISE_SCALE**2)
    )


@pytest.mark.parametrize(("symbol", "end"), WINDOWS)
def test_our_parameters_are_at_least_as_probable_as_the_librarys(symbol, end):
    series = a_window(symbol, end)
    ours = ProphetModel().fit(series)
    prices = series.adjusted_close[-len(ours.dates) :]
    library, frame = fitted_by_the_library(ours, prices)
    found = {name: np.asarray(value).reshape(-1) for name, value in library.params.items()}
    theirs = np.concatenate([found["k"], found["m"], found["beta"], found["delta"]])
    columns, scaled = ours.design.columns(ours.dates), prices / prices.max()

    # the same regressors in the same order: the library's parameters give the library's line
    its_line = library.predict(frame, vectorized=True)["yhat"].to_numpy()
    assert columns @ theirs * prices.max() == pytest.approx(its_line, rel=1e-6)

    noise = float(found["sigma_obs"][0])
    its_posterior = log_posterior(columns, ours.design.hinges, scaled, theirs, noise)
    our_posterior = log_posterior(columns, ours.design.hinges, scaled, ours.weights, ours.noise)
    assert our_posterior == pytest.approx(ours.log_posterior, abs=1e-6)
    assert our_posterior >= its_posterior - 1e-6


def test_the_answer_has_the_same_bits_in_every_process():
    code = """
import hashlib, numpy as np
from functions.forecast.prices import csv_columns as price_csv
from functions.forecast.models.prophet_model import ProphetModel
from functions.ingest.providers.sample import SampleProvider
series = price_csv.read("IBM", SampleProvider().fetch("IBM").history.to_csv())
days = np.arange(series.dates[-1] + 1, series.dates[-1] + 60, dtype="datetime64[D]")
print(hashlib.sha256(ProphetModel().forecast(series, days).quantiles.tobytes()).hexdigest())
"""
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert len(seen.pop()) == hashlib.sha256().digest_size * 2
