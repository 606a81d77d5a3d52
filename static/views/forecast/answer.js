// The answer: the sentence first, then the chart, the record, where the prices are from, and the table.
import { history } from "../../api/client.js";
import { element } from "../../page/element.js";
import { backtestCard } from "./record.js";
import { forecastChart } from "../../charts/forecast_chart.js";
import { forecastTables } from "./tables.js";
import { downloads } from "../../controls/downloads.js";
import { age, inDays, longDate, number, percent, price, prices, range, shortDate, unbroken } from "../../page/format.js";

/** Fills `place`; what is returned takes a late backtest, and cleans up. */
export function show(place, { request, links }) {
  const { result, symbol } = request;
  const record = element("section.card", { "aria-labelledby": "record-title" });
  record.append(...backtestCard(result.backtest));
  const chart = element("figure.chart", { "aria-labelledby": "chart-title" });
  place.append(
    element(
      "section.answer",
      { "aria-labelledby": "sentence" },
      element("h2.sentence", { id: "sentence", tabindex: "-1" }, sentence(symbol, result)),
      element("p.under", {}, under(result)),
      banners(result),
      figures(result),
      chart,
      element("div.cards", {}, record, sourceCard(request)),
      downloads(request, links),
      forecastTables(result),
    ),
  );
  const drawn = forecastChart(chart, symbol, result, () => history(symbol, ""));
  return {
    setBacktest: (backtest) => record.replaceChildren(...backtestCard(backtest)),
    destroy: drawn.destroy,
  };
}

function sentence(symbol, { intervals, predicted_price: middle, target_date: target }) {
  const [low, high, centre] = prices([...intervals[80], middle]).map((text) => element("strong", {}, text));
  return [`${symbol} may be between `, low, " and ", high, ` on\u00a0${unbroken(longDate(target))}, with `, centre, " in the middle."];
}

function under({ last_date: last, last_price: price_, message }) {
  const text = `That is the 80% range: 4 chances in 5, if the future is like the past.`;
  // A model may have added a word of warning to its message.
  const note = message.split("). ").slice(1).join("). ");
  return note ? `${text} ${note}` : text;
}

function banners({ data, history: past }) {
  const told = [];
  if (data.provider === "sample") told.push(["Sample prices.", ` They end on ${longDate(data.last_date)}, so this is a forecast of what is long past.`]);
  if (data.stale) told.push(["Old prices.", ` The provider gives no newer prices now; these are the last ones known, as of ${longDate(data.last_date)}.`]);
  const jumps = data.jumps.filter((day) => day >= past.dates[0]);
  if (jumps.length) told.push(["A jump.", ` The price jumped without a split on ${jumps.map(shortDate).join(", ")}; check that before you rely on this.`]);
  return told.map(([head, text]) => element("p.banner", { role: "note" }, element("strong", {}, head), text));
}

function figures({ intervals, probability_higher: higher, last_price: last, last_date: day }) {
  const shown = [
    [`Last price, ${shortDate(day)}`, price(last)],
    ["Chance of ending higher", higher === undefined ? null : percent(higher)],
    ["1 chance in 2 within", range(...intervals[50])],
    ["19 chances in 20 within", range(...intervals[95])],
  ];
  return element(
    "dl.figures.four",
    {},
    shown.filter(([, value]) => value !== null).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
}

function sourceCard({ result }) {
  const { data, model } = result;
  const rows = [
    ["From", data.provider === "sample" ? "the bundled sample" : data.provider],
    ["As of", `${shortDate(data.last_date)} (${age(data.last_date)})`],
    ["History", `${number(data.rows)} trading days since ${shortDate(data.first_date)}`],
    ["Fetched", new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(data.fetched_at))],
    ["Model", model],
    ["Horizon", `${inDays(result.days)}, ${number(result.forecast.dates.length)} of them trading days`],
  ];
  return element(
    "section.card",
    { "aria-labelledby": "source-title" },
    element("h3", { id: "source-title" }, "The prices"),
    element("dl.rows", {}, rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))),
  );
}
