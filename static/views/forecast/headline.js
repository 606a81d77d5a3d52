// The headline of an answer, and what the model's own record says about it.
import { element } from "../../page/element.js";
import { longDate, percent, unbroken } from "../../page/format.js";

const LEAST_HELD = 0.7;
const ENOUGH = 20;

/** `AAPL: $377.90 to $495.30 by April 15, 2013`, as parts of an element. */
export function headline(symbol, { intervals, target_date: target, data }, money) {
  const name = symbol.startsWith("@") ? data.name || symbol : symbol; // people know a file by its name
  const [low, high] = money.prices(intervals[80]).map((text) => element("strong", {}, text));
  return [`${name}: `, low, " to ", high, ` by\u00a0${unbroken(longDate(target))}`];
}

/** The record's sentence if it contradicts the model's promise, else null. */
export function doubt({ symbol, model, backtest }) {
  if (backtest.trust) return backtest.trust.state === "too_narrow" ? backtest.trust.sentence : null;
  const { coverage80: held, origins } = backtest;
  if (typeof held !== "number" || held >= LEAST_HELD || origins < ENOUGH) return null;
  const name = model[0].toUpperCase() + model.slice(1);
  return `${name}'s ranges have been far too narrow for ${symbol}: its 80% range held ${percent(held)} of the time.`;
}

/** `Promised 80%, delivered 75% (97 forecasts)`, or "" if there was nothing to check. */
export function delivered({ record, coverage80: held, origins }) {
  if (record) return record;
  return typeof held === "number" ? `Promised 80%, delivered ${percent(held)} (${origins} forecasts)` : "";
}
