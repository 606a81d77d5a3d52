// What every answer says about its data: the source, and what the server noticed.
import { element } from "../page/element.js";
import { longDate, withDates } from "../page/format.js";

const NAMES = { sample: "the bundled sample", upload: "your file", tiingo: "Tiingo", yahoo: "Yahoo Finance", nasdaq: "Nasdaq Data Link", alphavantage: "Alpha Vantage", twelvedata: "Twelve Data", stooq: "Stooq" };

/** Common names of exchanges, by their MIC. */
const EXCHANGES = { XNAS: "Nasdaq", XNYS: "NYSE", ARCX: "NYSE Arca", XASE: "NYSE American", XLON: "London", XHKG: "Hong Kong", XTKS: "Tokyo", XETR: "Xetra", XPAR: "Paris", XAMS: "Amsterdam", XTSE: "Toronto", XASX: "Sydney", XSWX: "Zurich" };

export const exchangeName = (mic) => EXCHANGES[mic] ?? mic;
export const providerName = (provider) => NAMES[provider] ?? provider;

export const banner = (head, text) => element("p.banner", { role: "note" }, element("strong", {}, head), text);
export const sampleData = (data) => [`Sample data, ending ${longDate(data.last_date)}.`, " For today's prices, add a data source."];
export const oldPrices = (data) => ["Old prices.", ` The provider gives no newer prices now. The last known price is of ${longDate(data.last_date)}.`];

export function dataNotes(all) {
  return all.length > 0 && element("ul.notes", { "aria-label": "Notes about the data" }, all.map((note) => element("li", {}, withDates(note))));
}
