"""Times the models of statsforecast on the series of a batch, and Stockcast's model on the same.

Each model forecasts 31 sessions with an 80% range, on one core. Stockcast also reads the price file
and computes its record of past forecasts.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

import numpy as np

from bench.running.peers import PACKAGES
from bench.running.world import SYMBOLS
from functions.common.messages.events import ForecastRequested
from functions.common.prices.store import StoredPrices
from functions.forecast import result
from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.models.prediction import Model
from functions.forecast.prices import csv_columns
from functions.forecast.prices.series import PriceSeries
from functions.ingest.freshness.policy import Kept
from functions.ingest.handlers import pointing_to
from functions.ingest.providers.sample import SampleProvider

SESSIONS, DAYS = 31, 45
_model = CalibratedModel()


def measure(count: int, shown: int) -> dict[str, dict[str, float]]:
    """The seconds of each model for `shown` series, measured on `count` of them."""
    bodies = {symbol: SampleProvider().fetch(symbol).history.to_csv() for symbol in SYMBOLS}
    symbols = itertools.islice(itertools.cycle(SYMBOLS), count)
    files = [(f"{symbol}{number}", bodies[symbol]) for number, symbol in enumerate(symbols)]
    each: dict[str, Callable[[Sequence[tuple[str, bytes]]], None]] = {
        "Stockcast's model": _ours,
        "statsforecast's AutoETS": lambda files: _theirs("AutoETS", files),
        "statsforecast's GARCH(1,1)": lambda files: _theirs("GARCH", files),
    }
    found = {}
    for name, run in each.items():
        run(files[:2])  # compiles what it compiles
        started, used = time.perf_counter(), time.process_time()
        run(files)
        wall, cpu = time.perf_counter() - started, time.process_time() - used
        found[name] = {
            "seconds": round(wall / count * shown, 1),
            "cpu_seconds": round(cpu / count * shown, 1),
            "measured_on": count,
        }
    return found


def _ours(files: Sequence[tuple[str, bytes]]) -> None:
    for symbol, body in files:
        forecast_of(csv_columns.read.__wrapped__(symbol, body))


def forecast_of(series: PriceSeries) -> bytes:
    """The result of Stockcast's model for a series that it has not seen before."""
    return answer_of(_model, series)


def answer_of(model: Model, series: PriceSeries) -> bytes:
    """The result of a model on the day of the last price."""
    first, last = series.dates[[0, -1]].tolist()
    stored = StoredPrices("k", "e", "sample", "", len(series), str(first), str(last))
    kept = Kept(stored, datetime.now(timezone.utc))
    asked = pointing_to(kept, ForecastRequested("request-1", series.symbol, DAYS), "bucket")
    return result.answer(asked, stored, series, model, last)


def _theirs(name: str, files: Sequence[tuple[str, bytes]]) -> None:
    if str(PACKAGES) not in sys.path:
        sys.path.append(str(PACKAGES))
    import pandas as pd
    from statsforecast import StatsForecast, models

    model = {"AutoETS": models.AutoETS, "GARCH": models.GARCH}[name]()
    columns = []
    for symbol, body in files:
        series = csv_columns.read(symbol, body)
        values = series.adjusted_close
        if name == "GARCH":
            values = 100.0 * np.diff(np.log(values))
        columns.append(
            pd.DataFrame({"unique_id": symbol, "ds": np.arange(len(values)), "y": values})
        )
    frame = pd.concat(columns, ignore_index=True)
    StatsForecast(models=[model], freq=1, n_jobs=1).forecast(df=frame, h=SESSIONS, level=[80])
