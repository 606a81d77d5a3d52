"""Each log line is one JSON object that names its request and event."""

import json
import logging

import pytest

from functions.common import logs


@pytest.fixture(autouse=True)
def restore_logging():
    root, ours = logging.getLogger(), logging.getLogger("functions")
    kept = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = kept[0]
    root.setLevel(kept[1])
    ours.setLevel(kept[2])


def test_a_line_names_the_function_the_request_and_its_fields(capsys):
    logs.configure("ingest", "INFO")
    log = logging.getLogger("functions.test")
    with logs.about(request_id="request-1", traceparent=""):
        log.info("fetched %s", "AAPL", extra={"rows": 7})
    log.debug("not shown")
    [line] = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert entry.pop("time")
    told = {"level": "info", "function": "ingest", "message": "fetched AAPL"}
    assert entry == {**told, "request_id": "request-1", "rows": 7}


def test_an_exception_is_in_its_line(capsys):
    logs.configure("ingest", "INFO")
    try:
        1 / 0  # noqa: B018 - for its exception
    except ZeroDivisionError:
        logging.getLogger("functions.test").exception("broken")
    [line] = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError" in json.loads(line)["exception"]
