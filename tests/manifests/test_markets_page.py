"""docs/markets.md lists every exchange, calendar and data source."""

import re

from functions.common.data_sources import SOURCES
from functions.common.prices import calendars, exchanges
from tests.manifests.building import ROOT

PAGE = (ROOT / "docs" / "markets.md").read_text(encoding="utf-8")


def test_every_exchange_is_listed_with_its_suffix_calendar_and_currency():
    rows = re.findall(
        r"^\| (.+?) \| `(\w{4})` \| (\S+) \| `(\w+)` \| (\w{3}) \|$", PAGE, re.MULTILINE
    )
    listed = {(name, mic, suffix.strip("`."), *rest) for name, mic, suffix, *rest in rows}
    assert listed == {
        (one.name, one.mic, one.suffix or "none", one.calendar, one.currency)
        for one in exchanges.all_exchanges().values()
    }


def test_every_data_source_is_listed_with_its_key():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE, re.MULTILINE))
    assert set(rows) >= {source.name for source in SOURCES}
    for source in SOURCES:
        assert rows[source.name].startswith(f"`{source.key}`" if source.key else "none")


def test_the_page_counts_the_calendars_and_names_those_that_end_early():
    of_exchanges = [name for name in calendars.names() if name.startswith(("X", "A", "B", "C"))]
    assert f"`XNYS` and {len(of_exchanges) - 1} more" in PAGE
    early = {name for name in of_exchanges if max(calendars.named(name).years) < 2045}
    assert early == {"XBOM", "XSHG", "XSES", "XSAU"}
    assert f"until {max(calendars.named('XBOM').years)}" in PAGE
