"""Describes where the prices of a result come from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def provenance(result: Mapping[str, Any], today: date, *, since: str) -> list[str]:
    """Lines about the source and the age of the prices, and about doubts.

    Price jumps before `since` (an ISO date) are left out.
    """
    data = result["data"]
    last = data["last_date"]
    age = max(0, (today - date.fromisoformat(last)).days)
    model = f" Model: {result['model']}." if "model" in result else ""
    old = f"{age} {'day' if age == 1 else 'days'} old"
    source = f"{data['rows']} daily prices from {data['provider']}, as of {last} ({old}).{model}"
    lines = [source]
    if data["provider"] == "sample":
        lines.append("These are sample prices, not today's.")
    if data["stale"]:
        lines.append("The provider has no newer prices now. These are the last known prices.")
    lines += data["notes"]
    jumped = [day for day in data["jumps"] if day >= since]
    if jumped:
        days = ", ".join(jumped)
        lines.append(f"The price jumped without a split on {days}. Check it before you rely on it.")
    return [*lines, "Based on past prices. Not investment advice."]
