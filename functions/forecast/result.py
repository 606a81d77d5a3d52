"""Builds the result document of a forecast."""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray

from functions.common.errors import TooLittleHistoryError
from functions.common.messages.events import PricesIngested
from functions.common.prices.store import StoredPrices
from functions.forecast.models import oddities
from functions.forecast.models.prediction import INTERVALS, Model, Past, Prediction, first_shown
from functions.forecast.prices import ended
from functions.forecast.prices.series import PriceSeries, in_words
from functions.forecast.scoring import backtest, random_walk, scores, trust
from functions.forecast.scoring.backtest import Backtest

if TYPE_CHECKING:
    from functions.forecast.models.prophet_parts import Components

DECIMALS = 4

_json = msgspec.json.Encoder(enc_hook=float).encode
"""Much faster than Python's `json`. It turns NumPy's numbers into Python's."""


def answer(
    ingested: PricesIngested,
    stored: StoredPrices,
    series: PriceSeries,
    model: Model,
    today: date,
) -> bytes:
    """Compute the result (JSON) of `model` for the request behind `ingested`.

    The age of the prices is the time until `today`. Prices are rounded to a hundredth of a cent, or
    to six digits below a dollar.
    """
    if len(series) == 0:
        raise TooLittleHistoryError(series.symbol, 0, 1)
    last = series.dates[-1].item()
    target = series.target(ingested.days)
    dates = series.sessions_until(target)
    prediction = model.forecast(series, dates, scores.WIS_LEVELS)
    horizon = len(dates)
    record = (
        model.backtest(series, horizon) if model.has_quick_backtest else backtest.pending(horizon)
    )
    rounding = Rounding(float(series.adjusted_close[-1]))
    intervals = {
        str(percent): [rounding(bound[-1]) for bound in _bounds(prediction, percent)]
        for percent in INTERVALS
    }
    predicted = rounding(prediction.centre[-1])
    message = _message(series, target, predicted, intervals["80"])
    document: dict[str, Any] = {
        "symbol": series.symbol,
        "days": ingested.days,
        "model": model.name,
        "last_date": last.isoformat(),
        "last_price": rounding(series.adjusted_close[-1]),
        "currency": series.instrument.currency or None,
        "target_date": target.isoformat(),
        "predicted_price": predicted,
        "intervals": intervals,
        "probability_higher": _rounded_score(
            prediction.probability_above(float(series.adjusted_close[-1]))
        ),
        "message": " ".join(
            filter(None, (message, prediction.note, ended.sentence(series, today)))
        ),
        "forecast": _forecast(prediction, rounding),
        "random_walk": _random_walk(series, horizon, rounding),
        "data": data_document(ingested, stored, series, today),
    }
    add_backtest(document, record)
    if prediction.components:
        document["components"] = _components(prediction.components, rounding)
    # This is the largest part and the same for all questions about a stock, so it is cached.
    history = _history(series, prediction.past)
    return _json(document)[:-1] + b',"history":' + history + b"}"


def data_document(
    ingested: PricesIngested, stored: StoredPrices, series: PriceSeries, today: date
) -> dict[str, Any]:
    """Describe the prices behind a result."""
    last, known = series.dates[-1].item(), series.instrument
    doubts = known.doubts(series.symbol, series.target(ingested.days))
    end = ended.sentence(series, today)
    return {
        "provider": ingested.provider,
        "symbol": series.symbol,
        "name": known.name or None,
        "exchange": known.exchange or None,
        "calendar": known.sessions.name,
        "first_date": series.dates[0].item().isoformat(),
        "last_date": last.isoformat(),
        "rows": len(series),
        "s3_key": ingested.key,
        "etag": stored.etag,
        "fetched_at": stored.fetched_at,
        "age_days": max(0, (today - last).days),
        "stale": ingested.stale,
        "jumps": list(stored.jumps),
        "notes": [*stored.notes, *filter(None, (end,)), *doubts, *oddities.notes(series)],
    }


def add_backtest(document: dict[str, Any], record: Backtest) -> None:
    """Add a backtest to a result. If the model broke its promise, the message starts with that.

    `backtest.record` is the record in plain words, or None if there is none. `backtest.trust` has a
    `state` (`ok`, `too_narrow`, `too_few`, `pending`, `failed`) and a `sentence` that explains it.
    If the 80% range is too narrow, `backtest.widened80` is as wide as the record requires.
    """
    judged = trust.judged(record, document["symbol"], document["model"])
    document["backtest"] = {
        **{name: _rounded_score(score) for name, score in asdict(record).items()},
        "record": trust.in_plain_words(record),
        "trust": asdict(judged),
        "widened80": None,
    }
    if judged.state == trust.TOO_NARROW:
        document["message"] = f"{judged.sentence} {document['message']}"
        if record.width_factor80:
            document["backtest"]["widened80"] = _widened(document, record.width_factor80)


def _widened(document: dict[str, Any], factor: float) -> list[float]:
    """The 80% range on the last day with its log width multiplied by `factor`."""
    middle, rounding = document["predicted_price"], Rounding(document["last_price"])
    reach = [factor * math.log(bound / middle) for bound in document["intervals"]["80"]]
    farthest = random_walk.FARTHEST
    return [rounding(middle * math.exp(max(-farthest, min(each, farthest)))) for each in reach]


class Rounding:
    """Rounds prices to the digits that matter at the stock's price. NaN becomes None."""

    def __init__(self, price: float) -> None:
        self._decimals = DECIMALS + max(0, 2 - math.floor(math.log10(price)) - 1)

    def __call__(self, price: float | np.floating[Any]) -> float:
        return round(float(price), self._decimals)

    def column(self, prices: NDArray[np.float64]) -> list[float | None]:
        """A column of prices for JSON."""
        rounded = np.round(prices, self._decimals).tolist()
        if not np.isnan(prices).any():
            return list(rounded)
        return [None if price != price else price for price in rounded]  # noqa: PLR0124 - NaN


def _bounds(
    prediction: Prediction, percent: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = scores.bounds(prediction.levels, percent)
    return prediction.quantiles[:, low], prediction.quantiles[:, high]


@lru_cache(maxsize=16)
def _history(series: PriceSeries, past: Past) -> bytes:
    """The last years and the model's view of them (JSON). The last ones are cached."""
    rounding = Rounding(float(series.adjusted_close[-1]))
    shown = slice(first_shown(series.dates), None)
    low, high = np.full((2, len(series)), np.nan) if past.day_before is None else past.day_before.T
    return _json(
        {
            "dates": _dates(series.dates[shown].tobytes()),
            "close": rounding.column(series.adjusted_close[shown]),
            "fitted": rounding.column(past.fitted[shown]),
            "lo80": rounding.column(low[shown]),
            "hi80": rounding.column(high[shown]),
        }
    )


@lru_cache(maxsize=16)
def _dates(days: bytes) -> msgspec.Raw:
    """Dates (datetime64[D]) as JSON. Stocks of one exchange have the same ones."""
    return msgspec.Raw(_json(np.frombuffer(days, dtype="datetime64[D]").astype(str).tolist()))


def _forecast(prediction: Prediction, rounding: Rounding) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "dates": prediction.dates.astype(str).tolist(),
        "mean": rounding.column(prediction.centre),
    }
    for percent in INTERVALS:
        low, high = _bounds(prediction, percent)
        columns[f"lo{percent}"] = rounding.column(low)
        columns[f"hi{percent}"] = rounding.column(high)
    return columns


def _random_walk(series: PriceSeries, horizon: int, rounding: Rounding) -> dict[str, Any]:
    """The random walk's forecast ("tomorrow equals today") for the same days, to compare with."""
    last, steps = np.array([len(series) - 1]), np.arange(1, horizon + 1)
    low, middle, high = random_walk.of(series).quantiles(last, steps, (0.1, 0.5, 0.9))[0].T
    return {
        "mean": rounding.column(middle),
        "lo80": rounding.column(low),
        "hi80": rounding.column(high),
    }


def _components(parts: Components, rounding: Rounding) -> dict[str, Any]:
    """The trend in the price's currency. The seasons and the trend's turns are in percent."""
    from functions.forecast.models.prophet_parts import per_year

    turns = zip(parts.turns.astype(str).tolist(), per_year(parts.slope_changes), strict=True)
    return {
        "trend": {
            "dates": parts.trend.dates.astype(str).tolist(),
            "values": rounding.column(np.exp(parts.trend.logs)),
        },
        **{
            name: {
                "dates": season.dates.astype(str).tolist(),
                "values": np.round(season.percent, DECIMALS).tolist(),
            }
            for name, season in (("yearly", parts.yearly), ("monthly", parts.monthly))
        },
        "changepoints": [
            {"date": day, "yearly_growth_change_percent": round(float(change), DECIMALS)}
            for day, change in turns
        ],
    }


def _message(series: PriceSeries, target: date, middle: float, interval: list[float]) -> str:
    low, high = map(series.money, interval)
    return (
        f"{series.symbol} could be between {low} and {high} on {in_words(target)}"
        f" (80% range), with {series.money(middle)} in the middle."
    )


def _rounded_score(score: Any) -> Any:
    if isinstance(score, float):
        return round(score, DECIMALS)
    return [round(part, DECIMALS) for part in score] if isinstance(score, tuple) else score
