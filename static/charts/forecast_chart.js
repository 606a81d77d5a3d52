// The forecast's chart: history, the ribbon with values at its end, and the lines that you switch on.
import { element } from "../page/element.js";
import { longDate, moneyOf, shortDate } from "../page/format.js";
import { color, edge, line } from "./pen.js";
import { plot, readoutOf, toSeconds } from "./plot.js";
import { rangeButtons } from "./ranges.js";

const HEIGHT = { wide: 380, narrow: 280 };
const BARE_HEIGHT = { wide: 300, narrow: 240 };
const DASH = [5, 4];
const SHOWN_FIRST = "6M";

/**
 * Fills `figure`. `destroy` cleans up. A result holds only the last years, so the longest range calls
 * `whole`, if given, for all prices. With `isBare`, the chart has no controls.
 */
export function forecastChart(figure, symbol, result, { whole = null, first = SHOWN_FIRST, isBare = false } = {}) {
  const { history, forecast, random_walk: walk, last_price: last } = result;
  const { price, range, tick } = moneyOf(result);
  const past = history.dates.length;
  const back = (values) => [...values, ...forecast.dates.map(() => null)];
  // The ribbon starts at the last price.
  const ahead = (values) => [...history.dates.slice(1).map(() => null), last, ...values];
  const isFitted = pastKeys(history)[0] === "fitted";
  const layers = [
    ...ribbon("95", forecast, ahead, "ribbon-95"),
    ...ribbon("80", forecast, ahead, "ribbon-80"),
    ...ribbon("50", forecast, ahead, "ribbon-50"),
    ...pastLayers(history, back),
    { series: line("Middle", "accent", { width: 2 }), values: ahead(forecast.mean), group: "forecast" },
    ...walkLayers(walk, ahead),
    { series: line("Price", "ink", { width: 1.5 }), values: back(history.close), group: "history" },
  ];
  const groups = { forecast: true, past: isFitted && !isBare, walk: false };
  const bands = layers.flatMap((layer, at) => (layer.fill ? [{ series: [at + 1, at + 2], fill: color(layer.fill), group: layer.group }] : []));

  const dates = [...history.dates, ...forecast.dates];
  const xs = toSeconds(dates);
  const readout = readoutOf();
  const host = element("div.plot");
  readout.listen(host);
  let isLog = false;
  let drawn;

  function read(index) {
    const at = index ?? dates.length - 1;
    const parts = [["", longDate(dates[at])]];
    if (at < past) {
      parts.push(["price", price(history.close[at])]);
      if (groups.past) parts.push(...readOfPast(history, at, { price, range }));
    } else {
      const day = at - past;
      parts.push(["middle", price(forecast.mean[day])]);
      for (const percent of [50, 80, 95]) parts.push([`${percent}%`, range(forecast[`lo${percent}`][day], forecast[`hi${percent}`][day])]);
      if (walk && groups.walk) parts.push(["random walk 80%", range(walk.lo80[day], walk.hi80[day])]);
    }
    readout.say(parts);
  }

  const end = (name) => forecast[name].at(-1);
  const labels = () =>
    groups.forecast
      ? [
          { y: end("hi80"), text: price(end("hi80")), tint: "accent-strong", isMain: true },
          { y: end("mean"), text: price(end("mean")), tint: "ink" },
          { y: end("lo80"), text: price(end("lo80")), tint: "accent-strong", isMain: true },
        ]
      : [];

  function draw(view) {
    drawn?.destroy();
    drawn = plot(host, {
      data: [xs, ...layers.map(({ values }) => values)],
      series: layers.map(({ series, group }) => ({ ...series, show: groups[group] ?? true })),
      bands: bands.filter(({ group }) => groups[group]),
      value: tick,
      isLog,
      height: isBare ? BARE_HEIGHT : HEIGHT,
      view,
      label: `${symbol} from ${shortDate(dates[0])} to ${shortDate(dates.at(-1))}: past prices and the range ahead.`,
      read,
      zoomed: ranges.zoomed,
      reset: ranges.reset,
      marks: [{ x: xs[past - 1] }],
      labels: labels(),
    });
  }

  const viewNow = () => ({ min: drawn.u.scales.x.min, max: drawn.u.scales.x.max });
  const ranges = rangeButtons(history.dates.at(-1), xs[0], (from, name) => {
    drawn.u.setScale("x", { min: from, max: xs.at(-1) });
    if (name === "Max" && whole) showAll();
  });
  let later = null; // the chart that replaced this one

  async function showAll() {
    const all = await whole().catch(() => null); // without them, show what we have
    if (!all || !host.isConnected || all.dates[0] >= history.dates[0]) return;
    drawn.destroy();
    figure.replaceChildren();
    later = forecastChart(figure, symbol, { ...result, history: extended(history, all) }, { first: "Max" });
    figure.querySelector(".ranges [aria-pressed=true]").focus();
  }

  const toggle = (text, isOn, change, swatch) =>
    element(
      "button.quiet.key",
      {
        type: "button",
        "aria-pressed": String(isOn),
        click: ({ currentTarget }) => {
          const next = currentTarget.getAttribute("aria-pressed") !== "true";
          currentTarget.setAttribute("aria-pressed", String(next));
          change(next);
          draw(viewNow());
          read(null);
        },
      },
      swatch && element(`i.swatch.${swatch}`, { "aria-hidden": "true" }),
      text,
    );
  const layer = (text, group, swatch) => toggle(text, groups[group], (isOn) => (groups[group] = isOn), swatch);
  const ribbonName = (isDoubted) => (isDoubted ? "Range: 50, 80, 95% (too narrow so far)" : "Range: 50, 80, 95%");
  const ribbonKey = layer(ribbonName(false), "forecast", "ribbon");

  if (isBare) figure.append(host, element("figcaption.legend", {}, legendOfBare()));
  else {
    figure.append(
      element("h3.unseen", { id: "chart-title" }, `Chart of ${symbol}`),
      element("div.toolbar", {}, ranges.element),
      readout.element,
      host,
      element(
        "div.legend",
        { role: "group", "aria-label": "Layers of the chart" },
        element("span.key", {}, element("i.swatch.history", { "aria-hidden": "true" }), "Price"),
        ribbonKey,
        layer(isFitted ? "Fitted line" : "80% range a day before", "past", isFitted ? "fitted" : "past"),
        walk && layer("Random walk: 80%", "walk", "walk"),
        toggle("Log scale", false, (isOn) => (isLog = isOn)),
      ),
    );
  }
  ranges.mark(first);
  draw({ min: ranges.start(first), max: xs.at(-1) });
  read(null);
  return {
    setDoubted: (isDoubted) => (ribbonKey.lastChild.textContent = ribbonName(isDoubted)),
    destroy: () => (later ? later.destroy() : drawn.destroy()),
  };
}

const legendOfBare = () => [
  element("span.key", {}, element("i.swatch.history", { "aria-hidden": "true" }), "Price"),
  element("span.key", {}, element("i.swatch.ribbon", { "aria-hidden": "true" }), "Range: 50, 80, 95%"),
];

/** A result's history, preceded by the older prices of `all`. */
function extended(history, all) {
  const older = all.dates.findIndex((day) => day >= history.dates[0]);
  const nothing = all.dates.slice(0, older).map(() => null);
  const columns = Object.entries(history).map(([name, values]) => [name, [...nothing, ...values]]);
  return { ...Object.fromEntries(columns), dates: [...all.dates.slice(0, older), ...history.dates], close: [...all.prices.slice(0, older), ...history.close] };
}

function ribbon(percent, forecast, ahead, fill) {
  return [
    { series: edge(`${percent}% to`), values: ahead(forecast[`hi${percent}`]), fill, group: "forecast" },
    { series: edge(`${percent}% from`), values: ahead(forecast[`lo${percent}`]), group: "forecast" },
  ];
}

function pastLayers(history, back) {
  if (pastKeys(history)[0] === "fitted") return [{ series: line("Fitted", "series-2", { width: 1.25 }), values: back(history.fitted), group: "past" }];
  return [
    { series: edge("a day before, to"), values: back(history.hi80), fill: "past", group: "past" },
    { series: edge("a day before, from"), values: back(history.lo80), group: "past" },
  ];
}

function readOfPast(history, at, { price, range }) {
  if (pastKeys(history)[0] === "fitted") return typeof history.fitted[at] === "number" ? [["fitted", price(history.fitted[at])]] : [];
  return typeof history.lo80[at] === "number" ? [["80% a day before", range(history.lo80[at], history.hi80[at])]] : [];
}

function walkLayers(walk, ahead) {
  if (!walk) return [];
  const walked = (name) => ({ series: line("Random walk", "faint", { width: 1, dash: DASH }), values: ahead(walk[name]), group: "walk" });
  return [walked("lo80"), walked("hi80")];
}

/** The model's view of the past: a range for each next day, or a fitted line. */
export function pastKeys(history) {
  return history.lo80?.some((value) => value !== null) ? ["lo80", "hi80"] : ["fitted"];
}
