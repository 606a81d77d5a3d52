"""Knative's filter dialects."""

import pytest

from local.broker.filters import BadFilterError, compiled

EVENT = {"type": "dev.stockcast.forecast.requested.v1", "source": "/stockcast/web", "subject": "A"}


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ({}, True),
        ({"filter": {"attributes": {"type": EVENT["type"]}}}, True),
        ({"filter": {"attributes": {"type": EVENT["type"], "subject": "B"}}}, False),
        ({"filter": {"attributes": {"type": ""}}}, True),
        ({"filter": {"attributes": {"missing": ""}}}, False),
        ({"filters": [{"exact": {"subject": "A"}}]}, True),
        ({"filters": [{"prefix": {"type": "dev.stockcast."}}]}, True),
        ({"filters": [{"prefix": {"type": "stockcast."}}]}, False),
        ({"filters": [{"suffix": {"type": ".v1"}}]}, True),
        ({"filters": [{"suffix": {"type": ".v2"}}]}, False),
        ({"filters": [{"exact": {"subject": "A"}}, {"suffix": {"type": ".v2"}}]}, False),
        ({"filters": [{"any": [{"exact": {"subject": "B"}}, {"suffix": {"type": ".v1"}}]}]}, True),
        ({"filters": [{"all": [{"exact": {"subject": "A"}}, {"exact": {"source": "x"}}]}]}, False),
        ({"filters": [{"not": {"exact": {"subject": "B"}}}]}, True),
        ({"filters": [{"not": {"exact": {"subject": "A"}}}]}, False),
        ({"filters": [{"exact": {"subject": "B"}}], "filter": {"attributes": {}}}, False),
    ],
)
def test_filters_choose_events(spec, wanted):
    assert compiled(spec)(EVENT) is wanted


@pytest.mark.parametrize("dialect", [{"cesql": "TRUE"}, {}, "exact", {"any": [{"what": {}}]}])
def test_an_unknown_dialect_is_shown(dialect):
    with pytest.raises(BadFilterError, match="exact, prefix, suffix"):
        compiled({"filters": [dialect]})
