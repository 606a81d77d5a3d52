// The field for how far ahead. It takes days, weeks, months, years and dates, and shows the matching session.
import { targetDate } from "../../api/target_date.js";
import { at } from "../../page/element.js";
import { daysAfter, MOST_DAYS, readDays } from "../../page/days.js";
import { inDays, isIsoDate, seconds, unbroken, weekdayAndDay, weekdayAndDate, year } from "../../page/format.js";
import { isSymbol } from "../../page/storage.js";

const PAUSE_MS = 150;
const EXAMPLE = "AAPL"; // we use its calendar until a person chooses a ticker
const TODAY = () => new Date().toISOString().slice(0, 10);

let lastDate = null; // of the symbol's prices, once known
let of = "";
let timer;
let turn = 0;

const symbolNow = () => {
  const symbol = at("symbol").value.trim().toUpperCase();
  return isSymbol(symbol) ? symbol : EXAMPLE;
};

/** `{days}` or `{problem}`. */
export const entered = () => readDays(at("days").value, lastDate ?? TODAY());

const day = (iso, from) => unbroken(year(seconds(iso)) === year(seconds(from)) ? weekdayAndDay(iso) : weekdayAndDate(iso));

/** "to Monday, April 15", or the next open day if the exchange is closed then. */
function hintOf({ asked_date: date, target_date: target }, typed, days) {
  const counted = String(days) === typed ? "" : `${inDays(days)}: `;
  if (date === target) return `${counted}to ${day(target, TODAY())}`;
  return `${counted}${day(date, target)}: the next session is ${day(target, TODAY())}`;
}

async function update() {
  const mine = (turn += 1);
  const symbol = symbolNow();
  const typed = at("days").value.trim();
  if (symbol !== of) {
    const known = await targetDate(symbol, 1);
    if (mine !== turn) return;
    of = symbol;
    lastDate = known?.last_date ?? null;
    at("date").min = daysAfter(lastDate ?? TODAY(), 1);
    at("date").max = daysAfter(lastDate ?? TODAY(), MOST_DAYS);
  }
  const { days } = entered();
  const found = days ? await targetDate(symbol, days) : null;
  if (mine !== turn) return;
  at("days-hint").textContent = found ? hintOf(found, typed, days) : "";
}

/** Updates the session after the ticker or the days change. */
export function changed() {
  clearTimeout(timer);
  timer = setTimeout(update, PAUSE_MS);
}

/** Sets the last price's day, from an answer. The field counts dates from it. */
export function learn(symbol, date) {
  if (!isIsoDate(date)) return;
  of = symbol;
  lastDate = date;
}

/** Calls `picked` when a person picks a date. */
export function start(picked) {
  at("days").addEventListener("input", changed);
  at("pick-date").addEventListener("click", () => {
    try {
      at("date").showPicker();
    } catch {
      at("date").focus(); // this browser has no date picker
    }
  });
  at("date").addEventListener("change", () => {
    if (!at("date").value) return;
    at("days").value = at("date").value;
    changed();
    picked();
  });
  changed();
}
