"""The kinds of analyses and the parameters each takes, named as in the Stocker class.

Web checks a submission with this, and ingest and forecast check the event again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from functions.common.errors import InvalidFieldError
from functions.common.messages import fields
from functions.common.messages import interest_csv as interest
from functions.common.messages.fields import Json

COLUMNS = ("close", "adj_close", "volume", "daily_change")
PLOT_TYPES = ("basic", "pct")
DEFAULT_PRIORS = (0.001, 0.05, 0.1, 0.2)
DEFAULT_PRIOR = 0.05
LEAST_PRIOR, MOST_PRIOR = 1e-4, 100.0
MOST_PRIORS = 6
LEAST_SHARES, MOST_SHARES = 0.001, 1_000_000_000
DEFAULT_TRAINING_YEARS, MOST_TRAINING_YEARS = 3, 10

Reader = Callable[[Json, str], Any]


def _day(data: Json, field: str) -> str | None:
    return fields.day(data, field).isoformat() if data.get(field) is not None else None


def _columns(data: Json, field: str) -> list[str]:
    value = data.get(field, ["adj_close"])
    good = isinstance(value, list) and value and all(one in COLUMNS for one in value)
    if not good or len(set(value)) < len(value):
        message = f"must list some of {', '.join(COLUMNS)}, each once, not {fields.shown(value)}."
        raise InvalidFieldError(field, message)
    return list(value)


def _plot_type(data: Json, field: str) -> str:
    value = data.get(field, "basic")
    if value not in PLOT_TYPES:
        message = f"must be one of {', '.join(PLOT_TYPES)}, not {fields.shown(value)}."
        raise InvalidFieldError(field, message)
    return str(value)


def _number(value: Any, field: str, least: float, most: float) -> float:
    if type(value) not in {int, float} or not least <= value <= most:
        message = f"must be a number from {least:g} to {most:,.0f}, not {fields.shown(value)}."
        raise InvalidFieldError(field, message)
    return float(value)


def _nshares(data: Json, field: str) -> float:
    return _number(data.get(field, 1), field, LEAST_SHARES, MOST_SHARES)


def _nshares_or_none(data: Json, field: str) -> float | None:
    return _nshares(data, field) if data.get(field) is not None else None


def _prior(data: Json, field: str) -> float:
    return _number(data.get(field, DEFAULT_PRIOR), field, LEAST_PRIOR, MOST_PRIOR)


def _priors(data: Json, field: str) -> list[float]:
    value = data.get(field, list(DEFAULT_PRIORS))
    if not isinstance(value, list) or not 0 < len(value) <= MOST_PRIORS:
        message = f"must be a list of 1 to {MOST_PRIORS} numbers, not {fields.shown(value)}."
        raise InvalidFieldError(field, message)
    return sorted({_number(one, field, LEAST_PRIOR, MOST_PRIOR) for one in value})


def _training_years(data: Json, field: str) -> int:
    asked = {field: DEFAULT_TRAINING_YEARS, **data}
    return fields.whole_number(asked, field, least=1, most=MOST_TRAINING_YEARS)


def _days(default: int) -> Reader:
    return lambda data, field: fields.days({field: default, **data}, field)


def _interest(data: Json, field: str) -> str | None:
    if data.get(field) is None:
        return None
    text = fields.text(data, field, max_length=interest.MOST_CHARACTERS)
    interest.read(text, field)
    return text


_RANGE: dict[str, Reader] = {"start": _day, "end": _day}
_FIT: dict[str, Reader] = {"changepoint_prior": _prior, "training_years": _training_years}
_FITS: dict[str, Reader] = {"priors": _priors, "training_years": _training_years}
PARAMETERS: dict[str, dict[str, Reader]] = {
    "history": {**_RANGE, "columns": _columns, "plot_type": _plot_type},
    "buy_and_hold": {**_RANGE, "nshares": _nshares},
    "components": {"days": _days(30), **_FIT},
    "predict_future": {"days": _days(30), **_FIT},
    "evaluate": {**_RANGE, "nshares": _nshares_or_none, **_FIT},
    "changepoints": {"interest_csv": _interest, **_FIT},
    "prior_analysis": {"days": _days(180), **_FITS},
    "prior_validation": {**_RANGE, **_FITS},
}
"""How each parameter of a kind is read; a reader gives its default, None: not asked for."""

KINDS = tuple(PARAMETERS)
UPLOADED = frozenset({"interest_csv"})
"""Parameters too long to be shown with a request."""


def kind(data: Json, field: str = "kind") -> str:
    value = fields.required(data, field)
    if value not in KINDS:
        raise InvalidFieldError(
            field, f"must be one of {', '.join(KINDS)}, not {fields.shown(value)}."
        )
    return str(value)


def parameters(of_kind: str, data: Json) -> tuple[dict[str, Any], list[InvalidFieldError]]:
    """The parameters of a kind in `data`, defaults filled in, and what is wrong with them."""
    read: dict[str, Any] = {}
    errors: list[InvalidFieldError] = []
    takes = PARAMETERS[of_kind]
    for name, reader in takes.items():
        try:
            value = reader(data, name)
        except InvalidFieldError as error:
            errors.append(error)
        else:
            if value is not None:
                read[name] = value
    errors += fields.foreign(data, takes, f"parameter of {of_kind}")
    errors += _empty_range(read)
    return read, errors


def checked(of_kind: str, data: Json) -> dict[str, Any]:
    """The parameters of a kind in `data`. Raises InvalidFieldError about the first bad one."""
    read, errors = parameters(of_kind, data)
    if errors:
        raise errors[0]
    return read


def _empty_range(read: dict[str, Any]) -> list[InvalidFieldError]:
    if "start" not in read or "end" not in read:
        return []
    start, end = date.fromisoformat(read["start"]), date.fromisoformat(read["end"])
    if start < end:
        return []
    return [InvalidFieldError("start", f"must be before end ({end}), not {start}.")]
