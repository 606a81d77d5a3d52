"""The members of a batch as a CSV table and as a ranking."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from functions.common.requests.record import Status
from functions.web.downloads.result_table import without_formula
from functions.web.stores.batches import Member

FIGURES = (
    *("last_date", "last_price", "target_date", "predicted_price"),
    *("lo80", "hi80", "lo95", "hi95", "probability_higher", "trust", "currency"),
)
COLUMNS = ("symbol", "request_id", "status", *FIGURES, "error")
RANKED = (
    *("last_date", "last_price", "predicted_price"),
    *("lo80", "hi80", "probability_higher", "trust", "currency"),
)


def table(members: Iterable[Member]) -> str:
    """CSV with a header and one row per member. The figures are empty if a member is not done."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for one in members:
        figures = {name: one.headline.get(name) for name in FIGURES}
        about = {
            "symbol": without_formula(one.symbol),
            "request_id": without_formula(one.request_id),
            "status": one.status,
        }
        writer.writerow({**about, **figures, "error": without_formula(one.error)})
    return out.getvalue()


def ranking(members: Iterable[Member]) -> list[dict[str, Any]]:
    """The finished members, highest chance of rising first. Ties go by the predicted change."""
    done = [one for one in members if one.status == Status.DONE.value and one.headline]
    done.sort(key=_chances, reverse=True)
    return [
        {
            "rank": rank,
            "symbol": one.symbol,
            "request_id": one.request_id,
            **{name: one.headline.get(name) for name in RANKED},
        }
        for rank, one in enumerate(done, 1)
    ]


def failures(members: Iterable[Member]) -> list[dict[str, str]]:
    """The members that failed, each with its reason."""
    return [
        {"symbol": one.symbol, "request_id": one.request_id, "error": one.error}
        for one in members
        if one.status == Status.FAILED.value
    ]


def _chances(one: Member) -> tuple[float, float]:
    shown = one.headline
    change: float = shown["predicted_price"] / shown["last_price"]
    return shown.get("probability_higher") or 0.0, change
