// Forecasts many tickers at once.
import { get } from "./client.js";
import { follow } from "./follow.js";
import { submit } from "./submit.js";

/**
 * Resolves when all forecasts have ended: `rows` has one row for each ticker that succeeded, `failed`
 * has the others with their `error`. Calls `tell` with the batch's counts.
 */
export async function forecastAll(symbols, days, { tell, lost, signal }) {
  const links = await submit("/api/batches", { symbols, days }, { lost, signal });
  const ended = ({ status }) => status === "done";
  await follow(links, { tell, lost, signal, type: "progress", ended });
  const { rows, failed = [] } = await get(links.ranking, signal);
  return { rows, failed };
}
