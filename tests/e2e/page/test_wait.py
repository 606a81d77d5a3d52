"""Waiting: stages, sleeping functions, cancelling, a lost connection, failures."""

import signal

import pytest

from tests.e2e.page.reading import answered, ask, frozen

pytestmark = pytest.mark.browser

RECORD_STAGES = """() => {
  window.stages = [];
  new MutationObserver(() => {
    const stage = document.querySelector(".stage")?.textContent;
    if (stage && stage !== window.stages.at(-1)) window.stages.push(stage);
  }).observe(document.getElementById("outcome"), { childList: true, subtree: true });
}"""


@pytest.mark.faults
def test_stages_are_shown_live_with_the_time_they_take(page, own_stockcast):
    page.evaluate(RECORD_STAGES)
    with frozen(own_stockcast, "forecast"):
        ask(page, "GOOG", 77)
        page.wait_for_selector(".stages [data-stage=ingesting][aria-current=step]")
        assert page.get_attribute("#submit", "aria-disabled") == "true"
        assert "passed" in page.get_attribute(".stages [data-stage=queued]", "class")
        clock = page.inner_text(".clock")
        page.wait_for_function("(c) => document.querySelector('.clock').innerText !== c", arg=clock)
    answered(page)
    stages = page.evaluate("window.stages")
    assert stages[:2] == ["Starting GOOG …", "Fetching prices of GOOG …"]
    assert stages[2:] in ([], ["Forecasting GOOG …"])
    assert page.get_attribute("#submit", "aria-disabled") == "false"


@pytest.mark.faults
@pytest.mark.parametrize("functions", ["always-on", "scale-to-zero"])
def test_waking_a_function_is_spoken_of_only_where_functions_sleep(visit, own_stockcast, functions):
    page = visit()
    page.evaluate("(value) => (document.documentElement.dataset.functions = value)", functions)
    with frozen(own_stockcast, "ingest"):
        ask(page, "GOOG", 78 + len(functions))
        page.wait_for_function(
            "() => parseFloat(document.querySelector('.clock')?.innerText) > 1.5"
        )
        said = page.inner_text(".hints")
        assert ("Waking the function" in said) == (functions == "scale-to-zero")
    answered(page)


def hold(page, pattern):
    """Never answers the requests that match."""
    page.route(pattern, lambda _: None)


def test_waiting_can_be_cancelled_and_asked_again(page):
    hold(page, "**/api/forecasts")
    ask(page, "IBM", 31)
    page.click("text=Cancel")
    assert page.inner_text("#outcome h2") == "Canceled"
    assert page.evaluate("document.activeElement.id") == "submit"
    assert (page.input_value("#symbol"), page.input_value("#days")) == ("IBM", "31")
    page.unroute("**/api/forecasts")
    page.click("text=Ask again")
    assert answered(page).startswith("IBM")


def test_while_waiting_the_same_is_asked_once_and_another_at_once(page):
    sent = []
    page.route("**/api/forecasts", lambda route: sent.append(route.request.post_data_json))
    ask(page, "IBM", 32)
    page.wait_for_selector(".waiting")
    page.click("#change")
    page.click("#submit", force=True)
    page.press("#symbol", "Enter")
    assert page.get_attribute("#submit", "aria-disabled") == "true"
    page.unroute("**/api/forecasts")
    page.fill("#symbol", "msft")
    assert page.get_attribute("#submit", "aria-disabled") == "false"
    page.press("#symbol", "Enter")
    assert answered(page).startswith("MSFT")
    assert [one["symbol"] for one in sent] == ["IBM"]
    assert page.get_attribute("#submit", "aria-disabled") == "false"


@pytest.mark.faults
def test_a_restart_of_the_server_is_survived(page, own_stockcast):
    web = own_stockcast.stack.process("web")
    with frozen(own_stockcast, "forecast"):
        ask(page, "MSFT", 79)
        page.wait_for_selector(".stages [data-stage=ingesting][aria-current=step]")
        page.route("**/api/forecasts/*", lambda route: route.abort())
        web.signal(signal.SIGKILL)
        page.wait_for_selector("text=Connection lost. Your request is safe.")
        page.unroute("**/api/forecasts/*")
        page.wait_for_function("() => document.querySelector('.lost').textContent === ''")
        assert page.is_visible(".waiting")
    assert answered(page).startswith("MSFT")


def test_without_a_live_stream_it_asks_until_it_is_there(page):
    page.route("**/events", lambda route: route.abort())
    ask(page, "FB", 80)
    assert answered(page).startswith("FB")


def test_an_unknown_ticker_is_explained_and_the_form_kept(page):
    ask(page, "ZZZZQ", 46)
    page.wait_for_selector(".failure")
    text = page.inner_text(".failure")
    assert "ZZZZQ is not in the sample" in text
    assert "Check the spelling" in text
    assert (page.input_value("#symbol"), page.input_value("#days")) == ("ZZZZQ", "46")
    page.fill("#symbol", "IBM")
    page.click("text=Try again")
    assert answered(page).startswith("IBM")


def test_a_known_ticker_without_prices_is_not_called_unknown(visit):
    page = visit("/?symbol=TSLA&days=46")
    page.wait_for_selector(".failure h2 >> text=No prices of TSLA")
    text = page.inner_text(".failure")
    assert "Unknown symbol" not in text
    assert "Check the spelling" not in text
    assert text.count("add a data source") == 1


def test_a_ticker_in_an_address_that_is_a_name_is_met_with_a_proposal(visit):
    page = visit("/?symbol=APPLE&days=46")
    page.click(".failure >> text=AAPL, Apple Inc.")
    assert answered(page).startswith("AAPL")
    assert "symbol=AAPL" in page.url


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [(503, {}, "Try again in a moment"), (429, {"retry-after": "7"}, "Wait 7 seconds")],
)
def test_a_refusal_tells_what_to_do(page, status, headers, said):
    problem = {"title": "No", "status": status, "detail": "Because <b>of this</b>."}
    page.route(
        "**/api/forecasts",
        lambda route: route.fulfill(status=status, json=problem, headers=headers),
    )
    ask(page, "IBM", 47)
    page.wait_for_selector(".failure")
    text = page.inner_text(".failure")
    assert "Because <b>of this</b>." in text  # the page shows it as text, never as markup
    assert said in text


def test_what_was_not_answered_is_said_again_as_the_same_request(page):
    sent = []

    def lose_the_first(route):
        sent.append(route.request.post_data_json)
        if len(sent) == 1:
            route.fetch()  # the request arrives, but its answer gets lost
            route.abort()
        else:
            route.continue_()

    page.route("**/api/forecasts", lose_the_first)
    ask(page, "IBM", 51)
    assert answered(page).startswith("IBM")
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert sent[0]["id"]


def test_a_server_that_is_gone_is_waited_for_and_found_again_without_a_click(page):
    tries = []

    def refuse(route):
        tries.append(route.request.post_data_json["id"])
        route.abort()

    page.route("**/api/forecasts", refuse)
    ask(page, "IBM", 48)
    page.wait_for_selector("text=Connection lost. Your request is safe.")
    page.wait_for_selector("text=Trying again in")
    while len(tries) < 4:
        page.wait_for_timeout(100)
    page.unroute("**/api/forecasts")
    assert answered(page).startswith("IBM")
    assert len(set(tries)) == 1


def test_a_gateway_that_answers_for_a_restarting_server_is_waited_out(page):
    left = [502, 503, 504]

    def answer(route):
        if left:
            route.fulfill(status=left.pop(), content_type="text/html", body="<h1>Bad gateway")
        else:
            route.continue_()

    page.route("**/api/forecasts", answer)
    ask(page, "IBM", 52)
    assert answered(page).startswith("IBM")
    assert left == []


def test_a_request_that_fails_later_says_why(page):
    """The sample's tickers never fail, so the test replaces the stream's last event."""
    error = '{"title":"Too little history","status":422,"detail":"XY has 3 prices."}'
    body = f'event: status\ndata: {{"status":"failed","error":{error}}}\n\n'
    page.route(
        "**/events", lambda route: route.fulfill(content_type="text/event-stream", body=body)
    )
    ask(page, "IBM", 49)
    page.wait_for_selector(".failure")
    assert page.inner_text(".failure h2") == "Too little history"
    assert "XY has 3 prices." in page.inner_text(".failure")
