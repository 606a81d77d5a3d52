// The answer: one line, the chart with its figures, the record, the data, and the downloads.
import { history } from "../../api/client.js";
import { forecastChart } from "../../charts/forecast_chart.js";
import { banner, exchangeName, oldPrices, sampleData } from "../../controls/data_told.js";
import { downloads } from "../../controls/downloads.js";
import { described, element } from "../../page/element.js";
import { change, moneyOf, percent, shortDate } from "../../page/format.js";
import { delivered, doubt, headline } from "./headline.js";
import { recordCard } from "./record.js";
import { dataCard } from "./data.js";
import { forecastTables } from "./tables.js";

/** Fills `place`. The returned object adds a late backtest and cleans up. */
export function show(place, { request, links }) {
  const { result, symbol } = request;
  const money = moneyOf(result);
  const top = element("header.top");
  const record = element("section.card", { "aria-labelledby": "record-title" });
  const chart = element("figure.chart", { "aria-labelledby": "chart-title" });
  const aside = element("div.beside");
  let shown = result;

  function fill() {
    top.replaceChildren(...topOf(symbol, shown, money));
    aside.replaceChildren(figures(shown, money));
    record.replaceChildren(...recordCard(shown.backtest));
  }
  fill();
  place.append(
    element(
      "section.answer",
      { "aria-labelledby": "sentence" },
      top,
      element("div.warnings", {}, ...warnings(result)),
      element("div.figure-and-figures", {}, chart, aside),
      downloads(request, links),
      element("div.cards", {}, record, dataCard(result)),
      forecastTables(result, money),
    ),
  );
  const drawn = forecastChart(chart, symbol, result, { whole: () => history(symbol, "") });
  drawn.setDoubted(doubt(result) !== null);
  return {
    setBacktest: (later) => {
      shown = later;
      fill();
      drawn.setDoubted(doubt(later) !== null);
    },
    destroy: drawn.destroy,
  };
}

/** The line, and below it the company and how much you can trust the model. */
function topOf(symbol, result, money) {
  const doubted = doubt(result);
  const line = headline(symbol, result, money);
  const { name, exchange } = result.data;
  const company = [name, exchange && exchangeName(exchange)].filter(Boolean).join(" · ");
  const model = `80% range of ${result.model === "prophet" ? "Prophet" : "the calibrated model"}`;
  const record = result.backtest.status === "pending" ? "Checking its record …" : delivered(result.backtest);
  if (!doubted) {
    return [
      element("h2.sentence", { id: "sentence", tabindex: "-1" }, ...line),
      element("p.under", {}, company && [element("span", {}, company), " · "], `${model}. `, record && element("span.delivered", {}, record)),
    ];
  }
  const calibrated = element("a", { href: `./?symbol=${encodeURIComponent(symbol)}&days=${result.days}&model=calibrated`, "data-go": "" }, "See the calibrated forecast");
  return [
    element("h2.sentence.doubted", { id: "sentence", tabindex: "-1" }, doubted),
    element("p.under", {}, company && [element("span", {}, company), " · "], "It says ", ...line.slice(1), ". ", widened(result, money), result.model === "prophet" && calibrated),
  ];
}

/** The range as wide as the model's past errors require. */
function widened({ backtest }, money) {
  if (!backtest.widened80) return "";
  const [low, high] = money.prices(backtest.widened80);
  return `Widened to match past errors: ${low} to ${high}. `;
}

function warnings({ data, history: past }) {
  const told = [];
  if (data.provider === "sample") told.push(sampleData(data));
  if (data.stale) told.push(oldPrices(data));
  const end = (data.notes ?? []).find((note) => note.startsWith(`The prices of ${data.symbol} end on `));
  if (end && data.provider !== "sample") told.push(["Old prices.", ` ${end}`]);
  const jumps = (data.jumps ?? []).filter((day) => day >= past.dates[0]);
  if (jumps.length && !data.notes?.length) told.push(["Check the prices.", ` They jumped without a split on ${jumps.map(shortDate).join(", ")}.`]);
  return told.map((parts) => banner(...parts));
}

/** The main prices, each with its distance from the last price. */
function figures(result, money) {
  const { intervals, probability_higher: higher, last_price: last, last_date: day, predicted_price: middle } = result;
  const doubted = doubt(result) !== null;
  const from = (value) => element("small", {}, change(value / last - 1));
  const range = ([low, high]) => [element("span", {}, money.price(low), " ", from(low)), element("span", {}, money.price(high), " ", from(high))];
  const rows = [
    [`Last price, ${shortDate(day)}`, [element("span", {}, money.price(last))]],
    ["Middle", [element("span", {}, money.price(middle), " ", from(middle))]],
    ["50% range", range(intervals[50])],
    ["80% range", range(intervals[80]), "main"],
    ["95% range", range(intervals[95])],
  ];
  if (typeof higher === "number") {
    rows.push(["Chance of ending higher", [element("span", {}, percent(higher), " ", doubted && element("small", {}, "This model was often wrong."))], doubted ? "muted" : ""]);
  }
  return described("dl.figures", rows);
}
