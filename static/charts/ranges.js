// The range buttons of a price chart. They set how much of the past it shows.
import { element } from "../page/element.js";
import { monthsAfter } from "../page/days.js";
import { seconds } from "../page/format.js";

const MONTHS = { "1M": 1, "3M": 3, "6M": 6, "1Y": 12, "3Y": 36 };
const NAMES = ["1M", "3M", "6M", "YTD", "1Y", "3Y", "Max"];
const SPOKEN = { "1M": "1 month", "3M": "3 months", "6M": "6 months", YTD: "Year to date", "1Y": "1 year", "3Y": "3 years", Max: "All" };

/** `last` is the day of the last price, `first` the earliest x. Calls `choose` with the range's start and name. */
export function rangeButtons(last, first, choose) {
  const buttons = NAMES.map((name) =>
    element("button", { type: "button", "aria-pressed": "false", "aria-label": `${name}, ${SPOKEN[name]}`, click: () => set(name) }, name),
  );
  let chosen = "Max";

  function start(name) {
    if (name === "Max") return first;
    if (name === "YTD") return Math.max(first, seconds(`${last.slice(0, 4)}-01-01`));
    return Math.max(first, seconds(monthsAfter(last, -MONTHS[name])));
  }

  function press(name) {
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(NAMES[at] === name)));
  }

  function mark(name) {
    chosen = name;
    press(name);
  }

  function set(name) {
    mark(name);
    choose(start(name), name);
  }

  return {
    element: element("div.ranges", { role: "group", "aria-label": "Range of the chart" }, buttons),
    start,
    mark,
    /** Call this after other zooming: no button matches the view. */
    zoomed: () => press(""),
    /** Goes back to the last chosen range. */
    reset: () => set(chosen),
  };
}
