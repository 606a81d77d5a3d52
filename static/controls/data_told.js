// What every answer says of its data: where it comes from, and what the server noticed in it.
import { element } from "../page/element.js";
import { withDates } from "../page/format.js";

const NAMES = { sample: "the bundled sample", upload: "your file", tiingo: "Tiingo", yahoo: "Yahoo Finance", nasdaq: "Nasdaq Data Link" };

export const providerName = (provider) => NAMES[provider] ?? provider;

export function dataNotes(all) {
  return all.length > 0 && element("ul.notes", { "aria-label": "Notes about the data" }, all.map((note) => element("li", {}, withDates(note))));
}
