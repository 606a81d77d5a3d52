// What this browser remembers. Where nothing may be stored, it is remembered until the page is left.

const PREFIX = "stockcast.";
const kept = new Map();

export function read(name, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    if (text !== null) return JSON.parse(text);
  } catch {
    // No storage, or not ours: the fallback serves.
  }
  return kept.get(name) ?? fallback;
}

export function write(name, value) {
  kept.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full or forbidden.
  }
}

const SYMBOL = /^[A-Z][A-Z0-9.-]{0,9}$/;
export const isSymbol = (text) => SYMBOL.test(text);

const MOST_RECENT = 5;
const MOST_WATCHED = 100;

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

export function watch(symbol) {
  if (!isWatched(symbol)) write("watched", [...watched(), symbol].slice(-MOST_WATCHED));
}

export function unwatch(symbol) {
  write("watched", watched().filter((one) => one !== symbol));
}
