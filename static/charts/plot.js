// A uPlot chart that follows the page's theme and width. It works with mouse, wheel, touch and keys.
import { element } from "../page/element.js";
import { seconds, shortNumber } from "../page/format.js";
import uPlot from "../vendor/uplot.js";
import { drawLabels, drawMarks, widthOfLabels } from "./drawing.js";
import { color, font, widthOf } from "./pen.js";
import { textsOf, ticksOf } from "./time_axis.js";
import { byKeys, byWheel, byTouch } from "./zoom.js";

const NARROW_PX = 560;
const CUT_PX = 24;

/**
 * Draws into `host`. `data` has uPlot's form, with x in seconds if `isDated`. `value(v, step)` formats
 * a tick of y. The chart calls `read(index)` when the cursor moves (null when it leaves), `zoomed`
 * when a person zooms, and `reset` to undo that. It writes each of `labels` at the right end, beside
 * its value.
 */
export function plot(host, { data, series, bands = [], value, isDated = true, isLog = false, xValue, xLog = false, height, label, read = () => {}, zoomed = () => {}, reset, marks = [], labels = [], view }) {
  const full = { min: data[0][0], max: data[0].at(-1) };
  const back = reset ?? (() => u.setScale("x", full));
  const options = {
    width: Math.max(200, host.clientWidth),
    height: heightAt(host, height),
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    legend: { show: false },
    padding: [10, labels.length ? (u) => widthOfLabels(u, labels) : 8, 0, isDated ? 0 : 24],
    cursor: {
      y: false,
      drag: { x: true, y: false, dist: 6 },
      points: { size: 7, width: 2, fill: color("card") },
      bind: { dblclick: () => () => back() },
    },
    scales: {
      x: { time: isDated, distr: xLog ? 3 : 1, range: isDated ? (_, min, max) => [min, max] : padded(xLog) },
      y: { distr: isLog ? 3 : 1, range: padded(isLog) },
    },
    axes: [axisX(isDated, xValue, xLog && data[0]), axisY(isLog, value)],
    series: [{}, ...series],
    bands,
    hooks: {
      setCursor: [(u) => read(u.cursor.idx ?? null)],
      setSelect: [(u) => u.select.width > 0 && zoomed()],
      draw: [(u) => drawMarks(u, marks), (u) => drawLabels(u, labels)],
    },
  };
  const u = new uPlot(options, data, host);
  u.root.setAttribute("aria-hidden", "true");
  if (view) u.setScale("x", view);

  host.tabIndex = 0;
  host.setAttribute("role", "application");
  host.setAttribute("aria-roledescription", "chart");
  host.setAttribute("aria-label", `${label} Left and right move the cursor, plus and minus zoom, 0 goes back to the chosen range.`);
  const hint = element("p.zoom-hint", { "aria-hidden": "true" });
  host.append(hint);
  if (isDated) byWheel(u, full, zoomed, hint);
  byTouch(u, isDated && full, zoomed);
  // The host may get another chart later, so its listeners end with this chart.
  const ended = new AbortController();
  byKeys(u, host, full, { signal: ended.signal, zoomed, reset: back });
  document.addEventListener("themechange", () => u.redraw(true, true), { signal: ended.signal });

  const resize = new ResizeObserver(() => {
    const width = host.clientWidth;
    if (width && (width !== u.width || heightAt(host, height) !== u.height)) u.setSize({ width, height: heightAt(host, height) });
  });
  resize.observe(host);
  return {
    u,
    destroy: () => {
      resize.disconnect();
      ended.abort();
      u.destroy();
      host.replaceChildren();
    },
  };
}

/** The line with the values under the cursor. Screen readers speak it only while keys move the cursor. */
export function readoutOf() {
  const place = element("p.readout", { "aria-live": "off" });
  let width = 0;
  let tallest = 0;

  /** The line never shrinks. Otherwise the chart below would jump when the cursor moves. */
  function keepHeight() {
    if (place.clientWidth !== width) {
      width = place.clientWidth;
      tallest = 0;
      place.style.minHeight = "";
    }
    if (place.offsetHeight > tallest) {
      tallest = place.offsetHeight;
      place.style.minHeight = `${tallest}px`;
    }
  }

  return {
    element: place,
    listen: (host) => {
      host.addEventListener("keydown", () => place.setAttribute("aria-live", "polite"));
      host.addEventListener("pointermove", () => place.setAttribute("aria-live", "off"));
    },
    /** `parts`: pairs of a name (which can be empty) and a value. */
    say: (parts) => {
      place.replaceChildren(...parts.map(([name, value]) => element("span", {}, name && element("i", {}, name), name && " ", element("b", {}, value), " ")));
      keepHeight();
    },
  };
}

export const toSeconds = (dates) => dates.map(seconds);

function heightAt(host, { wide, narrow }) {
  return host.clientWidth < NARROW_PX ? narrow : wide;
}

function padded(isLog) {
  return (_, min, max) => {
    if (min === null || max === null) return [isLog ? 1 : 0, isLog ? 10 : 1];
    if (isLog) return [min / 1.04, max * 1.04];
    const room = (max - min || Math.abs(max) || 1) * 0.06;
    return [min >= 0 && min - room < 0 ? 0 : min - room, max + room];
  };
}

const axis = () => ({
  stroke: color("faint"),
  font: font(),
  grid: { stroke: color("grid"), width: 1 },
  ticks: { show: false },
  border: { show: false },
});

function axisX(isDated, xValue, splits) {
  const shown = { ...axis(), size: 32, grid: { show: false }, ticks: { show: true, stroke: color("grid"), width: 1, size: 5 } };
  if (!isDated) return { ...shown, values: (_, ticks) => ticks.map((at) => (at === null ? "" : (xValue ?? shortNumber)(at))), ...(splits ? { splits: () => splits, filter: (_, all) => all } : {}) };
  const isCut = (at, min, max, width) => {
    const left = ((at - min) / (max - min)) * width;
    return left < CUT_PX || left > width - CUT_PX / 2;
  };
  return {
    ...shown,
    splits: (u, _, min, max) => {
      const width = u.bbox.width / devicePixelRatio;
      return ticksOf(min, max, width).filter((at) => !isCut(at, min, max, width));
    },
    values: (_, ticks) => textsOf(ticks),
  };
}

function axisY(isLog, value) {
  const shown = {
    ...axis(),
    gap: 6,
    size: (u, values) => Math.max(44, ...(values ?? []).map((text) => widthOf(u, text) + 14)),
    values: (_, ticks, __, ___, step) => ticks.map((at) => value(at, step)),
  };
  if (!isLog) return shown;
  return {
    ...shown,
    splits: (_, __, min, max) => niceTicks(min, max),
    filter: (_, ticks) => ticks,
    values: (_, ticks) => ticks.map((at, index) => value(at, Math.abs((ticks[index + 1] ?? ticks[index - 1] ?? at * 2) - at))),
  };
}

const MOST_TICKS = 9;

/** Round prices from `min` to `max`: evenly spaced if these are close, in steps of 1, 2, 5 if they are far apart. */
function niceTicks(min, max) {
  if (max / min < 6) {
    const rough = (max - min) / (MOST_TICKS - 1);
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough) * power;
    const first = Math.ceil(min / step);
    return Array.from({ length: Math.floor(max / step) - first + 1 }, (_, at) => (first + at) * step);
  }
  const ticks = [];
  for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10) {
    ticks.push(...[1, 2, 5].map((one) => one * power).filter((at) => at >= min && at <= max));
  }
  return ticks;
}
