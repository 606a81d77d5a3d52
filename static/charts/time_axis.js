// Ticks of a date axis. Years appear at January 1, and the first tick names its year.
import { monthAndDay, month, monthAndYear, shortDate, year } from "../page/format.js";

const DAY_S = 86_400;
const MONTHS = [1, 3, 6, 12, 24, 60, 120, 240];
const DAYS = [1, 2, 7, 14];
const LEAST_PX = { days: 84, months: 58 };
const FEW_DAYS = 75;

const date = (at) => new Date(at * 1000);

/** The ticks from `min` to `max` on an axis `width` pixels wide, in seconds. */
export function ticksOf(min, max, width) {
  const most = (px) => Math.max(2, Math.floor(width / px));
  const days = (max - min) / DAY_S;
  if (days <= FEW_DAYS) {
    const step = DAYS.find((one) => days / one <= most(LEAST_PX.days)) ?? DAYS.at(-1) * Math.ceil(days / DAYS.at(-1) / most(LEAST_PX.days));
    return byDays(min, max, step);
  }
  const step = MONTHS.find((one) => days / 30.4 / one <= most(LEAST_PX.months)) ?? MONTHS.at(-1);
  return byMonths(min, max, step);
}

/** The labels of `ticks`. The first tick, and the first of each year, names its year. */
export function textsOf(ticks) {
  const isNew = (at, index) => index === 0 || date(at).getUTCFullYear() !== date(ticks[index - 1]).getUTCFullYear();
  if (!ticks.every(isFirstOfMonth)) return ticks.map((at, index) => (isNew(at, index) ? shortDate : monthAndDay)(at));
  return ticks.map((at, index) => {
    if (date(at).getUTCMonth() === 0) return year(at); // a January tick shows its year
    return (isNew(at, index) ? monthAndYear : month)(at);
  });
}

const isFirstOfMonth = (at) => date(at).getUTCDate() === 1;

/** Steps of several days start on Mondays, so that ticks stay in place when the view moves. */
function byDays(min, max, step) {
  const MONDAY_S = 4 * DAY_S; // the first Monday after the epoch
  const origin = step >= 7 ? MONDAY_S : 0;
  const ticks = [];
  for (let at = origin + Math.ceil((min - origin) / (step * DAY_S)) * step * DAY_S; at <= max; at += step * DAY_S) ticks.push(at);
  return ticks;
}

function byMonths(min, max, step) {
  const ticks = [];
  const from = date(min);
  for (let index = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step; ; index += step) {
    const at = Date.UTC(Math.floor(index / 12), index % 12, 1) / 1000;
    if (at > max) return ticks;
    if (at >= min) ticks.push(at);
  }
}
