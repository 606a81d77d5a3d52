// Where prices come from here, and for which tickers there are some.
import { get } from "./client.js";

let known = null;

/** `{isSampleOnly, names, symbols, lastDate, terms}`; null where the server does not say. */
export function sources() {
  known ??= read().catch(() => {
    known = null; // asked again next time
    return null;
  });
  return known;
}

async function read() {
  const { sample_only: isSampleOnly, providers, symbols, last_date: lastDate } = await get("/api/sources");
  const others = providers.filter(({ provider }) => provider !== "sample");
  return { isSampleOnly, symbols, lastDate, names: others.map(({ name }) => name), terms: others.map(({ terms }) => terms).join(" ") };
}
