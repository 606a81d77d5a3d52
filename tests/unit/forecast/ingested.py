"""The event and the stored prices that a result is computed from."""

from functions.common.messages.events import PricesIngested
from functions.common.prices.store import StoredPrices


def ingested(series, *, days=0, model="calibrated", notes=(), **asked):
    first, last = str(series.dates[0]), str(series.dates[-1])
    key = f"prices/sample/{series.symbol}.csv"
    about = {"request_id": "request-1", "symbol": series.symbol, "days": days, "model": model}
    stored = {"bucket": "bucket", "key": key, "etag": "etag", "provider": "sample"}
    rows = {"rows": len(series), "first_date": first, "last_date": last}
    event = PricesIngested(**about, **stored, **rows, **asked)
    fetched = "2013-03-01T22:00:00Z"
    return event, StoredPrices(
        key, "etag", "sample", fetched, len(series), first, last, notes=notes
    )
