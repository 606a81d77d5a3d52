// Forecasts of many tickers at once.
import { get } from "./client.js";
import { follow } from "./follow.js";
import { submit } from "./submit.js";

/** The batch's ranking once all have ended: one row for each that was forecast. `tell` gets its counts. */
export async function forecastAll(symbols, days, { tell, lost, signal }) {
  const links = await submit("/api/batches", { symbols, days }, { lost, signal });
  const ended = ({ status }) => status === "done";
  await follow(links, { tell, lost, signal, type: "progress", ended });
  return (await get(links.ranking, signal)).rows;
}
