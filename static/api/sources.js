// Where this server gets its prices, and how to get today's prices.
import { get } from "./client.js";

/** How to add a data source, until the server sends its own text. */
const USUAL = ["make run PROVIDERS=yahoo", "make run TIINGO_API_KEY=YOUR_KEY"];

let asked = null;
let commands = USUAL;

/** `{isSampleOnly, symbols, lastDate, names, terms, takesFiles}`, or null if the server does not say. */
export function sources() {
  asked ??= read().catch(() => {
    asked = null; // the next call asks again
    return null;
  });
  return asked;
}

/** The commands that get today's prices, the shortest first. */
export const todaysPrices = () => commands;

async function read() {
  const { sample_only: isSampleOnly, providers, sample, todays_prices: steps, uploads: takesFiles } = await get("/api/sources");
  if (steps.length) commands = steps.map(({ command }) => command);
  const others = providers.filter(({ name }) => name !== "sample");
  return {
    isSampleOnly,
    symbols: sample.symbols,
    lastDate: sample.last_date,
    names: others.map(({ title }) => title),
    terms: others.map(({ terms }) => terms).filter(Boolean).join(" "),
    takesFiles,
  };
}
