"""Uploads over the API, with a real Redis, S3 and sink. The test plays the part of ingest."""

import http.client
import threading
from urllib.parse import unquote, urlsplit

import pytest
import requests
from msgspec import structs

from functions.common.prices.uploads import Upload
from functions.common.requests.upload_outcomes import UploadOutcomes
from functions.web.api import uploads
from local.servers import free_port
from tests.integration.web.serving import serving
from tests.support.http_server import HttpServer
from tests.support.waiting import until

CSV = {"content-type": "text/csv"}
BODY = b"date,close\n2013-03-01,430.47\n"
READ = {"symbol": "@X", "rows": 1}


@pytest.fixture
def settings(settings, s3_settings):
    return structs.replace(settings, s3=s3_settings)


@pytest.fixture
def ingest(inbox, redis_client):
    """Answers each announced upload like ingest."""
    ended = threading.Event()

    def answer():
        outcomes, told = UploadOutcomes(redis_client), 0
        while not ended.wait(0.02):
            for event in inbox.events[told:]:
                outcomes.put(event.data["upload_id"], {**READ, "symbol": event.data["symbol"]})
                told += 1

    thread = threading.Thread(target=answer)
    thread.start()
    yield
    ended.set()
    thread.join()


def post(url, body=BODY, headers=CSV, **options):
    return requests.post(f"{url}/api/prices", data=body, headers=headers, timeout=300, **options)


def send(url, filename="prices.csv", body=BODY, headers=None, **fields):
    files = {"file": (filename, body, "text/csv")}
    return requests.post(
        f"{url}/api/prices", files=files, data=fields, headers=headers, timeout=300
    )


def test_the_file_is_kept_as_it_came(url, ingest, s3_client, s3_settings):
    answer = post(url, params={"name": "My prices", "column": "Schluß"})
    assert answer.status_code == 201
    symbol = answer.json()["symbol"]
    assert answer.headers["location"] == f"/api/symbols/{symbol}/history"
    kept = s3_client.get_object(Bucket=s3_settings.bucket, Key=f"uploads/{symbol}.csv")
    assert kept["Body"].read() == BODY
    assert unquote(kept["Metadata"]["name"]) == "My prices"
    assert unquote(kept["Metadata"]["column"]) == "Schluß"


@pytest.mark.parametrize(
    ("name", "slug", "shown"),
    [
        ("../../etc/passwd", "PASSWD", "passwd"),
        (r"C:\temp\Kurse 2013.CSV", "KURSE2013", "Kurse 2013"),
        ("<script>alert(1)</script>.csv", "SCRIPT", "script>"),
        ("=HYPERLINK(1).csv", "HYPERLINK1", "=HYPERLINK(1)"),
        ("\u202egnp.csv", "GNP", "gnp"),
        ("..", "PRICES", "prices"),
        ("äpfel.csv.gz", "APFEL", "äpfel"),
        ("x" * 500, "X" * 14, "x" * 60),
    ],
)
def test_a_name_of_any_kind_makes_a_symbol(url, ingest, s3_client, s3_settings, name, slug, shown):
    symbol = post(url, params={"name": name}).json()["symbol"]
    assert symbol.startswith(f"@{slug}-")
    kept = s3_client.head_object(Bucket=s3_settings.bucket, Key=f"uploads/{symbol}.csv")
    assert unquote(kept["Metadata"]["name"]) == shown


def test_a_form_is_the_same_as_the_file_alone(url, ingest):
    alone = post(url, params={"name": "prices.csv", "column": "B"}).json()
    assert send(url, "../../prices.csv", column="B").json() == alone
    assert send(url, "other.csv", column="B").json() != alone
    assert send(url, "other.csv", column="B", name="prices").json() == alone


def test_a_form_without_a_file_is_refused(url):
    for body, said in (
        ({"files": {"other": ("x.csv", BODY)}}, "Send the file in the form field"),
        ({"files": {"file": (None, "text")}}, "Send the file in the form field"),
        ({"files": [("file", ("a", BODY)), ("file", ("b", BODY))]}, "Too many files"),
        ({"data": b"nothing", "headers": {"content-type": "multipart/form-data"}}, "cannot be"),
        (
            {"data": b"--x", "headers": {"content-type": "multipart/form-data; boundary=y"}},
            "cannot be",
        ),
    ):
        answer = requests.post(f"{url}/api/prices", timeout=300, **body)
        assert answer.status_code == 422, answer.text
        assert said in answer.json()["detail"]
        assert answer.json()["errors"][0]["field"] == "file"


def test_too_large_a_file_is_refused_however_it_comes(url):
    body = b"x" * (5 * 1024 * 1024 + 1)
    assert "Leave out columns" in post(url, body).json()["detail"]
    assert send(url, body=body).status_code == 413


def test_a_form_of_another_site_is_refused(settings, ingest):
    sent = {"sec-fetch-site": "cross-site", "origin": "https://friend.example"}
    with serving(settings) as url:
        assert send(url, headers=sent).status_code == 403
        assert send(url, headers={"sec-fetch-site": "same-origin"}).status_code == 201
    with serving(structs.replace(settings, cors_origins=("https://friend.example",))) as url:
        assert send(url, headers=sent).status_code == 201


def test_a_symbol_never_comes_to_stand_for_another_file(url, s3_client, s3_settings):
    symbol = Upload("prices", "", BODY).symbol
    s3_client.put_object(
        Bucket=s3_settings.bucket, Key=f"uploads/{symbol}.csv", Body=b"x", Metadata={"digest": "x"}
    )
    answer = post(url)
    assert answer.status_code == 409
    assert "another `name`" in answer.json()["detail"]


def test_uploads_can_be_turned_off(settings):
    with serving(structs.replace(settings, uploads=False)) as url:
        assert post(url).status_code == 404
        assert "turned off" in post(url).json()["detail"]
        asked = {"symbol": "@PRICES-1A2B3C4D", "days": 5}
        refused = requests.post(f"{url}/api/forecasts", json=asked, timeout=300)
        assert refused.status_code == 404
        assert "UPLOADS" in refused.json()["detail"]


def test_uploads_count_against_the_limit(settings, ingest):
    with serving(structs.replace(settings, requests_per_minute=2)) as url:
        assert [post(url).status_code for _ in range(3)] == [201, 201, 429]


def test_while_s3_is_down_an_upload_is_refused_and_may_come_again(settings):
    nowhere = structs.replace(settings.s3, endpoint_url=f"http://127.0.0.1:{free_port()}")
    with serving(structs.replace(settings, s3=nowhere)) as url:
        answer = post(url)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    with serving(structs.replace(settings, s3=None)) as url:
        assert "S3_BUCKET is not set" in post(url).json()["detail"]


def test_while_s3_is_full_an_upload_is_refused_and_may_come_again(settings):
    with HttpServer(lambda asked: (507 if asked.method == "PUT" else 404, {}, b"")) as server:
        full = structs.replace(settings.s3, endpoint_url=server.url)
        with serving(structs.replace(settings, s3=full)) as url:
            answer = post(url)
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) >= 1


def test_where_ingest_takes_too_long_one_is_told_to_come_again(url, monkeypatch):
    monkeypatch.setattr(uploads, "READ_WAIT_S", 0.2)
    answer = post(url)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert "Upload it again" in answer.json()["detail"]


def test_no_more_files_are_taken_at_once_than_memory_is_for(settings, monkeypatch, ingest):
    monkeypatch.setattr(uploads, "MOST_AT_ONCE", 1)
    with serving(settings) as url:
        slow = http.client.HTTPConnection(urlsplit(url).netloc, timeout=300)
        slow.putrequest("POST", "/api/prices")
        slow.putheader("content-type", "text/csv")
        slow.putheader("content-length", str(len(BODY)))
        slow.endheaders(BODY[:10])
        until(lambda: post(url).status_code, lambda status: status == 503)
        slow.send(BODY[10:])
        assert slow.getresponse().status == 201
        slow.close()
        assert post(url).status_code == 201
