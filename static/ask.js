// The form: which ticker, how many days, which model. It keeps what was typed, whatever happens.
import { NO_TICKER, combobox } from "./combobox.js";
import { at, element } from "./element.js";
import { isSymbol, recent } from "./storage.js";

const MODELS = ["calibrated", "prophet"];
const MOST_DAYS = 3650;

const form = at("ask");
const isGoodDays = (days) => Number.isInteger(days) && days >= 1 && days <= MOST_DAYS;

/** Say what is wrong with a field; "" takes it back. */
export function complain(field, message) {
  const place = at(`${field}-error`);
  if (!place) return false;
  place.textContent = message;
  if (message) at(field).setAttribute("aria-invalid", "true");
  else at(field).removeAttribute("aria-invalid");
  return true;
}

/** What the form says; null, with the reasons shown and the first bad field focused, if it is bad. */
function entered() {
  const symbol = at("symbol").value.trim().toUpperCase();
  const days = Number(at("days").value);
  const goodDays = at("days").value !== "" && isGoodDays(days);
  complain("symbol", isSymbol(symbol) ? "" : NO_TICKER);
  complain("days", goodDays ? "" : `Enter a whole number of days from 1 to ${MOST_DAYS}.`);
  if (isSymbol(symbol) && goodDays) return { symbol, days, model: form.elements.model.value };
  at(isSymbol(symbol) ? "days" : "symbol").focus();
  return null;
}

/** What an address asks for; null where it asks for no forecast. */
export function asked({ symbol = "", days, model = MODELS[0] }) {
  const wanted = { symbol: symbol.trim().toUpperCase(), days: Number(days ?? at("days").value), model };
  return isSymbol(wanted.symbol) && isGoodDays(wanted.days) && MODELS.includes(model) ? wanted : null;
}

export function fill({ symbol, days, model }) {
  if (symbol !== undefined) at("symbol").value = symbol;
  if (days !== undefined) at("days").value = days;
  if (model !== undefined) form.elements.model.value = model;
  for (const field of ["symbol", "days"]) complain(field, "");
  markChoice();
}

export function setBusy(isBusy) {
  at("submit").setAttribute("aria-disabled", String(isBusy));
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

/** `submit` gets what is asked for. */
export function start(submit) {
  const { close } = combobox(at("symbol"), () => complain("symbol", ""));
  const send = () => {
    close();
    const wanted = entered();
    if (wanted) submit(wanted);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (at("submit").getAttribute("aria-disabled") !== "true") send();
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
  markChoice();
  offerRecent();
}
