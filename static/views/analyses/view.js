// The analyses of one ticker, one tab each.
import { complain, analysisFields, entered, parametersOf } from "./form.js";
import { KINDS, kindOf } from "./kinds.js";
import { show as showResult } from "./result.js";
import { isRecent } from "../../api/client.js";
import { at, element, invitation } from "../../page/element.js";
import { failure } from "../../controls/failure.js";
import { follow } from "../../api/follow.js";
import { go } from "../../page/router.js";
import { isSymbol, recent, remember } from "../../page/storage.js";
import { submit } from "../../api/submit.js";
import { tabs } from "../../controls/tabs.js";
import { tickerField } from "../../controls/ticker_field.js";
import { waiting } from "../../controls/waiting.js";

const MOST_KEPT = 24;
const kept = new Map();
let running = null;
let answer = null;
let bar = null;
let ticker = null;
let shownSymbol = "";
let kind = KINDS[0];
let file = null; // the upload of the last submission

const keyOf = (body) => JSON.stringify(body);

export function show(parameters, how = {}) {
  if (!bar) build();
  const next = kindOf(parameters.kind);
  if (next !== kind) file = null;
  kind = next;
  if (!parameters.symbol && recent().length) return go({ ...parameters, symbol: recent()[0] }, { isReplacing: true });
  const symbol = (parameters.symbol ?? "").toUpperCase();
  shownSymbol = symbol;
  bar.select(kind.kind);
  at("analysis-line").textContent = kind.line;
  if (!file) at("analysis-fields").replaceChildren(...analysisFields(kind, parameters));
  if (symbol) ticker.input.value = symbol;
  ticker.complain("");
  if (!isSymbol(symbol)) return invite();
  return run({ symbol, kind: kind.kind, ...parametersOf(kind, parameters), ...(file ? { [file.name]: file.text } : {}) }, how);
}

export function leave(view) {
  if (view !== "analyses") running?.abort();
}

function build() {
  const panel = element(
    "div.panel",
    { id: "analysis-panel", role: "tabpanel" },
    element("p.lead", { id: "analysis-line" }),
    element("form.card.tools", { id: "analysis-form", novalidate: true, submit: handIn }, element("div.fields", { id: "analysis-fields" }), element("button.main", { type: "submit" }, "Analyze")),
    element("div.outcome", { id: "analysis-outcome" }),
  );
  bar = tabs("Analyses", KINDS.map((one) => [one.kind, one.title]), panel, choose);
  ticker = tickerField("analysis-symbol", "Ticker or company", { settled });
  at("analyses-view").replaceChildren(
    element(
      "div.heading",
      {},
      element("div", {}, element("h1.title", {}, "Analyses"), element("p.lead", {}, "Look at one stock's past in eight ways. Prophet's analyses describe trend and seasonality; they do not predict.")),
      ticker.field,
    ),
    bar.element,
    panel,
  );
  ticker.input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented) return;
    ticker.close();
    at("analysis-form").requestSubmit();
  });
}

/** Analyzes another ticker at once with the form's values. */
function settled(symbol) {
  if (symbol !== shownSymbol) at("analysis-form").requestSubmit();
}

function typed() {
  const symbol = ticker.input.value.trim().toUpperCase();
  return isSymbol(symbol) ? symbol : "";
}

const choose = (next) => go({ view: "analyses", symbol: typed(), kind: next });

async function handIn(event) {
  event.preventDefault();
  const symbol = await ticker.entered();
  if (!symbol) return undefined;
  shownSymbol = symbol;
  const given = await entered(at("analysis-form"), kind);
  if (!given) return undefined;
  file = given.file;
  kept.clear();
  return go({ view: "analyses", symbol, kind: kind.kind, ...given.texts });
}

function place(...cards) {
  answer?.destroy();
  answer = null;
  at("analysis-outcome").replaceChildren(...cards);
}

function invite() {
  running?.abort();
  place(invitation("Pick a stock", element("p", {}, "Type a ticker or a company name above. Then change the values and press “Analyze” to see it again.")));
}

async function run(body, { isFirst = false }) {
  running?.abort();
  const stop = (running = new AbortController());
  const key = keyOf(body);
  document.title = `${kind.title}, ${body.symbol} · Stockcast`;
  const before = kept.get(key);
  if (isRecent(before?.askedAt)) return showAnswer(before);
  const progress = waiting(body.symbol, () => cancel(stop), "Analyzing");
  progress.tell({ status: "queued" });
  place(progress.card);
  try {
    const links = await submit("/api/analyses", body, { lost: progress.lost, signal: stop.signal });
    const request = await follow(links, { tell: progress.tell, lost: progress.lost, signal: stop.signal });
    if (running !== stop) return undefined;
    if (request.status === "failed") return fail(request.error);
    remember(body.symbol);
    const found = { request, links, askedAt: Date.now() };
    kept.set(key, found);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    showAnswer(found);
    const isFocusLost = document.activeElement === document.body;
    if (!isFirst && isFocusLost) at("analysis-message").focus();
  } catch (problem) {
    if (running === stop && problem.name !== "AbortError") fail(problem);
  } finally {
    progress.end();
    if (running === stop) running = null;
  }
  return undefined;
}

function showAnswer(found) {
  place();
  answer = showResult(at("analysis-outcome"), found);
}

function cancel(stop) {
  stop.abort();
  place(invitation("Canceled", element("p", { role: "status" }, "This page no longer waits for the answer. Your values are still in the form.")));
  at("analysis-form").querySelector("button.main").focus();
}

function fail(problem) {
  for (const { field, message } of problem.errors ?? []) if (!complain(field, message) && field === "symbol") ticker.complain(message);
  place(failure(problem, () => at("analysis-form").requestSubmit()));
}
