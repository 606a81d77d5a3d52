// Where prices come from here, and for which tickers there are some.
import { get } from "./client.js";

let known = null;

/** `{isSampleOnly, names, symbols, lastDate, terms}`; null where the server does not say. */
export async function sources() {
  known ??= read().catch(() => {
    known = null;
    return null;
  });
  return known;
}

async function read() {
  const answer = await get("/api/sources");
  return answer;
}
