// The watchlist: this browser remembers the tickers, and one batch forecasts them all.
import { history, isRecent } from "../../api/client.js";
import { forecastAll } from "../../api/batch.js";
import { at, element, invitation, withCode } from "../../page/element.js";
import { failure } from "../../controls/failure.js";
import { change, inDays, isIsoDate, moneyOf, percent, shortDate } from "../../page/format.js";
import { sparkline } from "../../charts/sparkline.js";
import { MOST_WATCHED, TOO_MANY_WATCHED, isSymbol, read, readRecord, unwatch, watch, watched, write } from "../../page/storage.js";
import { tickerField } from "../../controls/ticker_field.js";

const HORIZONS = { 7: "1 week", 30: "1 month", 91: "3 months", 365: "1 year" };
const SPARK_DAYS = 63;
const SPARK_CALENDAR_DAYS = 100;
const SEPARATORS = /[\s,;]+/;
const isList = (text) => /[,;]/.test(text);

let adder = null;
let running = null;
let timer;
let days = 30;

/** The last batch's answers by ticker. They fill the table until the next batch is done. */
const rows = () => Object.fromEntries(Object.entries(readRecord("rows")).filter(([, row]) => isRow(row)));
const isRow = (row) => typeof row?.error === "string" || ([row?.last_price, row?.lo80, row?.hi80].every(Number.isFinite) && isIsoDate(row.last_date) && (row.closes === undefined || Array.isArray(row.closes)));
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
    element("h1.title", {}, "Watchlist"),
    element("p.lead", {}, "Forecast the stocks you follow, all at once. Only this browser stores the list. A higher chance is not a reason to buy."),
    form,
    element("div.batch", { id: "watch-progress" }, element("progress", { id: "watch-bar", max: "1", value: "0", "aria-labelledby": "watch-said" }), element("p", { id: "watch-said", role: "status" })),
    element("div", { id: "watch-failure" }),
    element("div", { id: "watch-table" }),
  );
}

async function add(event) {
  event.preventDefault();
  const typed = adder.input.value.trim();
  const wanted = await tickersIn(typed);
  if (!wanted) return undefined;
  if (new Set([...watched(), ...wanted]).size > MOST_WATCHED) {
    adder.complain(TOO_MANY_WATCHED);
    return adder.input.focus();
  }
  adder.complain("");
  wanted.forEach(watch);
  adder.input.value = "";
  draw();
  return refresh();
}

/** Reads one ticker, a company name, or several tickers. A company name can have spaces, so it reads several only if nothing matches. If the text is bad, shows why and returns null. */
async function tickersIn(typed) {
  const isOne = !isList(typed) && (!/\s/.test(typed) || (await adder.meant()));
  if (isOne) {
    const symbol = await adder.entered();
    return symbol ? [symbol] : null;
  }
  adder.close();
  const wanted = typed.toUpperCase().split(SEPARATORS).filter(Boolean);
  const bad = wanted.filter((symbol) => !isSymbol(symbol));
  if (!bad.length) return wanted;
  adder.complain(`Not a ticker: ${bad.join(", ")}. Correct or remove it, then add again.`);
  adder.input.focus();
  return null;
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

const nothing = () => invitation("Your watchlist is empty", element("p", {}, "Add a ticker above, or press “Watch” below a forecast."));

function table() {
  const known = rows();
  const columns = ["Ticker", "Last three months", "Last price", `80% range in ${inDays(days)}`, "Chance higher", "As of"];
  return element(
    "div.scroll.watch-scroll",
    { tabindex: "0", role: "region", "aria-label": "Watchlist" },
    element(
      "table.watched",
      { role: "table" }, // needed because phones show the table as cards
      element("caption.unseen", {}, "Watched tickers"),
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, columns.map((name) => element("th", { scope: "col", role: "columnheader" }, name)), element("td", { role: "cell" }))),
      element("tbody", { role: "rowgroup" }, watched().map((symbol) => tableRow(symbol, known[symbol], columns))),
    ),
  );
}

function tableRow(symbol, known, columns) {
  const link = element("a", { href: `./?symbol=${encodeURIComponent(symbol)}&days=${days}`, "data-go": "" }, symbol);
  const remover = element("td.remover", { role: "cell" }, element("button.quiet.small", { type: "button", "aria-label": `Remove ${symbol}`, click: () => remove(symbol) }, "Remove"));
  const head = element("th", { scope: "row", role: "rowheader" }, link);
  const row = (attributes, ...cells) => element("tr", { role: "row", ...attributes }, head, cells, remover);
  if (known?.error) return row({}, element("td.left", { role: "cell", colspan: "5" }, withCode(known.error)));
  const cell = (at, ...parts) => element(at === 1 ? "td.spark" : "td", { role: "cell", "data-label": columns[at] }, ...parts);
  if (!known) return row({ "aria-busy": "true" }, [1, 2, 3, 4, 5].map((at) => cell(at, "…")));
  const { price } = moneyOf(known);
  const end = (value) => element("span", {}, price(value), " ", element("small", {}, change(value / known.last_price - 1)));
  return row(
    {},
    cell(1, known.closes ? sparkline(symbol, known.closes) : "–"),
    cell(2, price(known.last_price)),
    cell(3, element("span.between", {}, end(known.lo80), " – ", end(known.hi80))),
    cell(4, chance(known)),
    cell(5, shortDate(known.last_date)),
  );
}

function chance({ probability_higher: higher, trust }) {
  if (typeof higher !== "number") return "–";
  if (trust !== "too_narrow") return percent(higher);
  return element("span.muted", { title: "The model's ranges have been too narrow for this stock." }, `${percent(higher)} (often wrong)`);
}

async function refresh() {
  running?.abort();
  const stop = (running = new AbortController());
  const symbols = watched();
  at("watch-failure").replaceChildren();
  at("watch-progress").classList.add("running");
  say({ total: symbols.length, counts: { done: 0, failed: 0 } });
  try {
    const ended = await forecastAll(symbols, days, { tell: say, lost, signal: stop.signal });
    const before = rows();
    const after = Object.fromEntries(symbols.map((symbol) => [symbol, { error: "No forecast came. Open it to see why." }]));
    for (const { symbol, error } of ended.failed) after[symbol] = { error };
    for (const row of ended.rows) after[row.symbol] = { closes: before[row.symbol]?.closes, ...row };
    write("rows", after);
    write("refreshed", { askedAt: Date.now(), days });
    draw();
    await Promise.all(ended.rows.map((row) => addCloses(row.symbol, row.last_date, stop.signal)));
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

function lost(pauseMs) {
  if (pauseMs !== null) at("watch-said").textContent = "Connection lost. Your request is safe. Trying again …";
}

/** The prices of the last months, for the sparkline. Without prices, the row has no sparkline. */
async function addCloses(symbol, lastDate, signal) {
  const start = new Date(Date.parse(lastDate) - SPARK_CALENDAR_DAYS * 86_400_000).toISOString().slice(0, 10);
  const found = await history(symbol, start, signal).catch(() => null);
  const known = rows();
  if (!found?.dates.length || !known[symbol]) return;
  known[symbol].closes = found.prices.slice(-SPARK_DAYS);
  write("rows", known);
}
