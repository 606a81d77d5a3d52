"""Many forecasts at once, as a caller sees them."""

import csv
import io


def test_a_batch_is_asked_for_watched_and_had(stockcast, request_id):
    symbols = ["AAPL", "FB", "GOOG", "IBM", "MSFT", "ZZZZ"]
    answer = stockcast.post("/api/batches", symbols=symbols, days=33, id=request_id)
    assert answer.status_code == 202
    links = answer.json()["links"]
    told = stockcast.told(links["events"])
    assert told[-1]["status"] == "done"
    assert told[-1] == stockcast.get(links["self"]).json()
    assert (told[-1]["counts"]["done"], told[-1]["counts"]["failed"]) == (5, 1)

    rows = list(csv.DictReader(io.StringIO(stockcast.get(links["results"]).text)))
    assert [row["symbol"] for row in rows] == symbols
    assert "ZZZZ" in rows[-1]["error"]
    ranked = stockcast.get(links["ranking"]).json()["rows"]
    assert [row["rank"] for row in ranked] == [1, 2, 3, 4, 5]
    chances = [row["probability_higher"] or 0 for row in ranked]
    assert chances == sorted(chances, reverse=True)
    one = stockcast.ended(ranked[0]["request_id"])
    assert one["result"]["predicted_price"] == ranked[0]["predicted_price"]
    assert one["symbol"] == ranked[0]["symbol"]
