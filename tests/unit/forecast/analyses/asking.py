"""Asks for an analysis, and computes reference values to compare it with."""

import io
import logging

import numpy as np
import pandas as pd

from functions.common.cloudevents.event import json_bytes
from functions.common.messages import analyses as parameters_of
from functions.forecast import analyses
from functions.forecast.analyses.document import document
from functions.forecast.models.prophet_model import ProphetModel, settings, training_frame
from functions.ingest.providers.sample import SampleProvider
from tests.unit.forecast.price_series import sample

STOCKERS_PRIORS = [0.001, 0.05, 0.1, 0.2]


def analysed(kind, series, **asked):
    """The document of an analysis (JSON), with defaults for missing parameters."""
    analysis = analyses.named(kind)(series, parameters_of.validated(kind, asked))
    shown = document(analysis, series)
    json_bytes(shown)
    return shown


def frame(symbol):
    """The sample's prices as pandas reads them, by date, adjusted to end at the last close."""
    csv = SampleProvider().fetch(symbol).history.to_csv()
    prices = pd.read_csv(io.BytesIO(csv), parse_dates=["date"], index_col="date")
    prices["adj_close"] *= prices["close"].iloc[-1] / prices["adj_close"].iloc[-1]
    return prices


def table_of(shown):
    rows = pd.DataFrame(shown["table"]["rows"], columns=shown["table"]["columns"])
    return rows.set_index("date") if "date" in rows else rows


def line_of(shown, name, panel=0):
    """A panel's line as a pandas series over its dates, without its gaps."""
    of = shown["panels"][panel]
    [values] = [line["values"] for line in of["lines"] if line["name"] == name]
    return pd.Series(values, pd.to_datetime(of["x"]), dtype=float).dropna()


def library(model, prior, prices):
    """The Prophet library with the same settings, fitted by Stan to the same window."""
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    np.random.seed(1)  # noqa: NPY002 - the library draws from it
    fitted = settings(Prophet, model.dates, prior)
    fitted.fit(training_frame(model.dates, prices), seed=1)
    return fitted


def fitted_by_both(symbol, end=None, prior=0.05):
    """Our fit of the prices until the row `end`, and Stan's of the same window."""
    series = sample(symbol)
    series = series.until(min(end or len(series), len(series)))
    model = ProphetModel(prior).fit(series)
    return model, library(model, prior, series.adjusted_close[-len(model.dates) :])


def with_parameters_of(model, fitted):
    """The library with our parameters instead of Stan's, which are a little less probable."""
    fitted.params |= model.library.params
    return fitted


def predicted(fitted, dates):
    """The library's prediction by date: line and trend as prices, seasons in percent."""
    dates = pd.to_datetime(dates)
    told = fitted.predict(pd.DataFrame({"ds": dates})).set_index(dates)
    for name in told.columns[1:]:
        is_price = name.startswith(("yhat", "trend"))
        told[name] = np.exp(told[name]) if is_price else 100 * np.expm1(told[name])
    return told


def log_posterior(fitted, prior):
    """The log posterior of a fitted library's parameters, copied from its Stan program."""
    k, m, beta, delta, noise = (
        np.ravel(fitted.params[name]) for name in ("k", "m", "beta", "delta", "sigma_obs")
    )
    history = fitted.history
    fourier, scales, *_ = fitted.make_all_seasonality_features(history)
    time = history["t"].to_numpy()
    hinges = np.maximum(time[:, None] - fitted.changepoints_t, 0.0)
    line = k * time + m + fourier.to_numpy() @ beta + hinges @ delta
    return float(
        -len(time) * np.log(noise[0])
        - ((history["y_scaled"].to_numpy() - line) ** 2).sum() / (2 * noise[0] ** 2)
        - (k[0] ** 2 + m[0] ** 2) / (2 * 5.0**2)
        - ((beta / np.array(scales)) ** 2).sum() / 2
        - np.abs(delta).sum() / prior
        - noise[0] ** 2 / (2 * 0.5**2)
    )
