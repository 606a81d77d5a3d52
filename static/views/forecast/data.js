// Where an answer's prices come from, and what a careful reader should know about them.
import { sources, todaysPrices } from "../../api/sources.js";
import { command } from "../../controls/copyable.js";
import { dataNotes, providerName } from "../../controls/data_told.js";
import { described, element } from "../../page/element.js";
import { age, inDays, number, shortDate } from "../../page/format.js";

export function dataCard(result) {
  const { data, model } = result;
  const sessions = result.forecast.dates.length;
  const rows = [
    ["From", providerName(data.provider)],
    ["Last price", `${shortDate(data.last_date)} (${age(data.last_date)})`],
    ["History", `${number(data.rows)} sessions since ${shortDate(data.first_date)}`],
    ["Fetched", new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(data.fetched_at))],
    ["Model", model],
    ["Looks ahead", `${inDays(result.days)}, ${number(sessions)} session${sessions === 1 ? "" : "s"}`],
  ];
  const terms = element("p.source");
  if (data.provider !== "sample" && data.provider !== "upload") sources().then((known) => (terms.textContent = known?.terms ?? ""));
  return element(
    "section.card",
    { "aria-labelledby": "source-title" },
    element("h3", { id: "source-title" }, "The data"),
    dataNotes(data.notes ?? []),
    described("dl.rows", rows),
    data.provider === "sample" && element("div.bring-data", {}, element("p", {}, "For today's prices, stop Stockcast and start it again with a data source:"), ...todaysPrices().map(command)),
    terms,
  );
}
