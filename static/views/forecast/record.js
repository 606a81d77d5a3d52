// The record: how past forecasts of this stock turned out.
import { described, element, svg } from "../../page/element.js";
import { finePercent, number, percent } from "../../page/format.js";
import { delivered } from "./headline.js";

/** The children of the card. */
export function recordCard(backtest) {
  const title = element("h3", { id: "record-title" }, "The record");
  const verdict = element("p", { role: "status" }, backtest.verdict);
  if (backtest.status === "pending") return [title, verdict, element("div.bars.pending", { "aria-hidden": "true" })];
  const coverages = [50, 80, 95].map((promised) => [promised, backtest[`coverage${promised}`]]).filter(([, held]) => typeof held === "number");
  if (!coverages.length) return [title, verdict];
  return [
    title,
    element("p.delivered", {}, delivered(backtest)),
    element("ul.bars", {}, coverages.map(bar)),
    element("details.scores", {}, element("summary", {}, "Details"), verdict, scores(backtest)),
  ];
}

/** One range: a bar for the share it delivered, and a mark at the share it promised. */
function bar([promised, held]) {
  const drawing = svg(
    "svg",
    { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect.track", { x: 0, y: 2, width: 100, height: 6 }),
    svg("rect.held", { x: 0, y: 2, width: 100 * held, height: 6 }),
    svg("rect.meant", { x: promised - 0.4, y: 0, width: 0.8, height: 10 }),
  );
  return element("li", {}, element("span", {}, `Promised ${percent(promised / 100)}, `, element("b", {}, `delivered ${percent(held)}`)), drawing);
}

function scores(backtest) {
  const { direction_accuracy: accuracy, direction_interval: interval, mase, mase_random_walk: walk, wis_ratio: ratio } = backtest;
  const rows = [];
  if (typeof ratio === "number") rows.push(["Score next to a random walk (WIS, below 1 is better)", number(round(ratio))]);
  if (typeof accuracy === "number") {
    const between = interval ? ` (95% interval ${percent(interval[0])} to ${percent(interval[1])})` : "";
    rows.push(["Direction called right", `${finePercent(accuracy)}${between}`]);
  }
  if (typeof mase === "number" && typeof walk === "number") rows.push(["Error of the middle (MASE), and of the last price", `${number(round(mase))}, ${number(round(walk))}`]);
  return described("dl.rows", rows);
}

const round = (value) => Math.round(value * 100) / 100;
