// A price line the size of a word.
import { svg } from "../page/element.js";
import { change } from "../page/format.js";

const WIDTH = 120;
const HEIGHT = 28;
const ROOM = 3;

export function sparkline(symbol, closes) {
  const values = closes.filter((value) => typeof value === "number");
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const x = (at) => ROOM + (at * (WIDTH - 2 * ROOM)) / Math.max(1, values.length - 1);
  const y = (value) => HEIGHT - ROOM - ((value - low) * (HEIGHT - 2 * ROOM)) / span;
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  return svg(
    "svg.sparkline",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img", "aria-label": `${symbol}: ${change(values.at(-1) / values[0] - 1)} over the last three months` },
    svg("polyline", { points }),
    svg("circle", { cx: x(values.length - 1), cy: y(values.at(-1)), r: 2.2 }),
  );
}
