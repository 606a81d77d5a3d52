// What this browser remembers. If storage is blocked, it remembers until you leave the page.

const PREFIX = "stockcast.";
const kept = new Map();

export function read(name, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    if (text !== null) return JSON.parse(text);
  } catch {
    // No storage, or not our data: use the fallback.
  }
  return kept.get(name) ?? fallback;
}

export function write(name, value) {
  kept.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The storage is full or blocked.
  }
}

const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object in storage, or an empty one if the stored value is something else. */
export function readRecord(name) {
  const stored = read(name, {});
  return isRecord(stored) ? stored : {};
}

const SYMBOL = /^[A-Z0-9^@][A-Z0-9.\-=^_]{0,23}$/;
export const isSymbol = (text) => SYMBOL.test(text);

const MOST_RECENT = 5;
export const MOST_WATCHED = 100;
export const TOO_MANY_WATCHED = `The watchlist holds ${MOST_WATCHED} tickers. Remove some first.`;

function symbols(name) {
  const stored = read(name, []);
  return Array.isArray(stored) ? stored.filter((one) => typeof one === "string" && isSymbol(one)) : [];
}

export const recent = () => symbols("recent");

export function remember(symbol) {
  write("recent", [symbol, ...recent().filter((one) => one !== symbol)].slice(0, MOST_RECENT));
}

export const watched = () => symbols("watched");
export const isWatched = (symbol) => watched().includes(symbol);

/** Returns whether the ticker is now on the list. A full list takes no more. */
export function watch(symbol) {
  if (!isWatched(symbol) && watched().length < MOST_WATCHED) write("watched", [...watched(), symbol]);
  return isWatched(symbol);
}

export function unwatch(symbol) {
  write("watched", watched().filter((one) => one !== symbol));
}
