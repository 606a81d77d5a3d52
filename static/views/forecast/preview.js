// The start page: an example forecast, the available data, and how to get more.
import { get, post } from "../../api/client.js";
import { waited } from "../../api/follow.js";
import { sources, todaysPrices } from "../../api/sources.js";
import { command } from "../../controls/copyable.js";
import { element } from "../../page/element.js";
import { longDate, moneyOf } from "../../page/format.js";
import { headline } from "./headline.js";

const EXAMPLE = { symbol: "AAPL", days: 45 };
const PAUSE_MS = 400;
const TRIES = 50;

/** The cards, and `fill`, which draws the example into them. `destroy` cleans up. */
export function preview() {
  const figure = element("div.example-figure", { "aria-busy": "true" }, element("div.example-chart"));
  const data = element("div.data-told");
  const link = (symbol, days, text) => element("a.button", { href: `./?symbol=${symbol}&days=${days}`, "data-go": "" }, text);
  const card = element(
    "div.preview",
    {},
    element("section.card.example", { "aria-label": "Example" }, figure),
    element(
      "section.card.pick",
      { "aria-labelledby": "pick-title" },
      element("h2", { id: "pick-title" }, "Pick a stock"),
      element("p", {}, "Stockcast draws the range its price could be in, day by day, and shows how often such ranges were right for that stock."),
      element("p.links", {}, link("AAPL", 45, "AAPL, 45 days"), link("MSFT", 91, "MSFT, 3 months"), link("IBM", 365, "IBM, 1 year")),
      data,
    ),
  );
  const stop = new AbortController();
  let drawn = null;

  async function fill() {
    sources().then((known) => card.isConnected && data.replaceChildren(...told(known)));
    const result = await example(stop.signal).catch(() => null);
    if (!card.isConnected) return null;
    figure.removeAttribute("aria-busy");
    if (!result) {
      figure.replaceChildren(element("p.lead", {}, "The example cannot be loaded now. You can still pick a stock."));
      return null;
    }
    const { forecastChart } = await import("../../charts/forecast_chart.js");
    if (!card.isConnected) return null;
    const chart = element("figure.chart.bare", { "aria-label": `Example: ${result.symbol}` });
    figure.replaceChildren(element("p.eyebrow", {}, "Example"), element("p.sentence", {}, headline(result.symbol, result, moneyOf(result))), chart);
    drawn = forecastChart(chart, result.symbol, result, { isBare: true });
    return result;
  }

  return {
    card,
    fill,
    destroy: () => {
      stop.abort();
      drawn?.destroy();
    },
  };
}

/** The example's result. Without its own id, the request costs nothing if the result already exists. */
async function example(signal) {
  const { links } = await post("/api/forecasts", EXAMPLE, signal);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { status, result } = await get(links.self, signal);
    if (status === "done") return result;
    if (status === "failed") return null;
    await waited(PAUSE_MS, signal);
  }
  return null;
}

function told(known) {
  if (!known) return [];
  if (!known.isSampleOnly) return [element("p.source", {}, `Prices from ${known.names.join(", ")}.`), known.terms && element("p.source", {}, known.terms)].filter(Boolean);
  const listed = known.symbols.map(({ symbol, name }) => `${name} (${symbol})`).join(", ");
  return [
    element("p", {}, element("b", {}, `Sample data, ending ${longDate(known.lastDate)}.`), ` ${known.symbols.length} stocks: ${listed}.`),
    element("p", {}, "For today's prices, add a data source:"),
    ...todaysPrices().map(command),
    known.terms && element("p.source", {}, known.terms),
  ].filter(Boolean);
}
