// What every answer says about its data: the source, and what the server noticed.
import { element } from "../page/element.js";
import { withDates } from "../page/format.js";

const NAMES = { sample: "the bundled sample", upload: "your file", tiingo: "Tiingo", yahoo: "Yahoo Finance", nasdaq: "Nasdaq Data Link", alphavantage: "Alpha Vantage", twelvedata: "Twelve Data", stooq: "Stooq" };

/** Common names of exchanges, by their MIC. */
const EXCHANGES = { XNAS: "Nasdaq", XNYS: "NYSE", ARCX: "NYSE Arca", XASE: "NYSE American", XLON: "London", XHKG: "Hong Kong", XTKS: "Tokyo", XETR: "Xetra", XPAR: "Paris", XAMS: "Amsterdam", XTSE: "Toronto", XASX: "Sydney", XSWX: "Zurich" };

export const exchangeName = (mic) => EXCHANGES[mic] ?? mic;
export const providerName = (provider) => NAMES[provider] ?? provider;

export function dataNotes(all) {
  return all.length > 0 && element("ul.notes", { "aria-label": "Notes about the data" }, all.map((note) => element("li", {}, withDates(note))));
}
