// The form: which ticker, how far ahead, which model. It keeps what was typed, whatever happens.
import { warmUp } from "../../api/client.js";
import { NO_TICKER, combobox } from "../../controls/combobox.js";
import { withoutData } from "../../controls/without_data.js";
import { at, element } from "../../page/element.js";
import { MOST_DAYS } from "../../page/days.js";
import { inDays } from "../../page/format.js";
import { isSymbol, recent } from "../../page/storage.js";
import * as daysField from "./days_field.js";

const MODELS = { calibrated: "Calibrated", prophet: "Prophet" };
const FIELDS = ["symbol", "days", "model"];

const form = at("ask");
const root = document.documentElement;
const isGoodDays = (days) => Number.isInteger(days) && days >= 1 && days <= MOST_DAYS;
const DAYS_OF_ADDRESS = `Enter whole days from 1 to ${MOST_DAYS}.`;

/** What is wrong with each field of an address; "" where nothing is. */
const faults = ({ symbol, days, model }) => ({
  symbol: isSymbol(symbol) ? "" : NO_TICKER,
  days: isGoodDays(days) ? "" : DAYS_OF_ADDRESS,
  model: model in MODELS ? "" : `There is no model “${model}”. Choose one of these.`,
});

/** Say what is wrong with a field, in texts and elements; "" takes it back. */
export function complain(field, ...message) {
  const place = at(`${field}-error`);
  if (!place) return false;
  const isBad = message.some((part) => part !== "");
  place.replaceChildren(...message.filter((part) => part !== ""));
  if (isBad) at(field)?.setAttribute("aria-invalid", "true");
  else at(field)?.removeAttribute("aria-invalid");
  return true;
}

const meant = ({ symbol = "", days = "45", model = "calibrated" }) => ({ symbol: symbol.trim().toUpperCase(), days: Number(days), model });

/** What an address asks for; null where it asks for no forecast. */
export function asked(parameters) {
  const wanted = meant(parameters);
  return Object.values(faults(wanted)).some(Boolean) ? null : wanted;
}

/** Fill the form from an address that asks for no forecast, and say what in it is wrong. */
export function explain(parameters) {
  fill(parameters);
  unfold();
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
  daysField.changed();
}

/** One line in place of the form, which says what was asked for. */
export function fold({ symbol, days, model }) {
  root.dataset.asked = "";
  at("folded-text").replaceChildren(element("b", {}, symbol), ` · ${inDays(days)} ahead · ${MODELS[model]}`);
  at("change").setAttribute("aria-expanded", "false");
}

export function unfold() {
  delete root.dataset.asked;
  at("change").setAttribute("aria-expanded", "true");
}

let awaited = null;
const said = () => ({ symbol: at("symbol").value.trim().toUpperCase(), days: daysField.entered().days, model: form.elements.model.value });
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
  at("tagline-days").textContent = daysField.entered().days ? inDays(daysField.entered().days) : "some days";
}

/** Offer the tickers that were asked for last. */
export function offerRecent() {
  const chips = recent().map((symbol) => element("button", { type: "button", "data-symbol": symbol }, symbol));
  at("recent").replaceChildren(...chips);
  at("recent").hidden = chips.length === 0;
}

/** The learned last day of a symbol's prices. */
export const { learn } = daysField;

/** What the form says; null, with the reasons shown and the first bad field focused, if it is bad. */
async function entered(symbolMeant) {
  const found = await symbolMeant();
  const { days, problem = "" } = daysField.entered();
  const { model } = form.elements;
  if (!found) complain("symbol", NO_TICKER);
  else if (found.available === false) complain("symbol", ...withoutData(found));
  else complain("symbol", "");
  complain("days", problem);
  complain("model", "");
  if (!found || found.available === false) at("symbol").focus();
  else if (problem) at("days").focus();
  else return { symbol: found.symbol, days, model: model.value };
  return null;
}

/** Prophet takes seconds to load: the function begins once it is chosen. */
function warmUpModel() {
  const { symbol, model } = said();
  if (model !== "calibrated" && isSymbol(symbol)) warmUp(symbol, model);
}

/** `submit` gets what is asked for. */
export function start(submit) {
  const { close, meant: symbolMeant } = combobox(at("symbol"), () => {
    complain("symbol", "");
    markAwaited();
    daysField.changed();
    warmUpModel();
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === "model") warmUpModel();
  });
  let turn = 0;
  const send = async () => {
    close();
    const mine = (turn += 1);
    const wanted = await entered(symbolMeant);
    if (wanted && mine === turn) submit(wanted);
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
  form.addEventListener("input", () => {
    markAwaited();
    markChoice();
  });
  at("change").addEventListener("click", () => {
    unfold();
    at("symbol").focus();
    at("symbol").select();
  });
  daysField.start(() => complain("days", ""));
  markChoice();
  offerRecent();
  return { chosen: (symbol) => fill({ symbol }) };
}
