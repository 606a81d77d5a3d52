// Reads how far ahead to forecast: `45`, `6w`, `2 months`, `1y`, or a date.
import { isIsoDate, seconds } from "./format.js";

export const MOST_DAYS = 3650;
const DAY_S = 86_400;
const UNITS = { d: "days", w: "weeks", m: "months", y: "years" };
const WITH_UNIT = /^(\d+(?:\.\d+)?)\s*(d|days?|w|wks?|weeks?|m|mo|mos|months?|y|yrs?|years?)$/i;
const HELP = "Enter days ahead, for example 45, 6w, 2 months or 1y, or a date.";

const isoOf = (at) => new Date(at * 1000).toISOString().slice(0, 10);

/** Returns whole `days`, or a `problem` that says what to enter instead. `from` is the day of the last price. */
export function readDays(text, from) {
  const typed = String(text).trim();
  const days = daysOf(typed, from);
  if (days === null) return { problem: typed ? `“${typed}” is not a number of days or a date. ${HELP}` : HELP };
  if (!Number.isInteger(days)) return { problem: `Enter whole days: ${typed} is ${days} days.` };
  if (days < 1 && isDate(typed)) return { problem: `Choose a date after ${from}, the day of the last price.` };
  if (days < 1 || days > MOST_DAYS) return { problem: `Choose 1 to ${MOST_DAYS} days ahead. ${days} is ${days < 1 ? "too few" : "too many"}.` };
  return { days };
}

function daysOf(typed, from) {
  if (/^-?\d+(\.\d+)?$/.test(typed)) return Number(typed);
  const [, count, unit] = WITH_UNIT.exec(typed) ?? [];
  if (unit) return spanOf(Number(count), UNITS[unit[0].toLowerCase()], from);
  const date = dateOf(typed);
  return date ? Math.round((seconds(date) - seconds(from)) / DAY_S) : null;
}

const isDate = (typed) => dateOf(typed) !== null;

function dateOf(typed) {
  if (isIsoDate(typed)) return Number.isNaN(seconds(typed)) ? null : typed;
  if (!/[a-z]{3}/i.test(typed) || !/\d{4}/.test(typed)) return null; // 03/04/2013 is ambiguous
  const at = Date.parse(`${typed} UTC`);
  return Number.isNaN(at) ? null : isoOf(at / 1000);
}

function spanOf(count, unit, from) {
  if (unit === "days") return count;
  if (unit === "weeks") return count * 7;
  const months = unit === "years" ? count * 12 : count;
  if (!Number.isInteger(months)) return Math.round(months * 30.4375);
  return Math.round((seconds(monthsAfter(from, months)) - seconds(from)) / DAY_S);
}

/** The same day `months` later or earlier, or the month's last day if it has no such day. */
export function monthsAfter(iso, months) {
  const [year, month, day] = iso.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return isoOf(Date.UTC(year, month - 1 + months, Math.min(day, last)) / 1000);
}

export const daysAfter = (iso, days) => isoOf(seconds(iso) + days * DAY_S);
