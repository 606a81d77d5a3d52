// A uPlot chart in the page's colours that follows its theme and width, and is used by mouse, wheel, finger or keys.
import { element } from "../page/element.js";
import { month, monthAndDay, seconds, shortNumber, year } from "../page/format.js";
import uPlot from "../vendor/uplot.js";
import { byKeys, byWheel, byTouch } from "./zoom.js";

const DAY_S = 86_400;
const MONTH_S = 28 * DAY_S;
const YEAR_S = 365 * DAY_S;
const NARROW_PX = 560;
const CUT_PX = 24;

/** A colour of the page by name; as a function, so that each drawing takes it from the present theme. */
export const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export const line = (label, stroke, options = {}) => ({ label, stroke: colour(stroke), width: 1.5, points: { show: false }, spanGaps: false, ...options });
/** The edge of a ribbon: it is not drawn itself. */
export const edge = (label, options = {}) => ({ label, stroke: "transparent", width: 0, points: { show: false }, ...options });

/**
 * Draws into `host`. `data` as uPlot has it, with x in seconds where `isDated`. `value(v, step)`
 * writes a tick of y. `read(index)` is called as the cursor moves, with null when it leaves.
 */
export function plot(host, { data, series, bands = [], value, isDated = true, isLog = false, xValue, xLog = false, height, label, read = () => {}, marks = [], view }) {
  const full = { min: data[0][0], max: data[0].at(-1) };
  const options = {
    width: Math.max(200, host.clientWidth),
    height: heightAt(host, height),
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    legend: { show: false },
    padding: [10, 8, 0, isDated ? 0 : 24],
    cursor: {
      y: false,
      drag: { x: true, y: false, dist: 6 },
      points: { size: 7, width: 2, fill: colour("card") },
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
      draw: [(u) => drawMarks(u, marks)],
    },
  };
  const u = new uPlot(options, data, host);
  u.root.setAttribute("aria-hidden", "true");
  if (view) u.setScale("x", view);

  host.tabIndex = 0;
  host.setAttribute("role", "application");
  host.setAttribute("aria-roledescription", "chart");
  host.setAttribute("aria-label", `${label} Left and right move the cursor, plus and minus zoom, 0 shows all.`);
  if (isDated) byWheel(u, full);
  byTouch(u);
  // The host may be drawn into again: what listens to it ends with this drawing.
  const ended = new AbortController();
  byKeys(u, host, full, ended.signal);
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

/** The line that says what is under the cursor; spoken only while the keys move it. */
export function readoutOf() {
  const place = element("p.readout", { "aria-live": "off" });
  let width = 0;
  let tallest = 0;

  /** It never shrinks, or the chart below would jump as the cursor moves. */
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
    /** `parts`: pairs of a name, perhaps empty, and a value. */
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

const font = () => `12px ${getComputedStyle(document.body).fontFamily}`;
const axis = () => ({
  stroke: colour("faint"),
  font: font(),
  grid: { stroke: colour("grid"), width: 1 },
  ticks: { show: false },
  border: { show: false },
});

function axisX(isDated, xValue, splits) {
  const shown = { ...axis(), size: 32, grid: { show: false }, ticks: { show: true, stroke: colour("grid"), width: 1, size: 5 } };
  if (!isDated) return { ...shown, values: (_, ticks) => ticks.map((at) => (at === null ? "" : (xValue ?? shortNumber)(at))), ...(splits ? { splits: () => splits, filter: (_, all) => all } : {}) };
  return {
    ...shown,
    space: 60,
    values: (u, ticks, _, __, step) =>
      ticks.map((at, index) => {
        if (u.valToPos(at, "x") < CUT_PX) return ""; // it would be cut at the left
        if (step >= YEAR_S) return year(at);
        if (step < MONTH_S) return monthAndDay(at);
        const isNewYear = index === 0 || year(at) !== year(ticks[index - 1]);
        return isNewYear ? year(at) : month(at);
      }),
  };
}

function axisY(isLog, value) {
  const shown = {
    ...axis(),
    side: 1,
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

function widthOf(u, text) {
  u.ctx.save();
  u.ctx.font = font();
  const { width } = u.ctx.measureText(text);
  u.ctx.restore();
  return width;
}

const MOST_TICKS = 9;

/** Round prices from `min` to `max`: evenly spaced where these are near, by 1, 2, 5 where they are far apart. */
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

/** Days that are pointed out: a line, and a triangle that says up or down. */
function drawMarks(u, marks) {
  const { ctx, bbox } = u;
  const px = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { x, up, isQuiet } of marks) {
    const left = u.valToPos(x, "x", true);
    ctx.strokeStyle = colour(isQuiet ? "line" : "faint")();
    ctx.setLineDash([3 * px, 3 * px]);
    ctx.lineWidth = px;
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    if (up === undefined) continue;
    const [tip, foot] = up ? [bbox.top + 2 * px, bbox.top + 11 * px] : [bbox.top + 11 * px, bbox.top + 2 * px];
    ctx.fillStyle = colour(up ? "accent" : "series-2")();
    ctx.beginPath();
    ctx.moveTo(left, tip);
    ctx.lineTo(left - 5 * px, foot);
    ctx.lineTo(left + 5 * px, foot);
    ctx.fill();
  }
  ctx.restore();
}

