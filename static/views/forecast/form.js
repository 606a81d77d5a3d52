// The form: which ticker, how far ahead, which model. It always keeps the typed text.
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

/** The error in each field of an address, or "" if the field is good. */
const faults = ({ symbol, days, model }) => ({
  symbol: isSymbol(symbol) ? "" : NO_TICKER,
  days: isGoodDays(days) ? "" : DAYS_OF_ADDRESS,
  model: model in MODELS ? "" : `There is no model “${model}”. Choose one of these.`,
});

/** Shows a field's error, made of texts and elements. "" removes it. */
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

/** The forecast that an address asks for, or null if it asks for none. */
export function asked(parameters) {
  const wanted = meant(parameters);
  return Object.values(faults(wanted)).some(Boolean) ? null : wanted;
}

/** Fills the form from an address that asks for no forecast, and shows the errors in it. */
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

/** Replaces the form with one line that sums up the request. */
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

/** While `wanted` is on its way, a person can ask for anything but that. null ends the wait. */
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

/** Offers the last tickers that a person asked for. */
export function offerRecent() {
  const chips = recent().map((symbol) => element("button", { type: "button", "data-symbol": symbol }, symbol));
  at("recent").replaceChildren(...chips);
  at("recent").hidden = chips.length === 0;
}

/** Sets the last day of a symbol's prices once it is known. */
export const { learn } = daysField;

/** The form's values. If one is bad, shows why, focuses the first bad field and returns null. */
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

/** Prophet takes seconds to load, so the function starts to load it once a person chooses it. */
function warmUpModel() {
  const { symbol, model } = said();
  if (model !== "calibrated" && isSymbol(symbol)) warmUp(symbol, model);
}

/** Calls `submit` with the form's values. */
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
