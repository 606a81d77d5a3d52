"""Whatever the metadata of stored prices says, ingest uses them or fetches them again."""

from datetime import date, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from functions.common.prices.bucket import StoredObject
from functions.common.prices.history import PriceRow
from functions.common.prices.store import of_object
from functions.ingest.freshness import whole
from functions.ingest.freshness.policy import Freshness, checked_at, needs_comparing
from functions.ingest.providers import Fetched
from functions.ingest.providers.publication import Schedule

NOW = datetime(2016, 1, 5, 12, tzinfo=timezone.utc)
GOOD = {
    "provider": "tiingo",
    "fetched-at": "2016-01-04T23:00:00.000Z",
    "compared-at": "2016-01-01T23:00:00.000Z",
    "rows": "253",
    "first-date": "2015-01-02",
    "last-date": "2016-01-04",
    "passed-over": "yahoo nasdaq",
    "refused": "2016-01-04 40 2015-11-09",
    "notes": "[]",
    "calendar": "XNYS",
    "weekdays": "12345",
    "calendar-guessed": "yes",
}
TEXTS = st.one_of(
    st.text(max_size=30),
    st.datetimes().map(datetime.isoformat),
    st.dates().map(date.isoformat),
    st.integers().map(str),
    st.sampled_from(["²", "0", "-1", "2016-01-04T23:00:00", "2016-W01-1", "9" * 5000]),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(GOOD, TEXTS)))
@example({"rows": "²"})
@example({"calendar": "observed", "weekdays": "none"})
def test_metadata(nonsense):
    stored = of_object("prices/tiingo/ACME.csv", StoredObject("etag", GOOD | nonsense))
    checked = checked_at(stored, NOW)
    assert checked is None or checked <= NOW + timedelta(minutes=5)
    rule = Freshness(Schedule(timedelta(hours=1)), timedelta(days=7))
    assert rule.until(stored, NOW) <= NOW + timedelta(days=7, minutes=5)
    needs_comparing(stored, NOW)
    row = PriceRow(date(2016, 1, 4), None, None, None, None, None, 1.0)
    fetched = Fetched("ACME", (row,))
    whole.was_refused_before(fetched, stored.refused, NOW.date())
    if checked:
        assert whole.losses(fetched, stored)
