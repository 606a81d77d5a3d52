// The chart as tables, for those who read rather than see. Rows are made when a table is opened.
import { element } from "./element.js";
import { price, shortDate } from "./format.js";

/** A folded table; `rows()` gives texts, the first of each a header. */
export function foldedTable(title, columns, rows, { isOpen = false } = {}) {
  const body = element("tbody");
  const details = element(
    "details",
    { open: isOpen },
    element("summary", {}, title),
    element(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": title },
      element("table", {}, element("caption.unseen", {}, title), element("thead", {}, element("tr", {}, columns.map((name) => element("th", { scope: "col" }, name)))), body),
    ),
  );
  const fill = () => {
    if (body.children.length || !details.open) return;
    body.append(...rows().map(([head, ...cells]) => element("tr", {}, element("th", { scope: "row" }, head), cells.map((text) => element("td", {}, text)))));
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}

const shown = (value) => (typeof value === "number" ? price(value) : "");

export function forecastTables({ forecast, history, random_walk: walk }) {
  const columns = ["Date", "Middle", "50% from", "50% to", "80% from", "80% to", "95% from", "95% to"];
  const keys = ["mean", "lo50", "hi50", "lo80", "hi80", "lo95", "hi95"];
  const walked = walk ? ["Random walk 80% from", "to"] : [];
  const ahead = () =>
    forecast.dates.map((day, at) => [
      shortDate(day),
      ...keys.map((key) => shown(forecast[key][at])),
      ...(walk ? [shown(walk.lo80[at]), shown(walk.hi80[at])] : []),
    ]);
  const back = () =>
    history.dates
      .map((day, at) => [shortDate(day), shown(history.close[at]), ...pastKeys(history).map((key) => shown(history[key][at]))])
      .reverse();
  const names = { fitted: "Fitted", lo80: "Day before: 80% from", hi80: "to" };
  return element(
    "section.tables",
    { "aria-label": "The chart as tables" },
    foldedTable("The forecast as a table", [...columns, ...walked], ahead),
    foldedTable("The history as a table", ["Date", "Adjusted close", ...pastKeys(history).map((key) => names[key])], back),
  );
}

/** What the model said of the past: a range for each next day, or a fitted line. */
export function pastKeys(history) {
  return history.lo80?.some((value) => value !== null) ? ["lo80", "hi80"] : ["fitted"];
}
