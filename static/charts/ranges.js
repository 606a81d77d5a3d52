// The range buttons of a chart of prices: how much of the past is shown.
import { element } from "../page/element.js";
import { seconds } from "../page/format.js";

const MONTHS = { "1M": 1, "3M": 3, "6M": 6, "1Y": 12, "3Y": 36 };
const NAMES = ["1M", "3M", "6M", "YTD", "1Y", "3Y", "Max"];
const SPOKEN = { "1M": "1 month", "3M": "3 months", "6M": "6 months", YTD: "Year to date", "1Y": "1 year", "3Y": "3 years", Max: "All" };

/** `last` is the day of the last price, `first` the earliest x; `choose` gets where the range starts, and its name. */
export function rangeButtons(last, first, choose) {
  const buttons = NAMES.map((name) =>
    element("button", { type: "button", "aria-pressed": "false", "aria-label": `${name}, ${SPOKEN[name]}`, click: () => set(name) }, name),
  );

  function start(name) {
    if (name === "Max") return first;
    if (name === "YTD") return Math.max(first, seconds(`${last.slice(0, 4)}-01-01`));
    const day = new Date(`${last}T00:00:00Z`);
    day.setUTCMonth(day.getUTCMonth() - MONTHS[name]);
    return Math.max(first, day.getTime() / 1000);
  }

  function mark(name) {
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(NAMES[at] === name)));
  }

  function set(name) {
    choose(start(name), name);
    mark(name);
  }

  /** Once it is zoomed otherwise, no button stands for what is shown. */
  function follow(host) {
    for (const kind of ["wheel", "mouseup", "dblclick"]) host.addEventListener(kind, () => mark(""), { passive: true });
    host.addEventListener("keydown", ({ key }) => {
      if ("+-=0".includes(key)) mark("");
    });
  }

  return { element: element("div.ranges", { role: "group", "aria-label": "Range of the chart" }, buttons), start, mark, follow };
}
