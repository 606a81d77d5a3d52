// Compares up to four tickers: their percent change since the start of the visible range.
import { history, isRecent } from "../../api/client.js";
import { at, element, invitation, withCode } from "../../page/element.js";
import { reasonOf } from "../../controls/failure.js";
import { change, longDate, moneyOf, percentTick, shortDate } from "../../page/format.js";
import { line } from "../../charts/pen.js";
import { plot, readoutOf, toSeconds } from "../../charts/plot.js";
import { rangeButtons } from "../../charts/ranges.js";
import { go } from "../../page/router.js";
import { isSymbol, watched } from "../../page/storage.js";
import { foldedTable } from "../../controls/folded_table.js";
import { tickerField } from "../../controls/ticker_field.js";

const MOST = 4;
const HEIGHT = { wide: 380, narrow: 280 };
const found = new Map(); // price histories by ticker
const NOTHING_IN_COMMON = "These stocks have no day in common in this range. Choose a longer range, or remove one.";
const DASHES = [[], [7, 3], [2, 3], [10, 3, 2, 3]];

let adder = null;
let running = null;
let drawn = null;
let compared = [];
let range = "1Y";

export function show({ symbols = "" }) {
  const asked = [...new Set(symbols.toUpperCase().split(",").filter(Boolean))];
  compared = asked.filter(isSymbol).slice(0, MOST);
  if (!adder) build();
  const leftOut = asked.filter((one) => !compared.includes(one));
  adder.complain(leftOut.length ? `Left out: ${leftOut.join(", ")}. You can compare four stocks.` : "");
  drawChips();
  draw();
}

export function leave() {
  running?.abort();
  running = null; // what was stopped is not a failure to show
}

function build() {
  adder = tickerField("compare-add", "Add a ticker");
  at("compare-view").replaceChildren(
    element("h1.title", {}, "Compare"),
    element("p.lead", {}, "See how up to four stocks changed, in percent, since the first day shown."),
    element(
      "form.card.tools",
      { novalidate: true, submit: add },
      adder.field,
      element("button", { type: "submit" }, "Add"),
      element("div.chips.wide", { id: "compared", role: "group", "aria-label": "Compared tickers" }),
    ),
    element("div.outcome.answer", { id: "compare-outcome" }),
  );
}

async function add(event) {
  event.preventDefault();
  const symbol = await adder.entered();
  if (!symbol) return undefined;
  if (compared.length >= MOST && !compared.includes(symbol)) {
    adder.complain("You can compare four stocks. Remove one first.");
    return adder.input.focus();
  }
  adder.input.value = "";
  return choose([...compared, symbol]);
}

const choose = (symbols) => go({ view: "compare", symbols: [...new Set(symbols)].join(",") });

function takeOut(symbol) {
  choose(compared.filter((one) => one !== symbol));
  adder.input.focus();
}

function drawChips() {
  const chips = compared.map((symbol) =>
    element("button", { type: "button", "aria-label": `Remove ${symbol}`, click: () => takeOut(symbol) }, symbol, element("span", { "aria-hidden": "true" }, "×")),
  );
  at("compared").replaceChildren(...chips);
}

async function draw() {
  running?.abort();
  const stop = (running = new AbortController());
  const place = at("compare-outcome");
  drawn?.destroy();
  drawn = null;
  if (!compared.length) return place.replaceChildren(invite());
  place.replaceChildren(element("p.lead", { role: "status" }, `Fetching prices of ${compared.join(", ")} …`));
  const outcomes = await Promise.allSettled(compared.map((symbol) => fetched(symbol, stop.signal)));
  if (running !== stop) return undefined;
  const problems = compared.flatMap((symbol, at) => (outcomes[at].status === "rejected" ? [[symbol, outcomes[at].reason]] : []));
  const there = compared.filter((symbol) => !problems.some(([failed]) => failed === symbol));
  place.replaceChildren(...problems.map(trouble), ...(there.length ? content(there) : []));
  return undefined;
}

/** Says why a ticker is missing. The others still appear. */
const trouble = ([symbol, problem]) =>
  element(
    "div.banner.trouble",
    { role: "alert" },
    element("p", {}, element("strong", {}, `${symbol} is missing. `), withCode(reasonOf(problem))),
    element("button.small", { type: "button", click: draw }, "Try again"),
  );

async function fetched(symbol, signal) {
  if (isRecent(found.get(symbol)?.askedAt)) return;
  found.set(symbol, { askedAt: Date.now(), ...(await history(symbol, "", signal)) });
}

function invite() {
  const examples = [["AAPL", "MSFT", "IBM"], watched().slice(0, MOST)].filter((symbols) => symbols.length > 1);
  return invitation(
    "Which stock did better?",
    element("p", {}, "Add two or more tickers. All start at zero, so you compare gains and losses, not prices."),
    element("p.links", {}, examples.map((symbols) => element("a.button", { href: `./?view=compare&symbols=${symbols.join(",")}`, "data-go": "" }, symbols.join(", ")))),
  );
}

function content(symbols) {
  const histories = symbols.map((symbol) => found.get(symbol));
  const dates = [...new Set(histories.flatMap((one) => one.dates))].sort();
  const xs = toSeconds(dates);
  const prices = histories.map((one) => {
    const by = new Map(one.dates.map((day, index) => [day, one.prices[index]]));
    return dates.map((day) => by.get(day) ?? null);
  });
  const figure = element("figure.chart", { "aria-label": `Chart of ${symbols.join(", ")}` });
  const host = element("div.plot");
  const readout = readoutOf();
  const summary = element("div");
  let changes = [];
  readout.listen(host);

  function read(index) {
    const day = index ?? dates.length - 1;
    readout.say([["", longDate(dates[day])], ...symbols.map((symbol, which) => [symbol, shown(changes[which][day])])]);
  }

  function showFrom(from) {
    // All lines start on the first visible day on which every ticker has a price.
    const first = xs.findIndex((x, day) => x >= from && prices.every((column) => column[day] !== null));
    changes = prices.map((column) => column.map((value, day) => (day < first || value === null ? null : value / column[first] - 1)));
    drawn?.destroy();
    drawn = null;
    if (first < 0) {
      readout.say([["", NOTHING_IN_COMMON]]);
      return summary.replaceChildren();
    }
    drawn = plot(host, {
      data: [xs, ...changes],
      series: symbols.map((symbol, which) => line(symbol, `series-${which + 1}`, { dash: DASHES[which], width: 1.75, spanGaps: true })),
      value: percentTick,
      height: HEIGHT,
      view: { min: xs[first], max: xs.at(-1) },
      zoomed: ranges.zoomed,
      reset: ranges.reset,
      label: `${symbols.join(", ")}: percent change.`,
      read,
    });
    read(null);
    summary.replaceChildren(...table(symbols, dates, prices, changes, first));
  }

  const ranges = rangeButtons(dates.at(-1), xs[0], (from, name) => {
    range = name;
    showFrom(from);
  });
  figure.append(
    element("div.toolbar", {}, ranges.element),
    readout.element,
    host,
    element("div.legend", {}, symbols.map((symbol, which) => element("span.key", {}, element(`i.swatch.series-${which + 1}`, { "aria-hidden": "true" }), symbol))),
  );
  // The chart can draw only once it has a width.
  queueMicrotask(() => {
    ranges.mark(range);
    showFrom(ranges.start(range));
  });
  return [figure, summary];
}

const shown = (value) => (typeof value === "number" ? change(value) : "–");

function table(symbols, dates, prices, changes, first) {
  const last = dates.length - 1;
  const rows = () =>
    symbols.map((symbol, which) => {
      const { price } = moneyOf(found.get(symbol));
      const [from, to] = [prices[which][first], prices[which].findLast((value) => value !== null)];
      const known = changes[which].filter((value) => value !== null);
      return [symbol, price(from), price(to), shown(to / from - 1), shown(Math.min(...known)), shown(Math.max(...known))];
    });
  const title = `From ${shortDate(dates[first])} to ${shortDate(dates[last])}`;
  return [foldedTable(title, ["Ticker", "First price", "Last price", "Change", "Lowest", "Highest"], rows, { isOpen: true })];
}
