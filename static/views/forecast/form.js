// The form: which ticker, how many days, which model. It keeps what was typed, whatever happens.
import { warmUp } from "../../api/client.js";
import { NO_TICKER, combobox } from "../../controls/combobox.js";
import { at, element } from "../../page/element.js";
import { isSymbol, recent } from "../../page/storage.js";

const MODELS = ["calibrated", "prophet"];
const MOST_DAYS = 3650;
const FIELDS = ["symbol", "days", "model"];

const form = at("ask");
const isGoodDays = (days) => Number.isInteger(days) && days >= 1 && days <= MOST_DAYS;

/** What is wrong with each field; "" where nothing is. */
const faults = ({ symbol, days, model }) => ({
  symbol: isSymbol(symbol) ? "" : NO_TICKER,
  days: isGoodDays(days) ? "" : `Enter a whole number of days from 1 to ${MOST_DAYS}.`,
  model: MODELS.includes(model) ? "" : `“${model}” is no model. Choose one of these.`,
});

/** Say what is wrong with a field; "" takes it back. */
export function complain(field, message) {
  const place = at(`${field}-error`);
  if (!place) return false;
  place.textContent = message;
  if (message) at(field)?.setAttribute("aria-invalid", "true");
  else at(field)?.removeAttribute("aria-invalid");
  return true;
}

/** What the form says; null, with the reasons shown and the first bad field focused, if it is bad. */
function entered() {
  const wanted = said();
  const found = Object.entries(faults(wanted));
  for (const [field, message] of found) complain(field, message);
  const bad = found.find(([, message]) => message);
  if (!bad) return wanted;
  at(bad[0]).focus();
  return null;
}

const meant = ({ symbol = "", days, model = MODELS[0] }) => ({ symbol: symbol.trim().toUpperCase(), days: Number(days ?? at("days").value), model });

/** What an address asks for; null where it asks for no forecast. */
export function asked(parameters) {
  const wanted = meant(parameters);
  return Object.values(faults(wanted)).some(Boolean) ? null : wanted;
}

/** Fill the form from an address that asks for no forecast, and say what in it is wrong. */
export function explain(parameters) {
  fill(parameters);
  const found = faults(meant(parameters));
  for (const field of FIELDS) if (parameters[field] !== undefined) complain(field, found[field]);
}

export function fill({ symbol, days, model }) {
  if (symbol !== undefined) at("symbol").value = symbol;
  if (days !== undefined) at("days").value = days;
  if (model !== undefined) form.elements.model.value = model;
  for (const field of FIELDS) complain(field, "");
  markChoice();
  markAwaited();
}

let awaited = null;
const said = () => meant({ symbol: at("symbol").value, model: form.elements.model.value });
const isAwaited = () => awaited !== null && Object.entries(said()).every(([name, value]) => awaited[name] === value);

/** Until `wanted` has come, it cannot be asked for again, but all else can; null once nothing is awaited. */
export function setAwaited(wanted) {
  awaited = wanted;
  markAwaited();
}

function markAwaited() {
  at("submit").setAttribute("aria-disabled", String(isAwaited()));
}

function markChoice() {
  for (const button of form.querySelectorAll("[data-days]")) button.setAttribute("aria-pressed", String(button.dataset.days === at("days").value));
}

/** Offer the tickers that were asked for of late. */
export function offerRecent() {
  const chips = recent().map((symbol) => element("button", { type: "button", "data-symbol": symbol }, symbol));
  at("recent").replaceChildren(...chips);
  at("recent").hidden = chips.length === 0;
}

/** Prophet takes seconds to load: the function begins once it is chosen. */
function warmUpModel() {
  const { symbol, model } = said();
  if (model !== MODELS[0] && isSymbol(symbol)) warmUp(symbol, model);
}

/** `submit` gets what is asked for. */
export function start(submit) {
  const { close } = combobox(at("symbol"), () => {
    complain("symbol", "");
    markAwaited();
    warmUpModel();
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === "model") warmUpModel();
  });
  const send = () => {
    close();
    const wanted = entered();
    if (wanted) submit(wanted);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isAwaited()) send();
  });
  form.addEventListener("click", (event) => {
    const { days, symbol } = event.target.closest("button")?.dataset ?? {};
    if (days) fill({ days });
    if (symbol) {
      fill({ symbol });
      send();
    }
  });
  at("days").addEventListener("input", markChoice);
  form.addEventListener("input", markAwaited);
  markChoice();
  offerRecent();
}
