// Formats numbers and dates for the reader's locale. Price dates have no time zone.

const CURRENCY_PAIR = "24/5"; // the currencies' calendar: their prices need more digits
const PAIR_DIGITS = 4;
const PAIR_FROM = 0.1;
const PAIR_UNTIL = 10;
const kept = new Map();

function decimals(value, least) {
  const size = Math.abs(value);
  return size >= 1 || size === 0 ? least : Math.min(6, Math.max(least, 3 - Math.floor(Math.log10(size))));
}

/** Enough digits that the two ends of a narrow range differ. */
const digitsOfSpan = (span) => (span > 0 ? Math.min(6, Math.ceil(-Math.log10(span)) + 1) : 0);

function formatter(currency) {
  const formats = new Map();
  return (digits) => {
    if (!formats.has(digits)) {
      const style = currency ? { style: "currency", currency } : {};
      formats.set(digits, new Intl.NumberFormat(undefined, { ...style, minimumFractionDigits: digits, maximumFractionDigits: digits }));
    }
    return formats.get(digits);
  };
}

const isCode = (currency) => /^[A-Z]{3}$/.test(currency ?? "");

/** Formatters for prices in `currency` (ISO 4217, none for an index). */
export function money(currency, calendar) {
  const key = `${currency} ${calendar}`;
  if (!kept.has(key)) kept.set(key, made(currency, calendar));
  return kept.get(key);
}

function made(currency, calendar) {
  const format = formatter(isCode(currency) ? currency : null);
  const usual = isCode(currency) ? new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits : 2;
  const isRate = (value) => calendar === CURRENCY_PAIR && Math.abs(value) >= PAIR_FROM && Math.abs(value) < PAIR_UNTIL;
  const digits = (value) => (isRate(value) ? PAIR_DIGITS : decimals(value, usual));
  const price = (value) => format(digits(value)).format(value);
  return {
    price,
    /** A price range for places where a dash could look like a minus. */
    range: (low, high) => {
      const { format: write } = format(Math.max(digits(high), usual && digitsOfSpan(high - low)));
      return `${write(low)} ${low < 0 ? "to" : "–"} ${write(high)}`;
    },
    /** Prices for a sentence, all with the same number of digits. */
    prices: (values) => {
      const span = Math.max(...values) - Math.min(...values);
      const { format: write } = format(Math.max(digits(Math.max(...values)), usual && digitsOfSpan(span)));
      return values.map((value) => write(value));
    },
    /** An axis tick, with only the digits that its distance to the next one needs. */
    tick: (value, step) => {
      const isWhole = Number.isInteger(Math.round(step * 1e6) / 1e6);
      return format(isWhole ? 0 : Math.max(usual, Math.min(6, 1 + Math.ceil(-Math.log10(step))))).format(value);
    },
  };
}

/** Formatters for the prices of a result, a history or a batch row. Old answers have no currency: it is dollars. */
export const moneyOf = ({ currency = "USD", calendar, data }) => money(currency, calendar ?? data?.calendar);

const plain = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 6 });
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });

const integer = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** Counts in full, other numbers with six digits. */
export const number = (value) => (Number.isInteger(value) ? integer : plain).format(value);
export const shortNumber = (value) => compact.format(value);
/** These take fractions: 0.82 is 82%. */
export const percent = (fraction) => whole.format(fraction);
/** For the ticks of an axis, which can be close together. */
export const percentTick = (fraction) => exact.format(fraction);
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
export const monthAndYear = dates({ month: "short", year: "numeric" });
export const year = dates({ year: "numeric" });
export const weekdayAndDay = dates({ weekday: "long", month: "long", day: "numeric" });
export const weekdayAndDate = dates({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
export const unbroken = (text) => text.replaceAll(" ", "\u00a0");

/** A server's text with its ISO dates in the reader's format, without line breaks inside dates. */
export const withDates = (text) => text.replace(/\b\d{4}-\d{2}-\d{2}\b/g, (iso) => unbroken(shortDate(iso)));
export const isIsoDate = (value) => typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);
export const seconds = (iso) => Date.parse(`${iso}T00:00:00Z`) / 1000;

const MANY_DAYS = 1000;

/** How old a day is now. It uses today's date, because the answer may be from an earlier day. */
export function age(iso) {
  const days = Math.max(0, Math.floor(Date.now() / 86_400_000 - seconds(iso) / 86_400));
  if (days === 0) return "today";
  if (days > MANY_DAYS) return `${number(Math.floor(days / 365.25))} years ago`;
  return `${inDays(days)} ago`;
}

export const elapsed = (ms) => `${new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(ms / 1000)} s`;
export const inDays = (days) => `${number(days)} day${days === 1 ? "" : "s"}`;
