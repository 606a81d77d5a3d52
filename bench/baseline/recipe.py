"""Fits, predicts and draws like the old project."""

from __future__ import annotations

import io
import logging
import threading
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
from prophet import Prophet

TRAINING_DAYS = 3 * 365

logging.getLogger("cmdstanpy").disabled = True
drawing = threading.Lock()


def training(prices: pd.DataFrame) -> pd.DataFrame:
    """The last three years in Prophet's columns, `ds` and `y`."""
    frame = pd.DataFrame({"ds": pd.to_datetime(prices["date"]), "y": prices["adj_close"]})
    return frame[frame["ds"] > frame["ds"].max() - pd.Timedelta(days=TRAINING_DAYS)]


def predict(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """Predict history and future with 1,000 samples."""
    model = Prophet(
        daily_seasonality=False,
        weekly_seasonality=False,
        yearly_seasonality=True,
        changepoint_prior_scale=0.05,
    )
    model.add_seasonality("monthly", period=30.5, fourier_order=5)
    model.fit(frame)
    return model.predict(model.make_future_dataframe(periods=days))


def draw(frame: pd.DataFrame, predicted: pd.DataFrame) -> bytes:
    with drawing:
        figure, axes = plt.subplots(figsize=(10, 5.6))
        axes.plot(frame["ds"], frame["y"])
        axes.plot(predicted["ds"], predicted["yhat"])
        axes.fill_between(predicted["ds"], predicted["yhat_lower"], predicted["yhat_upper"])
        png = io.BytesIO()
        figure.savefig(png, format="png")
        plt.close(figure)
    return png.getvalue()


def last(predicted: pd.DataFrame) -> dict[str, Any]:
    row = predicted.iloc[-1]
    return {
        "date": str(row["ds"].date()),
        "price": row["yhat"],
        "low": row["yhat_lower"],
        "high": row["yhat_upper"],
    }
