// The HTTP API, as the page uses it.

/** A problem document (RFC 9457) that the server answered, or one of ours where it did not. */
export class Problem extends Error {
  constructor(document) {
    super(document.detail);
    this.title = document.title;
    this.errors = document.errors ?? [];
  }
}

const UNREACHABLE = {
  title: "No connection",
  detail: "Stockcast does not answer. Check your connection and try again.",
};

async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch {
    throw new Problem(UNREACHABLE);
  }
  const document = await answer.json().catch(() => ({ title: "Unexpected answer", detail: `Status ${answer.status}.` }));
  if (!answer.ok) throw new Problem(document);
  return document;
}

export function submit(symbol, days) {
  return ask("/api/forecasts", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ symbol, days }),
  });
}

/** Have the prices of `symbol` fetched ahead; nothing depends on it. */
export function warmUp(symbol) {
  const body = JSON.stringify({ symbol });
  ask("/api/warmup", { method: "POST", headers: { "content-type": "application/json" }, body }).catch(() => {});
}

/** The document of a request whose backtest is computed after its forecast, once it is there. */
export async function withBacktest(url, patience = 60) {
  for (let tries = 0; tries < patience; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const document = await ask(url).catch(() => null);
    if (document?.result && document.result.backtest.status !== "pending") return document;
  }
  return null;
}

export async function findSymbols(query) {
  return (await ask(`/api/symbols?q=${encodeURIComponent(query)}`)).symbols;
}

/**
 * Follow a request until it ends: `tell` gets its document at each change. The browser
 * reconnects by itself; after `patience` failures in a row we stop.
 */
export function follow(url, tell, patience = 5) {
  return new Promise((resolve, reject) => {
    const source = new EventSource(url);
    let failures = 0;
    source.addEventListener("status", (event) => {
      failures = 0;
      const document = JSON.parse(event.data);
      tell(document);
      if (document.status === "done" || document.status === "failed") {
        source.close();
        resolve(document);
      }
    });
    source.addEventListener("error", () => {
      failures += 1;
      if (source.readyState === EventSource.CLOSED || failures > patience) {
        source.close();
        reject(new Problem(UNREACHABLE));
      }
    });
  });
}
