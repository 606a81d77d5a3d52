// Draws one panel of any analysis.
import { element } from "../page/element.js";
import { change, longDate, number, percentTick, shortNumber } from "../page/format.js";
import uPlot from "../vendor/uplot.js";
import { color, edge, line } from "./pen.js";
import { plot, readoutOf, toSeconds } from "./plot.js";
import { rangeButtons } from "./ranges.js";

const HEIGHT = { wide: 320, narrow: 260 };
const DAY_S = 86_400;
const LONG_S = 400 * DAY_S;
const MOST_COLORS = 6;
const ALPHA = "2a";
const ticksIn = ({ tick }) => ({ price: tick, money: tick, percent: (value) => percentTick(value / 100), shares: shortNumber });
const valuesIn = ({ price }) => ({ price, money: price, percent: (value) => change(value / 100), shares: shortNumber, correlation: (value) => number(Math.round(value * 100) / 100) });
const ROLES = { actual: "ink", model: "accent", strategy: "accent" };

/** A figure and the functions that draw it and clean it up. `money` formats its prices. Draw it once it is on the page. */
export function panelChart(panel, money) {
  const isDated = panel.x_label === "date";
  const xs = isDated ? toSeconds(panel.x) : panel.x;
  const colors = colorsOf(panel);
  const isBars = panel.unit === "correlation";
  const isFew = xs.length < 20;
  const series = [];
  const data = [];
  const bands = [];
  for (const band of panel.bands) {
    bands.push({ series: [series.length + 1, series.length + 2], fill: () => `${color(colors[band.name])()}${ALPHA}` });
    series.push(edge(`${band.name}, to`), edge(`${band.name}, from`));
    data.push(band.high, band.low);
  }
  for (const { name, values } of panel.lines) {
    const stroke = colors[name];
    series.push(
      isBars
        ? { label: name, stroke: color(stroke), fill: color(stroke), paths: uPlot.paths.bars({ size: [0.6, 40] }), points: { show: false } }
        : line(name, stroke, { width: stroke === "ink" ? 1.25 : 1.75, points: isFew ? { show: true, size: 7, fill: color("card") } : { show: false } }),
    );
    data.push(values);
  }

  const marks = panel.marks.map(({ date, label, up }) => ({ x: toSeconds([date])[0], label, up }));
  const written = valuesIn(money)[panel.unit] ?? number;
  const readout = readoutOf();
  const host = element("div.plot.short");
  readout.listen(host);

  function read(index) {
    const at = index ?? lastKnown(data);
    const parts = [["", isDated ? longDate(panel.x[at]) : `${panel.x_label} ${number(panel.x[at])}`]];
    const shown = (value) => (typeof value === "number" ? written(value) : "–");
    for (const { name, values } of panel.lines) if (values[at] !== null) parts.push([name, shown(values[at])]);
    for (const { name, low, high } of panel.bands) if (low[at] !== null) parts.push([name, `${shown(low[at])} to ${shown(high[at])}`]);
    const mark = marks.find(({ x }) => x === xs[at]);
    if (mark) parts.push([mark.up ? "turns up" : "turns down", mark.label]);
    readout.say(parts);
  }

  const names = [...new Set([...panel.lines, ...panel.bands].map(({ name }) => name))];
  const isLong = isDated && xs.at(-1) - xs[0] > LONG_S;
  let drawn = null;
  const ranges = isLong && rangeButtons(panel.x.at(-1), xs[0], (from) => drawn.u.setScale("x", { min: from, max: xs.at(-1) }));
  const figure = element(
    "figure.chart",
    { "aria-label": panel.title },
    element("div.toolbar", {}, element("h3", {}, panel.title), ranges && ranges.element),
    readout.element,
    host,
    element("div.legend", {}, names.map((name) => element("span.key", {}, element(`i.swatch.${swatch(colors[name], panel, name)}`, { "aria-hidden": "true" }), name))),
  );
  return {
    figure,
    draw: () => {
      drawn = plot(host, {
        data: [xs, ...data],
        series,
        bands,
        value: ticksIn(money)[panel.unit] ?? ((value) => number(Math.round(value * 100) / 100)),
        isDated,
        xLog: !isDated && !isBars && xs[0] > 0 && xs.at(-1) / xs[0] > 10,
        xValue: number,
        height: HEIGHT,
        label: `${panel.title}: ${names.join(", ")}.`,
        read,
        marks,
        ...(ranges ? { zoomed: ranges.zoomed, reset: ranges.reset } : {}),
      });
      if (ranges) ranges.mark("Max");
      read(null);
    },
    destroy: () => drawn?.destroy(),
  };
}

function lastKnown(data) {
  return Math.max(0, ...data.map((values) => values.findLastIndex((value) => value !== null)));
}

/** Each name's color by its role. Several names of one role get different colors. */
function colorsOf({ lines, bands }) {
  const colors = {};
  let others = 0;
  for (const { name, role } of [...lines, ...bands]) {
    if (name in colors) continue;
    colors[name] = ROLES[role] ?? `series-${(others++ % MOST_COLORS) + 1}`;
  }
  return colors;
}

function swatch(name, { lines }, of) {
  if (!lines.some((line_) => line_.name === of)) return "ribbon";
  return { ink: "history", accent: "series-1" }[name] ?? name;
}
