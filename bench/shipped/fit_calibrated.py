"""Fits the constants of the calibrated model: functions/forecast/models/calibrated*.json.

pip install --no-deps -r bench/shipped/requirements.txt
python -m bench.shipped.fit_calibrated [--write]

The data are 20 adjusted US stocks from 1990 to 2009, from the package skfolio. Later years are only
for tests.

For each horizon, the weights of the volatility measures maximize a Student-t quasi-likelihood (5
degrees of freedom) of the change of the log price. The weights are smoothed over neighboring
horizons. The quantiles of change / deviation are pooled over stocks and days. Stocks that are
still listed decades later rose more than others. So the table keeps only a third of its asymmetry,
which is mostly drift.

Some constants are set by hand: the windows, the shrinkage and that third. To choose them, a fit on
1990 to 1999 was compared on 2000 to 2009, as --choose does. docs/model.md says how much of the test
years was seen in the process.

Assets that trade all week have their own table, fitted on simulated prices. Without --write, no
file changes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bench.shipped import simulated_prices
from evaluation.protocol import Protocol, choose_origins
from functions.forecast.arrays import Floats
from functions.forecast.models import outcome_table, volatility
from functions.forecast.models.calibrated import CalibratedModel
from functions.forecast.models.outcome_table import OutcomeTable
from functions.forecast.models.own_record import deviations
from functions.forecast.prices.series import PriceSeries
from functions.forecast.scoring import random_walk
from functions.forecast.scoring.scores import WIS_LEVELS, weighted_interval_score

HORIZONS = (1, 2, 3, 5, 8, 13, 21, 34, 63, 126, 252)
FIRST, EVERY = 260, 3
KEPT_ASYMMETRY = 1 / 3
OUTCOME_CAP, RECORD_ROWS, PRIOR_OUTCOMES = 2.5, 1000, 50.0
MADE_UP, SEED = 90, 1
SHORT = (30, 45, 60, 90, 126, 200)
FREEDOM, ROUNDS, RATE = 5.0, 400, 0.05


def load() -> list[PriceSeries]:
    """The closes of skfolio's 20 stocks, 1990 to 2022."""
    package = find_spec("skfolio")  # an import would need its optimizer and scikit-learn
    if package is None or package.origin is None:
        raise SystemExit(
            "skfolio is missing: pip install --no-deps -r bench/shipped/requirements.txt"
        )
    source = Path(package.origin).parent / "datasets" / "data" / "sp500_dataset.csv.gz"
    text = gzip.decompress(source.read_bytes()).decode("ascii")
    header, *lines = csv.reader(io.StringIO(text))
    dates = np.array([line[0] for line in lines], dtype="datetime64[D]")
    none = np.full(len(lines), np.nan)
    closes = np.array([line[1:] for line in lines], dtype=np.float64).T
    return [
        PriceSeries(symbol, dates, none, none, none, close, none, close)
        for symbol, close in zip(header[1:], closes, strict=True)
    ]


def outcomes(
    known: list[Floats], log_prices: list[Floats], stop: int, horizon: int
) -> tuple[Floats, Floats]:
    """Measures (n, k) on past days, and the changes (n,) after them in units of sqrt(horizon)."""
    days = np.arange(FIRST, stop - horizon, EVERY)
    changes = [(price[days + horizon] - price[days]) / np.sqrt(horizon) for price in log_prices]
    return np.concatenate([each[days] for each in known]), np.concatenate(changes)


def fit_weights(measures: Floats, changes: Floats) -> Floats:
    """Fit the weights (k,) of the measures with Adam on a softmax. They add up to 1."""
    count = measures.shape[1]
    theta, first, second = np.zeros(count + 1), np.zeros(count + 1), np.zeros(count + 1)
    for turn in range(1, ROUNDS + 1):
        weights = np.exp(theta[:count] - theta[:count].max())
        weights /= weights.sum()
        scale = measures @ weights
        squared = (changes / scale) ** 2 * np.exp(-2 * theta[count]) / FREEDOM
        slope = 1 - (FREEDOM + 1) * squared / (1 + squared)
        per_weight = measures.T @ (slope / scale) / len(changes)
        gradient = np.append(weights * (per_weight - weights @ per_weight), slope.mean())
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        step = first / (1 - 0.9**turn) / (np.sqrt(second / (1 - 0.99**turn)) + 1e-9)
        theta -= RATE * step
    return weights


def smoothed(rows: Floats) -> Floats:
    """Each horizon's row, averaged with its neighbors with weights 1, 2, 1."""
    padded = np.concatenate((rows[:1], rows, rows[-1:]))
    return (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4


def fit(stocks: list[PriceSeries], stop: int, asymmetry: float = KEPT_ASYMMETRY) -> OutcomeTable:
    """Fit the table on the rows before `stop` only."""
    known = [volatility.measures(stock) for stock in stocks]
    log_prices = [np.log(stock.adjusted_close) for stock in stocks]
    seen = [outcomes(known, log_prices, stop, horizon) for horizon in HORIZONS]
    weights = smoothed(np.array([fit_weights(*each) for each in seen]))
    multiples, usual = [], []
    for (measured, changes), row in zip(seen, weights, strict=True):
        multiple = changes / deviations(measured, row[np.newaxis])[:, 0]
        quantile = np.quantile(multiple, WIS_LEVELS)
        symmetric = (quantile - quantile[::-1]) / 2
        multiples.append(symmetric + asymmetry * (quantile - symmetric))
        usual.append(np.minimum(np.abs(multiple), OUTCOME_CAP).mean())
    table = OutcomeTable(
        horizons=np.array(HORIZONS, dtype=np.float64),
        weights=weights,
        levels=np.array(WIS_LEVELS),
        quantiles=smoothed(np.array(multiples)),
        usual=np.array(usual),
        outcome_cap=OUTCOME_CAP,
        record_rows=RECORD_ROWS,
        prior_outcomes=PRIOR_OUTCOMES,
        short_history=0.0,
    )
    return replace(table, short_history=fit_short_history(stocks, stop, table))


def fit_short_history(stocks: list[PriceSeries], stop: int, table: OutcomeTable) -> float:
    """How much wider ranges must be for short histories: the slope against 1 / known returns.

    Histories are cut to SHORT rows. For each length, this finds the widening with the best score.
    The result is the slope of a line through these, with no widening for an infinite history.
    """
    model = CalibratedModel(table)
    steps = np.array([5, 21])
    slopes = []
    for rows in SHORT:
        actual, widths = [], []
        for stock in stocks:
            for start in range(1, stop - rows - 21, 97):
                cut = stock.part(slice(start, start + rows))
                ahead = stock.adjusted_close[start + rows - 1 + steps]
                anchor = stock.adjusted_close[start + rows - 1]
                quantiles = model.quantiles(cut, np.array([rows - 1]), steps, WIS_LEVELS)[0]
                actual.append(np.log(ahead / anchor))
                widths.append(np.log(quantiles / anchor))
        outcome, width = np.array(actual), np.array(widths)
        tried = np.linspace(0.9, 1.6, 71)
        loss = [
            (weighted_interval_score(outcome, each * width, WIS_LEVELS) / width.std(-1)).mean()
            for each in tried
        ]
        best = float(tried[int(np.argmin(loss))])
        slopes.append((best - 1) * rows)
    return float(np.median(slopes))


def of_stocks(stocks: list[PriceSeries]) -> str:
    """The table of stocks as JSON."""
    stop = int(np.searchsorted(stocks[0].dates, np.datetime64("2010-01-01")))
    about = {
        "data": f"skfolio {version('skfolio')}, datasets/data/sp500_dataset.csv.gz",
        "fitted_on": "20 US stocks, 1990-01-02 to 2009-12-31, origins every 3 trading days",
        "kept_asymmetry": round(KEPT_ASYMMETRY, 4),
    }
    return as_json(fit(stocks, stop), about)


def of_every_day() -> str:
    """The table of assets that trade all week, as JSON."""
    made_up = simulated_prices.series(MADE_UP, SEED)
    about = {
        "data": "bench/shipped/simulated_prices.py",
        "fitted_on": f"{MADE_UP} made-up series of {simulated_prices.ROWS} days",
        "kept_asymmetry": 0.0,
    }
    return as_json(fit(made_up, simulated_prices.ROWS, 0.0), about)


def as_json(table: OutcomeTable, about: dict[str, object]) -> str:
    """The data file as JSON, with one line per row of numbers."""
    provenance = {
        "written_by": "bench/shipped/fit_calibrated.py",
        **about,
        "measures": f"deviations over {volatility.WINDOWS} rows; of losses over 22",
    }
    fields: dict[str, object] = {"provenance": provenance}
    for name, value in vars(table).items():
        fields[name] = np.round(value, 4).tolist() if isinstance(value, np.ndarray) else value
    fields["short_history"] = round(table.short_history, 2)
    lines = []
    for name, value in fields.items():
        if isinstance(value, list) and isinstance(value[0], list):
            inner = ",\n    ".join(json.dumps(row) for row in value)
            lines.append(f"  {json.dumps(name)}: [\n    {inner}\n  ]")
        else:
            lines.append(f"  {json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def choices(stocks: list[PriceSeries], stop: int) -> dict[str, OutcomeTable]:
    """The current model and variants with one change, all fitted on the rows before `stop`."""
    chosen = fit(stocks, stop)
    gaussian = random_walk.normal_quantiles(WIS_LEVELS)[np.newaxis]
    return {
        "as chosen": chosen,
        "no own record": replace(chosen, prior_outcomes=1e12),
        "own record of all rows": replace(chosen, record_rows=10**6),
        "own record, less shrunk": replace(chosen, prior_outcomes=10.0),
        "no drift, symmetric": fit(stocks, stop, 0.0),
        "whole asymmetry": fit(stocks, stop, 1.0),
        "month's volatility alone": replace(chosen, weights=np.eye(6)[[1] * len(HORIZONS)]),
        "Gaussian quantiles": replace(chosen, quantiles=gaussian.repeat(len(HORIZONS), axis=0)),
    }


def compare(stocks: list[PriceSeries]) -> None:
    """Fit each choice on 1990 to 1999, and print its WIS relative to the walk on 2000 to 2009."""
    protocol = Protocol((), (5, 21, 63), 150, "2000-01-01", "2009-12-31")
    stop = int(np.searchsorted(stocks[0].dates, np.datetime64("2000-01-01")))
    print(f"{'WIS relative to the walk':26}", *(f"{each:6}" for each in protocol.horizons))
    for name, table in choices(stocks, stop).items():
        model = CalibratedModel(table)
        ratios = []
        for horizon in protocol.horizons:
            steps = np.arange(1, horizon + 1)
            sums = np.zeros(2)
            for stock in stocks:
                origins = choose_origins(stock, protocol)
                price = stock.adjusted_close
                walk = random_walk.RandomWalk(np.log(price)).quantiles(origins, steps, WIS_LEVELS)
                mine = model.quantiles(stock, origins, steps, WIS_LEVELS)
                actual = price[origins[:, np.newaxis] + steps]
                for place, quantiles in enumerate((mine, walk)):
                    wis = weighted_interval_score(actual, quantiles, WIS_LEVELS).mean(axis=1)
                    sums[place] += (wis / price[origins]).sum()
            ratios.append(f"{sums[0] / sums[1]:.4f}")
        print(f"{name:26}", *ratios)


def main() -> None:
    """Fit the tables and print them. With --write, replace the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="replace both tables")
    parser.add_argument("--choose", action="store_true", help="compare choices on 2000 to 2009")
    given = parser.parse_args()
    stocks = load()
    if given.choose:
        compare(stocks)
        return
    texts = {outcome_table.STOCKS: of_stocks(stocks), outcome_table.EVERY_DAY: of_every_day()}
    for path, text in texts.items():
        print(text, end="")
        if given.write:
            path.write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
