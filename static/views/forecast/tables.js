// The forecast and its history as tables.
import { pastKeys } from "../../charts/forecast_chart.js";
import { foldedTable } from "../../controls/folded_table.js";
import { element } from "../../page/element.js";
import { shortDate } from "../../page/format.js";

export function forecastTables({ forecast, history, random_walk: walk }, { price }) {
  const shown = (value) => (typeof value === "number" ? price(value) : "");
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
