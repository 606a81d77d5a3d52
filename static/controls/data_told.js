// What every answer says of its data: where it comes from, and what the server noticed in it.
import { element } from "../page/element.js";
import { withDates } from "../page/format.js";

const NAMES = { sample: "the bundled sample", upload: "your file", tiingo: "Tiingo", yahoo: "Yahoo Finance", nasdaq: "Nasdaq Data Link", alphavantage: "Alpha Vantage", twelvedata: "Twelve Data", stooq: "Stooq" };

/** Names of the exchanges (MIC) that people call otherwise. */
const EXCHANGES = { XNAS: "Nasdaq", XNYS: "NYSE", ARCX: "NYSE Arca", XASE: "NYSE American", XLON: "London", XHKG: "Hong Kong", XTKS: "Tokyo", XETR: "Xetra", XPAR: "Paris", XAMS: "Amsterdam", XTSE: "Toronto", XASX: "Sydney", XSWX: "Zurich" };

export const exchangeName = (mic) => EXCHANGES[mic] ?? mic;
export const providerName = (provider) => NAMES[provider] ?? provider;

export function dataNotes(all) {
  return all.length > 0 && element("ul.notes", { "aria-label": "Notes about the data" }, all.map((note) => element("li", {}, withDates(note))));
}
