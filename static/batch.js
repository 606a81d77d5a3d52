// Forecasts of many tickers at once.
import { get, post } from "./api.js";
import { follow } from "./follow.js";

/** The batch's ranking once all have ended: one row for each that was forecast. `tell` gets its counts. */
export async function forecastAll(symbols, days, { tell, lost, signal }) {
  const { links } = await post("/api/batches", { symbols, days }, signal);
  const ended = ({ status }) => status === "done";
  await follow(links, { tell, lost, signal, type: "progress", ended });
  return (await get(links.ranking, signal)).rows;
}
