"""The images at work, with a read-only root and their own user, on a real Redis and S3."""

import contextlib
import json
import re
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import (
    ChartRequested,
    ForecastCompleted,
    ForecastRequested,
    PricesIngested,
)
from functions.common.requests.keys import chart_name, result_name
from local.servers import free_port
from tests.images.building import FUNCTIONS
from tests.support.events import send
from tests.support.waiting import until

MOST_MIB_AT_REST = {"web": 128, "ingest": 128, "forecast": 128}
ASKED = {"symbol": "AAPL", "days": 45}


@pytest.fixture(params=FUNCTIONS)
def container(request, run, inbox):
    return run(request.param, K_SINK=inbox.url if request.param == "web" else "")


def test_an_image_answers_that_it_is_well(container):
    for path in ("/healthz", "/_/health", "/readyz"):
        assert requests.get(container.url + path, timeout=300).status_code == 200, path


def test_an_image_at_rest_holds_little_memory(container):
    function = requests.get(container.url + "/healthz", timeout=300).json()["function"]
    assert container.memory_mib() < MOST_MIB_AT_REST[function]


def test_its_processes_are_its_users_and_may_write_to_tmp_alone(container):
    for pid in container.processes():
        status = Path(f"/proc/{pid}/status").read_text()
        assert set(re.search(r"^Uid:\s+(.*)$", status, re.MULTILINE)[1].split()) == {"65532"}
        mounts = [line.split() for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines()]
        options = {mount[4]: mount[5].split(",") for mount in mounts}
        assert "ro" in options["/"]
        assert "rw" in options["/tmp"]  # noqa: S108 - a mount of the image


def test_an_event_goes_through_ingest_and_forecast_up_to_the_chart(run, redis_client):
    ingest, forecast = run("ingest"), run("forecast")
    requested = Envelope("1", "/test", ForecastRequested.TYPE, {**ASKED, "request_id": "request-1"})
    answer = send(ingest.url, requested)
    ingested = cloudevent.parse(answer.headers, answer.content)
    assert ingested.type == PricesIngested.TYPE
    answer = send(forecast.url, ingested)
    completed = cloudevent.parse(answer.headers, answer.content)
    assert completed.type == ForecastCompleted.TYPE
    key = completed.data["result_key"]
    result = json.loads(redis_client.get(result_name(key)))
    assert result["message"].startswith("AAPL could be between $")
    chart = ChartRequested("request-1", "AAPL", key)
    event = Envelope("2", "/test", chart.TYPE, chart.to_data())
    assert send(forecast.url, event).status_code == 204
    assert redis_client.get(chart_name(key)).startswith(b"\x89PNG")


def test_prophet_is_forecast_with_its_backtest(run, redis_client):
    ingest, forecast = run("ingest"), run("forecast")
    asked = {**ASKED, "request_id": "request-1", "model": "prophet"}
    answer = send(ingest.url, Envelope("1", "/test", ForecastRequested.TYPE, asked))
    answer = send(forecast.url, cloudevent.parse(answer.headers, answer.content))
    completed = cloudevent.parse(answer.headers, answer.content)
    assert send(forecast.url, completed).status_code == 204
    result = json.loads(redis_client.get(result_name(completed.data["result_key"])))
    assert result["backtest"]["status"] == "complete"


def test_web_serves_the_page_and_takes_a_request(run, inbox):
    web = run("web", K_SINK=inbox.url)
    page = requests.get(web.url, timeout=300).text
    files = re.findall(r'(?:href|src)="(static/[^"]+)"', page)
    assert files
    for path in files:
        assert requests.get(f"{web.url}/{path}", timeout=300).status_code == 200
    answer = requests.post(
        f"{web.url}/api/forecasts", json={**ASKED, "id": "own-id-1"}, timeout=300
    )
    assert answer.status_code == 202
    assert inbox.events[0].data["request_id"] == "own-id-1"


class HalfSent:
    """A request that the server has the head of, while it waits for the body."""

    def __init__(self, url, path, headers, body):
        address = urlsplit(url)
        self._body = body
        self._connection = socket.create_connection((address.hostname, address.port), timeout=300)
        lines = [f"POST {path} HTTP/1.1", f"host: {address.netloc}", "expect: 100-continue"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"content-length: {len(body)}", "", ""]
        self._connection.sendall("\r\n".join(lines).encode())
        assert b"100 Continue" in self._connection.recv(1024)

    def finish(self):
        """Send the body and return the whole answer."""
        with self._connection as connection:
            connection.sendall(self._body)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return answer


def wait_until_no_more_is_taken(container):
    """A client can still connect, but nobody accepts the connection."""
    with contextlib.suppress(requests.ConnectionError, requests.Timeout):
        until(lambda: requests.get(f"{container.url}/healthz", timeout=1).ok, lambda ok: not ok)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_request_in_flight_is_answered_after_sigterm(run, inbox, function):
    container = run(function, K_SINK=inbox.url)
    if function == "web":
        path, headers = "/api/forecasts", {"content-type": "application/json"}
        body, answered = json.dumps(ASKED).encode(), b"202"
    else:
        kind = "warmup.requested" if function == "ingest" else "prices.warmed"
        event = Envelope("1", "/test", f"dev.stockcast.{kind}.v1", {"symbol": "AAPL"})
        path, answered = "/", b"204"
        headers, body = event.to_binary()
    request = HalfSent(container.url, path, headers, body)
    container.terminate()
    wait_until_no_more_is_taken(container)
    assert request.finish().split(b" ", 2)[1] == answered
    container.wait_until_ended()


STEPS_S = (0.0, 0.03, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)
"""Of processor time, at which a start is interrupted; the last are beyond it."""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_sigterm_ends_a_function_at_each_step_of_its_start(begin, function):
    for step_s in STEPS_S:
        container = begin(function, K_SINK="http://127.0.0.1:9/")
        while container.cpu_s() < step_s and not container.process.program.is_ready():
            time.sleep(0.002)
        container.terminate()
        container.wait_until_ended()
        assert "SIGKILL" not in container.process.last_words()


def test_the_job_prepares_the_bucket(begin):
    job = begin("ingest", ["python3", "-m", "functions.ingest.prepare_bucket"])
    job.wait_until_ended()
    assert "Conditional writes (If-None-Match and If-Match): the server honors" in (
        job.process.last_words()
    )


def test_the_four_images_answer_a_request_together(run, begin):
    """The settings of compose.yaml."""
    ingest, forecast = begin("ingest"), begin("forecast")
    web_port = free_port()
    urls = {
        "8080": "$PORT",
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - what the image says
        "web=http://web:8080": f"web=http://127.0.0.1:{web_port}",
        "ingest=http://ingest:8080": f"ingest={ingest.url}",
        "forecast=http://forecast:8080": f"forecast={forecast.url}",
    }
    broker = run("broker", urls)
    run("web", port=web_port, K_SINK=broker.url)
    url = f"http://127.0.0.1:{web_port}/api/forecasts"
    answer = requests.post(url, json={**ASKED, "id": "own-id-1"}, timeout=300)
    assert answer.status_code == 202
    stream = requests.get(f"{url}/own-id-1/events", timeout=300).text
    assert '"status":"done"' in stream


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("forecasts", {"symbol": "AAPL", "days": 30, "id": "own-id-1"}),
        ("batches", {"symbols": ["AAPL", "IBM"], "days": 30, "id": "own-id-2"}),
    ],
)
def test_an_open_stream_of_progress_ends_with_its_server(run, inbox, path, asked):
    web = run("web", K_SINK=inbox.url)
    location = requests.post(f"{web.url}/api/{path}", json=asked, timeout=300).headers["location"]
    with requests.get(f"{web.url}{location}/events", stream=True, timeout=300) as stream:
        lines = stream.iter_lines()
        assert any(line.startswith(b"data:") for line in lines)
        web.terminate()
        # If the server is killed, the connection breaks and this raises.
        assert [line for line in lines if line.startswith(b"data:")] == []
    web.wait_until_ended()
