"""Reads the page for its tests, and pauses functions."""

import signal
from contextlib import contextmanager
from pathlib import Path

import requests

AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
DASH = "\u2013"
LINK = "/?symbol=AAPL&days=45&model=calibrated"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES_OF_COLORS = ["color-contrast", "link-in-text-block"]
"""The others find the same in each theme, because only colors differ."""


def answered(page):
    """Wait for an answer and return its sentence, with plain spaces."""
    page.wait_for_selector("#sentence")
    return page.inner_text("#sentence").replace("\u00a0", " ")


def answered_about(page, symbol):
    """Wait for the answer about `symbol`, which may come after another one."""
    page.wait_for_selector(f"#sentence:text-matches('^{symbol}')")


def downloaded(page, kind, where=".keep"):
    """The name and the content of the file behind the link `kind`."""
    with page.expect_download() as got:
        page.click(f"{where} >> text={kind}")
    return got.value.suggested_filename, got.value.path().read_bytes()


def ask(page, symbol, days):
    if page.is_visible("#change"):
        page.click("#change")
    page.fill("#symbol", symbol)
    page.fill("#days", str(days))
    page.click("#submit")


def change_events(page, change):
    """Give the page `change(body)` instead of each stream of events."""

    def answer(route):
        route.fulfill(body=change(route.fetch().text()), content_type="text/event-stream")

    page.route("**/events", answer)


def linked(page, selector):
    """The JSON that a link of the page leads to."""
    return requests.get(page.eval_on_selector(selector, "(link) => link.href"), timeout=300).json()


def drawn_colors(page, plot=".plot"):
    """The number of colors on the canvas. An empty canvas has one."""
    return page.evaluate(
        """(plot) => {
          const canvas = document.querySelector(`${plot} canvas`);
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        }""",
        plot,
    )


def violations(page):
    """axe-core's findings in both themes. Leaves the page in the dark theme."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for theme, rules in (("light", RULES), ("dark", RULES_OF_COLORS)):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("(t) => document.documentElement.dataset.theme === t", arg=theme)
        result = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", rules)
        found += [
            (theme, one["id"], node["html"][:200], node["failureSummary"])
            for one in result["violations"]
            for node in one["nodes"]
        ]
    return found


@contextmanager
def frozen(stockcast, *names):
    """Pause the functions `names`, as if they were starting."""
    processes = [stockcast.stack.process(name) for name in names]
    for process in processes:
        process.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.signal(signal.SIGCONT)
