// The page's client for the HTTP API.

/** A problem document (RFC 9457) from the server, or our own if the server did not send one. */
export class Problem extends Error {
  constructor(document, retryAfterS = null) {
    super(document.detail ?? "");
    this.type = document.type ?? "";
    this.title = document.title ?? "Unexpected answer";
    this.status = document.status ?? 0;
    // `priors[1]` is told beside the field `priors`.
    this.errors = (document.errors ?? []).map(({ field, message }) => ({ field: field.replace(/[.[].*$/, ""), message }));
    this.suggestions = document.suggestions ?? [];
    this.retryAfterS = retryAfterS;
  }
}

export const UNREACHABLE = {
  title: "No connection",
  detail: "Stockcast does not answer.",
  status: 0,
};

const FRESH_MS = 15 * 60_000;

/** Whether an answer from that time is still young enough to show again. */
export const isRecent = (askedAt) => Date.now() - askedAt < FRESH_MS;

/** Resolves a path relative to the page. Behind a gateway, the page is not at the root. */
export const here = (path) => `.${path}`;

export async function get(url, signal) {
  return answered(url, { signal });
}

export async function post(url, body, signal) {
  const headers = { "content-type": "application/json" };
  return answered(url, { method: "POST", headers, body: JSON.stringify(body), signal });
}

async function answered(url, options) {
  let answer;
  try {
    answer = await fetch(here(url), options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(UNREACHABLE);
  }
  const unexpected = { title: "Unexpected answer", detail: `${url} answered with status ${answer.status}.`, status: answer.status };
  const isOurs = (answer.headers.get("content-type") ?? "").includes("json");
  // A gateway answers while the server restarts. Treat that as a lost connection.
  if (!isOurs && answer.status > 500) throw new Problem({ ...UNREACHABLE, detail: `The gateway answered with status ${answer.status}.` });
  const document = await answer.json().catch(() => unexpected);
  if (answer.ok) return document;
  throw new Problem({ ...unexpected, ...document }, Number(answer.headers.get("retry-after")) || null);
}

const warmed = new Set();

/** Fetches the prices of `symbol` early and prepares the model. Ignores failures. */
export function warmUp(symbol, model = "calibrated") {
  const key = `${symbol} ${model}`;
  if (warmed.has(key)) return;
  warmed.add(key);
  post("/api/warmup", { symbol, model }).catch(() => warmed.delete(key));
}

export async function findSymbols(query, signal) {
  return (await get(`/api/symbols?q=${encodeURIComponent(query)}`, signal)).symbols;
}

/** A symbol's daily prices. `prices` are adjusted and end at the traded close. */
export async function history(symbol, start, signal) {
  const found = await get(`/api/symbols/${encodeURIComponent(symbol)}/history${start ? `?start=${start}` : ""}`, signal);
  return { ...found, prices: found.adj_close };
}

/** Uploads a file of prices, or one series of it. */
export async function upload(file, column, signal) {
  const body = new FormData();
  body.append("file", file);
  if (column) body.append("column", column);
  return answered("/api/prices", { method: "POST", body, signal });
}
