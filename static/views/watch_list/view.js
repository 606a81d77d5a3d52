// The watch-list: the tickers this browser keeps an eye on, forecast together as one batch.
import { history, isRecent } from "../../api/client.js";
import { forecastAll } from "../../api/batch.js";
import { NO_TICKER } from "../../controls/combobox.js";
import { at, element } from "../../page/element.js";
import { failure } from "../../controls/failure.js";
import { inDays, isIsoDate, percent, price, range, shortDate } from "../../page/format.js";
import { sparkline } from "../../charts/sparkline.js";
import { MOST_WATCHED, TOO_MANY_WATCHED, isSymbol, read, readRecord, unwatch, watch, watched, write } from "../../page/storage.js";
import { tickerField } from "../../controls/ticker_field.js";

const HORIZONS = { 7: "1 week", 30: "1 month", 91: "3 months", 365: "1 year" };
const SPARK_DAYS = 63;
const SPARK_CALENDAR_DAYS = 100;
const SEPARATORS = /[\s,;]+/;

let adder = null;
let running = null;
let timer;
let days = 30;

/** What the last batch said, by ticker, so that the table is filled before the next one is done. */
const rows = () => Object.fromEntries(Object.entries(readRecord("rows")).filter(([, row]) => isRow(row)));
const isRow = (row) => row?.isMissing === true || ([row?.last_price, row?.lo80, row?.hi80].every(Number.isFinite) && isIsoDate(row.last_date) && (row.closes === undefined || Array.isArray(row.closes)));
const isFresh = () => {
  const { askedAt, days: of } = readRecord("refreshed");
  return of === days && isRecent(askedAt) && watched().every((symbol) => symbol in rows());
};

export function show() {
  const stored = Number(read("watch-days", 30));
  days = stored in HORIZONS ? stored : 30;
  if (!adder) build();
  draw();
  if (watched().length && !isFresh()) refresh();
  clearInterval(timer);
  timer = setInterval(() => document.visibilityState === "visible" && watched().length && !isFresh() && refresh(), 60_000);
}

export function leave() {
  clearInterval(timer);
  running?.abort();
  running = null;
  at("watch-progress").classList.remove("running");
}

function build() {
  adder = tickerField("watch-add", "Add a ticker", { placeholder: "AAPL, or several", maxlength: 600 });
  const form = element(
    "form.card.tools",
    { novalidate: true, submit: add },
    adder.field,
    element("button", { type: "submit" }, "Add"),
    element(
      "div.field",
      {},
      element("span.label", { id: "watch-days-label" }, "Look ahead"),
      element(
        "div.chips",
        { role: "group", "aria-labelledby": "watch-days-label" },
        Object.entries(HORIZONS).map(([value, text]) => element("button", { type: "button", "data-horizon": value, click: () => choose(Number(value)) }, text)),
      ),
    ),
    element("button.main", { id: "watch-refresh", type: "button", click: refresh }, "Refresh"),
  );
  at("watch-list-view").replaceChildren(
    element("h1.title", {}, "Watch-list"),
    element("p.lead", {}, "Kept in this browser alone. All are forecast together; the likeliest to rise is no tip to buy."),
    form,
    element("div.batch", { id: "watch-progress" }, element("progress", { id: "watch-bar", max: "1", value: "0", "aria-labelledby": "watch-said" }), element("p", { id: "watch-said", role: "status" })),
    element("div", { id: "watch-failure" }),
    element("div", { id: "watch-table" }),
  );
}

function add(event) {
  event.preventDefault();
  const wanted = adder.input.value.toUpperCase().split(SEPARATORS).filter(Boolean);
  const bad = wanted.filter((symbol) => !isSymbol(symbol));
  const isTooMuch = new Set([...watched(), ...wanted]).size > MOST_WATCHED;
  const complaint = wanted.length === 0 ? NO_TICKER : bad.length ? `${bad.join(", ")}: no ticker. Take it out, then add again.` : isTooMuch ? TOO_MANY_WATCHED : "";
  adder.complain(complaint);
  if (complaint) return adder.input.focus();
  wanted.forEach(watch);
  adder.input.value = "";
  draw();
  return refresh();
}

function choose(value) {
  days = value;
  write("watch-days", days);
  write("rows", {});
  draw();
  if (watched().length) refresh();
}

function remove(symbol) {
  unwatch(symbol);
  draw();
  adder.input.focus();
}

function draw() {
  for (const button of document.querySelectorAll("[data-horizon]")) button.setAttribute("aria-pressed", String(Number(button.dataset.horizon) === days));
  at("watch-refresh").hidden = watched().length === 0;
  at("watch-table").replaceChildren(watched().length ? table() : nothing());
}

const nothing = () => element("section.card.invitation", {}, element("h2", {}, "Nothing watched yet"), element("p", {}, "Add a ticker above, or press “Watch” below any forecast."));

function table() {
  const known = rows();
  const columns = ["Ticker", "Last three months", "Last price", `80% range in ${inDays(days)}`, "Chance higher", "As of"];
  return element(
    "div.scroll.watch-scroll",
    { tabindex: "0", role: "region", "aria-label": "Watch-list" },
    element(
      "table.watched",
      {},
      element("caption.unseen", {}, "Watched tickers"),
      element("thead", {}, element("tr", {}, columns.map((name) => element("th", { scope: "col" }, name)), element("td"))),
      element("tbody", {}, watched().map((symbol) => tableRow(symbol, known[symbol]))),
    ),
  );
}

function tableRow(symbol, known) {
  const cell = (text) => element("td", {}, text ?? "…");
  const link = element("a", { href: `./?symbol=${symbol}&days=${days}`, "data-go": "" }, symbol);
  const remover = element("td", {}, element("button.quiet.small", { type: "button", "aria-label": `Remove ${symbol}`, click: () => remove(symbol) }, "Remove"));
  const head = element("th", { scope: "row" }, link);
  if (known?.isMissing) return element("tr", {}, head, element("td.left", { colspan: "5" }, `No forecast came. Open ${symbol} to see why.`), remover);
  if (!known) return element("tr", { "aria-busy": "true" }, head, cell(), cell(), cell(), cell(), cell(), remover);
  return element(
    "tr",
    {},
    head,
    element("td.spark", {}, known.closes ? sparkline(symbol, known.closes) : "–"),
    cell(price(known.last_price)),
    cell(range(known.lo80, known.hi80)),
    cell(typeof known.probability_higher === "number" ? percent(known.probability_higher) : "–"),
    cell(shortDate(known.last_date)),
    remover,
  );
}

async function refresh() {
  running?.abort();
  const stop = (running = new AbortController());
  const symbols = watched();
  at("watch-failure").replaceChildren();
  at("watch-progress").classList.add("running");
  say({ total: symbols.length, counts: { done: 0, failed: 0 } });
  try {
    const ranking = await forecastAll(symbols, days, { tell: say, lost, signal: stop.signal });
    const found = Object.fromEntries(ranking.map((row) => [row.symbol, row]));
    const before = rows();
    const after = Object.fromEntries(symbols.map((symbol) => [symbol, found[symbol] ? { ...before[symbol], isMissing: false, ...found[symbol] } : { isMissing: true }]));
    write("rows", after);
    write("refreshed", { askedAt: Date.now(), days });
    draw();
    await Promise.all(ranking.map((row) => addCloses(row.symbol, row.last_date, stop.signal)));
    if (running === stop) draw();
  } catch (problem) {
    if (running === stop && problem.name !== "AbortError") at("watch-failure").replaceChildren(failure(problem, refresh));
  } finally {
    if (running === stop) {
      running = null;
      at("watch-progress").classList.remove("running");
    }
  }
}

function say({ total, counts }) {
  const { done = 0, failed = 0 } = counts;
  at("watch-bar").max = total;
  at("watch-bar").value = done + failed;
  at("watch-said").textContent = `${done} of ${total} forecast${failed ? `, ${failed} failed` : ""}`;
}

function lost(isLost) {
  if (isLost) at("watch-said").textContent = "The connection is lost. The batch goes on; trying again …";
}

/** The prices of the last months, for the drawing. Without them the row says what it says. */
async function addCloses(symbol, lastDate, signal) {
  const start = new Date(Date.parse(lastDate) - SPARK_CALENDAR_DAYS * 86_400_000).toISOString().slice(0, 10);
  const found = await history(symbol, start, signal).catch(() => null);
  const known = rows();
  if (!found?.dates.length || !known[symbol]) return;
  known[symbol].closes = found.adj_close.slice(-SPARK_DAYS);
  write("rows", known);
}
