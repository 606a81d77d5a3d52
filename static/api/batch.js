// Forecasts of many tickers at once.
import { get } from "./client.js";
import { follow } from "./follow.js";
import { submit } from "./submit.js";

/**
 * Once all have ended: `rows`, one for each that was forecast, and `failed`, each with its `error`.
 * `tell` gets the batch's counts.
 */
export async function forecastAll(symbols, days, { tell, lost, signal }) {
  const links = await submit("/api/batches", { symbols, days }, { lost, signal });
  const ended = ({ status }) => status === "done";
  await follow(links, { tell, lost, signal, type: "progress", ended });
  const { rows, failed = [] } = await get(links.ranking, signal);
  return { rows, failed };
}
