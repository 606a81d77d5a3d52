// The analyses of one ticker, a tab each.
import { complain, analysisFields, entered, parametersOf } from "./analysis_form.js";
import { KINDS, kindOf } from "./analysis_kinds.js";
import { show as showResult } from "./analysis_result.js";
import { combobox } from "./combobox.js";
import { at, element } from "./element.js";
import { failure } from "./failure.js";
import { follow } from "./follow.js";
import { go } from "./router.js";
import { isSymbol, recent, remember } from "./storage.js";
import { submit } from "./submit.js";
import { tabs } from "./tabs.js";
import { waiting } from "./waiting.js";

const MOST_KEPT = 24;
const kept = new Map();
let running = null;
let answer = null;
let bar = null;
let kind = KINDS[0];
let file = null; // what was uploaded with the last submission

const keyOf = (body) => JSON.stringify(body);

export function show(parameters, how = {}) {
  if (!bar) build();
  const next = kindOf(parameters.kind);
  if (next !== kind) file = null;
  kind = next;
  const symbol = (parameters.symbol ?? "").toUpperCase();
  bar.select(kind.kind);
  at("analysis-line").textContent = kind.line;
  if (!file) at("analysis-fields").replaceChildren(...analysisFields(kind, parameters));
  if (symbol) at("analysis-symbol").value = symbol;
  if (isSymbol(symbol)) run({ symbol, kind: kind.kind, ...parametersOf(kind, parameters), ...(file ? { [file.name]: file.text } : {}) }, how);
  else invite();
}

export function leave(view) {
  if (view !== "analyses") running?.abort();
}

function build() {
  const panel = element(
    "div.panel",
    { id: "analysis-panel", role: "tabpanel" },
    element("p.lead", { id: "analysis-line" }),
    element("form.card.tools", { id: "analysis-form", novalidate: true, submit: handIn }, element("div.fields", { id: "analysis-fields" }), element("button.main", { type: "submit" }, "Analyse")),
    element("div.outcome", { id: "analysis-outcome" }),
  );
  bar = tabs("Analyses", KINDS.map((one) => [one.kind, one.title]), panel, choose);
  const input = element("input.ticker", { id: "analysis-symbol", maxlength: "60", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", placeholder: "AAPL", "aria-describedby": "analysis-symbol-error" });
  at("analyses-view").replaceChildren(
    element(
      "div.heading",
      {},
      element("div", {}, element("h1.title", {}, "Analyses"), element("p.lead", {}, "Views of one stock’s past. Where Prophet is asked, its answer is a view of trend and seasons, not a promise.")),
      element("div.field", {}, element("label", { for: "analysis-symbol" }, "Ticker or company"), input, element("p.error", { id: "analysis-symbol-error" })),
    ),
    bar.element,
    panel,
  );
  const settle = combobox(input, (symbol) => {
    complainSymbol("");
    if (symbol !== shownSymbol()) go({ view: "analyses", symbol, kind: kind.kind });
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.defaultPrevented) {
      settle.close();
      at("analysis-form").requestSubmit();
    }
  });
  input.value = recent()[0] ?? "";
}

const shownSymbol = () => (new URLSearchParams(location.search).get("symbol") ?? "").toUpperCase();

function complainSymbol(message) {
  at("analysis-symbol-error").textContent = message;
  at("analysis-symbol").setAttribute("aria-invalid", String(message !== ""));
}

function typed() {
  const symbol = at("analysis-symbol").value.trim().toUpperCase();
  complainSymbol(isSymbol(symbol) ? "" : "Enter a ticker, for example AAPL or BRK.B.");
  return isSymbol(symbol) ? symbol : "";
}

function choose(next) {
  const symbol = at("analysis-symbol").value.trim().toUpperCase();
  go({ view: "analyses", symbol: isSymbol(symbol) ? symbol : "", kind: next });
}

async function handIn(event) {
  event.preventDefault();
  const symbol = typed();
  if (!symbol) return at("analysis-symbol").focus();
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
  place(element("section.card.invitation", {}, element("h2", {}, "Choose a ticker"), element("p", {}, "Type it above; the analysis is drawn at once, and again with other values when you press “Analyse”.")));
}

async function run(body, { isFirst = false }) {
  running?.abort();
  const stop = (running = new AbortController());
  const key = keyOf(body);
  if (kept.has(key)) return showAnswer(kept.get(key));
  document.title = `${kindOf(body.kind).title}, ${body.symbol} · Stockcast`;
  const progress = waiting(body.symbol, () => cancel(stop), "Analysing");
  progress.tell({ status: "queued" });
  place(progress.card);
  try {
    const links = await submit("/api/analyses", body, { lost: progress.lost, signal: stop.signal });
    const request = await follow(links, { tell: progress.tell, lost: progress.lost, signal: stop.signal });
    if (running !== stop) return undefined;
    if (request.status === "failed") return fail(request.error);
    remember(body.symbol);
    kept.set(key, { request, links });
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    showAnswer({ request, links });
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
  place(element("section.card.invitation", {}, element("h2", {}, "Cancelled"), element("p", { role: "status" }, "This page has stopped waiting. The form is as it was.")));
  at("analysis-form").querySelector("button.main").focus();
}

function fail(problem) {
  for (const { field, message } of problem.errors ?? []) if (!complain(field, message) && field === "symbol") complainSymbol(message);
  place(failure(problem, () => at("analysis-form").requestSubmit()));
}
