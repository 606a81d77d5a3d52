"""How the tests ask for an analysis, and what they hold it against."""

import io
import logging

import numpy as np
import pandas as pd

from functions.common.cloudevents.event import json_bytes
from functions.common.messages import analyses as parameters_of
from functions.forecast import analyses
from functions.forecast.analyses.document import document
from functions.ingest.providers.sample import SampleProvider


def analysed(kind, series, **asked):
    """The document of an analysis, with the defaults for what is not asked; JSON all through."""
    analysis = analyses.named(kind)(series, parameters_of.checked(kind, asked))
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
    """The Prophet library with Stocker's settings, fitted by Stan to the same window."""
    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    np.random.seed(1)  # noqa: NPY002 - the library draws from it
    fitted = Prophet(
        daily_seasonality=False,
        weekly_seasonality=False,
        yearly_seasonality=True,
        changepoint_prior_scale=prior,
    )
    fitted.add_seasonality("monthly", period=30.5, fourier_order=5)
    fitted.fit(pd.DataFrame({"ds": pd.to_datetime(model.dates), "y": prices}), seed=1)
    return fitted


def with_parameters_of(model, fitted):
    """The library with our parameters in place of Stan's, which stops a little short of them."""
    hinges = model.design.hinges
    fitted.params |= {
        "k": model.weights[:1].reshape(1, 1),
        "m": model.weights[1:2].reshape(1, 1),
        "beta": model.weights[2 : hinges.start].reshape(1, -1),
        "delta": model.weights[hinges].reshape(1, -1),
        "sigma_obs": np.array([[model.noise]]),
    }
    return fitted


def predicted(fitted, dates):
    """What the library predicts, by date: yhat, trend, yearly, monthly and their bounds."""
    dates = pd.to_datetime(dates)
    return fitted.predict(pd.DataFrame({"ds": dates})).set_index(dates)
