// Numbers and dates as the reader's locale writes them. Dates of prices have no time zone.

const dollars = new Map();

function currency(digits) {
  if (!dollars.has(digits)) {
    const options = { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", minimumFractionDigits: digits, maximumFractionDigits: digits };
    dollars.set(digits, new Intl.NumberFormat(undefined, options));
  }
  return dollars.get(digits);
}

function decimals(value) {
  const size = Math.abs(value);
  return size >= 1 || size === 0 ? 2 : Math.min(6, 3 - Math.floor(Math.log10(size)));
}

/** A price to the cent; finer where it is below a dollar. */
export const price = (value) => currency(decimals(value)).format(value);

/** From one price to another, where a dash could be taken for a minus. */
export function range(low, high) {
  const format = currency(decimals(high));
  return `${format.format(low)} ${low < 0 ? "to" : "–"} ${format.format(high)}`;
}

/** Prices for a sentence, all to the same digits: whole dollars where cents say nothing. */
export function prices(values) {
  const format = currency(Math.min(...values) >= 100 ? 0 : decimals(Math.max(...values)));
  return values.map((value) => format.format(value));
}

/** A tick of an axis: no more digits than its distance to the next one needs. */
export function tick(value, step) {
  const isWhole = Number.isInteger(Math.round(step * 1e6) / 1e6);
  return currency(isWhole ? 0 : Math.max(2, Math.min(6, 1 + Math.ceil(-Math.log10(step))))).format(value);
}

const plain = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });

const integer = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** Counts to the last digit, other numbers to six. */
export const number = (value) => (Number.isInteger(value) ? integer : plain).format(value);
export const shortNumber = (value) => compact.format(value);
/** These take fractions: 0.82 is 82%. */
export const percent = (fraction) => whole.format(fraction);
export const finePercent = (fraction) => fine.format(fraction);
export const change = (fraction) => signed.format(fraction);

const dates = (options) => {
  const format = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", ...options });
  return (iso) => format.format(typeof iso === "string" ? new Date(`${iso}T00:00:00Z`) : new Date(iso * 1000));
};

/** These take `2013-03-01`, or seconds since 1970. */
export const longDate = dates({ dateStyle: "long" });
export const shortDate = dates({ dateStyle: "medium" });
export const monthAndDay = dates({ month: "short", day: "numeric" });
export const month = dates({ month: "short" });
export const year = dates({ year: "numeric" });
export const unbroken = (text) => text.replaceAll(" ", "\u00a0");

/** A text of the server with its ISO dates as the reader writes them, unbroken. */
export const withDates = (text) => text.replace(/\b\d{4}-\d{2}-\d{2}\b/g, (iso) => unbroken(shortDate(iso)));
export const isIsoDate = (value) => typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);
export const seconds = (iso) => Date.parse(`${iso}T00:00:00Z`) / 1000;

const MANY_DAYS = 1000;

/** How old a day is now; the answer itself may have been kept for a while. */
export function age(iso) {
  const days = Math.max(0, Math.floor(Date.now() / 86_400_000 - seconds(iso) / 86_400));
  if (days === 0) return "today’s";
  if (days > MANY_DAYS) return `${number(Math.floor(days / 365.25))} years old`;
  return `${number(days)} day${days === 1 ? "" : "s"} old`;
}

export const elapsed = (ms) => `${new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(ms / 1000)} s`;
export const inDays = (days) => `${number(days)} day${days === 1 ? "" : "s"}`;
