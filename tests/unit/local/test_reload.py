"""Which functions restart after which change."""

import pytest

from local.reload import CODE, affected


@pytest.mark.parametrize(
    ("changed", "restarted"),
    [
        (["web/app.py"], ["web"]),
        (["forecast/models/calibrated.py", "ingest/main.py"], ["ingest", "forecast"]),
        (["common/errors.py"], ["web", "ingest", "forecast"]),
    ],
)
def test_a_change_restarts_the_functions_that_import_it(changed, restarted):
    assert affected(CODE / one for one in changed) == restarted
