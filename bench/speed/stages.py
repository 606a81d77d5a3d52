"""Compares the stages of a forecast with the old recipe, on the same series.

The old recipe is from the project before Stockcast: the Prophet library on the price, one
prediction over history and future, and a chart with pyplot. Each round runs every stage once, so
that noise of the machine affects all stages equally. The results are medians and their ratios.
"""

from __future__ import annotations

import io
import json
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.speed.other_models import DAYS, answer_of
from functions.forecast.charts import forecast_chart as chart
from functions.forecast.models import prediction, volatility
from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.models.prophet_model import ProphetModel
from functions.forecast.prices import csv_columns as price_csv
from functions.forecast.prices.series import PriceSeries
from functions.ingest.providers.sample import SampleProvider

SYMBOL = "AAPL"
LEVELS = prediction.LEVELS
READ = price_csv.read.__wrapped__
"""Reads again each time, while `read` remembers the last series."""
OLD = "old recipe"


def old_recipe(body: bytes) -> Callable[[], None]:
    import pandas as pd

    from bench.baseline import recipe

    frame = recipe.training(pd.read_csv(io.BytesIO(body)))

    def run() -> None:
        recipe.draw(frame, recipe.predict(frame, DAYS))

    return run


def stages(body: bytes) -> dict[str, Callable[[], Any]]:
    """Each stage of a forecast by itself, and all that a user waits for."""
    model, series = ProphetModel(), price_csv.read(SYMBOL, body)
    calibrated = CalibratedModel()
    last_row = np.array([len(series) - 1])
    days = series.sessions_until(series.target(DAYS))
    fitted = model.fit(series)
    steps = np.arange(1, len(days) + 1)
    document = json.loads(answer_of(calibrated, series))

    def uncached() -> PriceSeries:
        """The series, read again without any cached values."""
        return series.until(len(series))

    def both(read: PriceSeries) -> None:
        calibrated.forecast(read, days)
        calibrated.backtest(read, len(days))

    return {
        "read": lambda: READ(SYMBOL, body),
        "calibrated: fit": lambda: volatility.measures.__wrapped__(series),
        "  quantiles": lambda: calibrated.quantiles(uncached(), last_row, steps, LEVELS),
        "  backtest": lambda: calibrated.backtest(uncached(), len(days)),
        "  forecast and backtest": lambda: both(uncached()),
        "  whole, without PNG": lambda: answer_of(calibrated, READ(SYMBOL, body)),
        "  whole, of a stock asked for before": lambda: answer_of(calibrated, series),
        "prophet: fit": lambda: model.fit(series),
        "  quantiles ": lambda: fitted.quantiles(days, LEVELS),
        "  backtest ": lambda: model.backtest(series, len(days)),
        "  whole, without PNG ": lambda: answer_of(model, READ(SYMBOL, body)),
        "JSON": lambda: json.dumps(document),
        "PNG, on demand": lambda: chart.draw(document),
    }


def measure(rounds: int) -> dict[str, Any]:
    """The median wall and CPU milliseconds of each stage."""
    body = SampleProvider().fetch(SYMBOL).history.to_csv()
    work = {OLD: old_recipe(body), **stages(body)}
    wall: dict[str, list[float]] = {name: [] for name in work}
    cpu: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, run in work.items():
            started, used = time.perf_counter(), _cpu_s()
            run()
            if turn:  # the first round warms up
                wall[name].append(time.perf_counter() - started)
                cpu[name].append(_cpu_s() - used)
    return {
        name: {
            "wall_ms": round(statistics.median(wall[name]) * 1e3, 2),
            "cpu_ms": round(statistics.median(cpu[name]) * 1e3, 2),
        }
        for name in work
    }


def table(measured: dict[str, Any]) -> str:
    """The measurements as a table, with ratios to the old recipe."""
    old = measured[OLD]
    lines = [f"{'stage':24}{'wall ms':>10}{'CPU ms':>10}{'wall / old':>12}{'CPU / old':>12}"]
    for name, took in measured.items():
        ratios = [took[kind] / old[kind] for kind in ("wall_ms", "cpu_ms")]
        lines.append(
            f"{name:24}{took['wall_ms']:10.1f}{took['cpu_ms']:10.1f}"
            f"{ratios[0]:12.3f}{ratios[1]:12.3f}"
        )
    return "\n".join(lines)


def _cpu_s() -> float:
    """CPU seconds of this process and its ended children, such as Stan in the old recipe."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
