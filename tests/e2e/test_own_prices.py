"""A person uploads a price file, forecasts it, analyzes it and uses it in a batch."""

from datetime import date, timedelta

import requests

from tests.support.price_files import CLOSES, DAYS, SHAPES, wide
from tests.support.waiting import has_ended, until


def upload(stockcast, body, **query):
    """Upload until the machine is no longer too busy to read the file."""
    url, headers = f"{stockcast.url}/api/prices", {"content-type": "text/csv"}
    return until(
        lambda: requests.post(url, body, params=query, headers=headers, timeout=300),
        lambda answer: answer.status_code != 503,
    )


def test_a_file_is_read_and_forecast_under_its_symbol(stockcast):
    answer = upload(stockcast, SHAPES["investing.com"], name="My prices.csv")
    assert answer.status_code == 201, answer.text
    read = answer.json()
    assert read["symbol"].startswith("@MYPRICES-")
    assert read["name"] == "My prices"
    assert (read["rows"], read["calendar"]) == (len(DAYS), "observed")
    assert (read["first_date"], read["last_date"]) == (str(DAYS[0]), str(DAYS[-1]))
    assert read["columns"] == ["date", "open", "high", "low", "close", "volume"]
    assert (
        "The file begins with the newest row. Stockcast sorted the rows by date." in read["notes"]
    )
    submitted = stockcast.submit(symbol=read["symbol"].lower(), days=10)
    done = stockcast.ended(submitted.json()["id"])
    assert done["status"] == "done", done
    result = done["result"]
    assert result["last_price"] == CLOSES[-1]
    assert result["last_date"] == read["last_date"]
    assert (result["data"]["provider"], result["data"]["symbol"]) == ("upload", read["symbol"])
    assert set(read["notes"]) <= set(result["data"]["notes"])
    history = stockcast.get(answer.headers["location"]).json()
    assert history["close"] == CLOSES
    leads = stockcast.get(f"/api/symbols/{read['symbol']}/target-date?days=10").json()
    assert (leads["last_date"], leads["calendar"]) == (read["last_date"], read["calendar"])
    assert leads["target_date"] == result["target_date"]


def test_a_file_of_several_series_lists_them_and_one_is_chosen(stockcast):
    days = [date(2012, 1, 2) + timedelta(days=at) for at in range(400)]
    body = wide(days)
    first = upload(stockcast, body).json()
    assert (first["columns"], first["column"], first["calendar"]) == (["AAA", "BBB"], "AAA", "24/7")
    assert "Choose another with `column`" in first["notes"][0]
    chosen = upload(stockcast, body, column="BBB").json()
    assert (chosen["column"], chosen["rows"]) == ("BBB", 400)
    assert chosen["symbol"] != first["symbol"]
    result = stockcast.ended(stockcast.submit(symbol=chosen["symbol"], days=5).json()["id"])
    assert result["result"]["last_price"] == 20 + 399 % 7
    missing = upload(stockcast, body, column="CCC")
    assert missing.status_code == 422
    assert "There is no column 'CCC'. The file has 2 series: 'AAA', 'BBB'." in missing.text


def test_an_uploaded_file_works_in_analyses_and_batches(stockcast):
    symbol = upload(stockcast, SHAPES["kaggle"]).json()["symbol"]
    accepted = stockcast.post("/api/analyses", symbol=symbol, kind="buy_and_hold")
    assert stockcast.ended(accepted.json()["id"])["status"] == "done"
    batch = stockcast.post("/api/batches", symbols=[symbol, "AAPL"], days=5).json()
    until(lambda: stockcast.get(batch["links"]["self"]).json(), has_ended)
    rows = stockcast.get(batch["links"]["ranking"]).json()["rows"]
    assert {row["symbol"] for row in rows} == {symbol, "AAPL"}


def test_a_file_that_cannot_be_read_is_refused_with_its_place_and_the_cure(stockcast):
    answer = upload(stockcast, b"date,close\n2013-03-01,dear\n")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert (error["line"], error["column"], error["value"]) == (2, "close", "dear")
    assert error["cure"] == "Correct the cell, or leave it empty."
    assert "Line 2, column 'close': 'dear' is not a number." in answer.json()["detail"]
