// Where prices come from here, and how to get today's.
import { get } from "./client.js";

/** How to add a data source, until the server has said it. */
const USUAL = ["make run PROVIDERS=yahoo", "make run TIINGO_API_KEY=YOUR_KEY"];

let asked = null;
let commands = USUAL;

/** `{isSampleOnly, symbols, lastDate, names, terms}`; null where the server does not say. */
export function sources() {
  asked ??= read().catch(() => {
    asked = null; // asked again next time
    return null;
  });
  return asked;
}

/** The lines that bring today's prices, the shortest way first. */
export const todaysPrices = () => commands;

async function read() {
  const { sample_only: isSampleOnly, providers, sample, todays_prices: steps } = await get("/api/sources");
  if (steps.length) commands = steps.map(({ command }) => command);
  const others = providers.filter(({ name }) => name !== "sample");
  return {
    isSampleOnly,
    symbols: sample.symbols,
    lastDate: sample.last_date,
    names: others.map(({ title }) => title),
    terms: others.map(({ terms }) => terms).filter(Boolean).join(" "),
  };
}
