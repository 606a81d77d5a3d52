// The forecast view: asks for a forecast, waits, and shows the answer.
import { get, isRecent } from "../../api/client.js";
import { PATIENCE_MS, follow, growing } from "../../api/follow.js";
import { sources } from "../../api/sources.js";
import { submit } from "../../api/submit.js";
import { failure, isUnknownSymbol, offerMeant } from "../../controls/failure.js";
import { waiting } from "../../controls/waiting.js";
import { at, element, invitation } from "../../page/element.js";
import { inDays } from "../../page/format.js";
import { current, go } from "../../page/router.js";
import { remember } from "../../page/storage.js";
import * as form from "./form.js";
import { preview } from "./preview.js";

const MOST_KEPT = 12;
const kept = new Map(); // answers by request, for the back and forward buttons
let running = null; // stops the current request
let shownKey = "";
let shown = null; // cleans up after the answer or the example

const isFresh = (key) => isRecent(kept.get(key)?.askedAt);
const keyOf = ({ symbol, days, model }) => `${symbol} ${days} ${model}`;

const { chosen } = form.start((wanted) => {
  shownKey = "";
  kept.delete(keyOf(wanted));
  go(wanted);
});

offerOwnFile();

/** Adds "Use your own file" beside the ticker field, unless the server takes no files. */
async function offerOwnFile() {
  if ((await sources())?.takesFiles === false) return;
  const { mount } = await import("../upload/view.js");
  mount(at("own-file"), { dropZone: at("ask"), chosen: ({ symbol }) => chosen(symbol) });
}

export function show(parameters, how) {
  const wanted = form.asked(parameters);
  if (!wanted) {
    form.explain(parameters);
    if (shownKey !== "none") invite();
    return;
  }
  document.title = `${wanted.symbol}, ${inDays(wanted.days)} · Stockcast`;
  const key = keyOf(wanted);
  form.fold(wanted);
  if (shownKey === key && (isFresh(key) || !kept.has(key))) return;
  form.fill(wanted);
  run(wanted, how);
}

export function leave(view) {
  if (view !== "forecast" && running) {
    running.abort();
    shownKey = "";
  }
}

function place(...cards) {
  shown?.destroy();
  shown = null;
  at("outcome").replaceChildren(...cards);
}

function invite() {
  running?.abort();
  shownKey = "none";
  const example = preview();
  place(example.card);
  shown = example;
  example.fill();
}

async function run(wanted, { isFirst = false } = {}) {
  running?.abort();
  const key = keyOf(wanted);
  shownKey = key;
  if (isFresh(key)) return showAnswer(wanted, kept.get(key), { isFirst: true });

  const stop = (running = new AbortController());
  const progress = waiting(wanted.symbol, () => cancel(stop));
  progress.tell({ status: "queued" });
  place(progress.card);
  form.setAwaited(wanted);
  try {
    const links = await submit("/api/forecasts", wanted, { lost: progress.lost, signal: stop.signal });
    const request = await follow(links, { tell: progress.tell, lost: progress.lost, signal: stop.signal });
    if (running !== stop) return undefined;
    if (request.status === "failed") showFailure(wanted, request.error);
    else await showAnswer(wanted, { request, links, askedAt: Date.now() }, { isFirst });
  } catch (problem) {
    if (running === stop && problem.name !== "AbortError") showFailure(wanted, problem);
  } finally {
    progress.end();
    if (running === stop) {
      running = null;
      form.setAwaited(null);
    }
  }
  return undefined;
}

function cancel(stop) {
  stop.abort();
  running = null;
  shownKey = "";
  form.setAwaited(null);
  form.unfold();
  place(
    invitation(
      "Canceled",
      element("p", { role: "status" }, "This page no longer waits for the answer. If the server finishes it, you get it at once next time."),
      element("p", {}, element("button", { type: "button", click: again }, "Ask again")),
    ),
  );
  at("submit").focus();
}

/** Submits the form's current values, which may have changed. */
const again = () => at("ask").requestSubmit();

function showFailure(wanted, problem) {
  shownKey = "";
  form.unfold();
  for (const { field, message } of problem.errors ?? []) form.complain(field, message);
  const card = failure(problem, again);
  place(card);
  if (isUnknownSymbol(problem)) offerMeant(card, problem, wanted.symbol, (symbol) => go({ ...wanted, symbol }));
}

async function showAnswer(wanted, found, { isFirst }) {
  const key = keyOf(wanted);
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  remember(wanted.symbol);
  form.offerRecent();
  form.learn(wanted.symbol, found.request.result.last_date);
  const { show: showIn } = await import("./answer.js");
  if (shownKey !== key || current().view !== "forecast") return;
  place();
  shown = showIn(at("outcome"), found);
  // After the button, the focus moves to the answer. After a link, it stays.
  if (!isFirst) at("sentence").focus({ preventScroll: true });
  followBacktest(key, found);
}

/** A slow model's backtest arrives after its forecast. Adds it then. */
async function followBacktest(key, found) {
  const pause = growing();
  const givenUpAt = Date.now() + PATIENCE_MS;
  while (found.request.result.backtest.status === "pending" && Date.now() < givenUpAt) {
    await new Promise((resolve) => setTimeout(resolve, pause()));
    if (shownKey !== key) return;
    const request = await get(found.links.self).catch(() => null);
    if (request?.result && request.result.backtest.status !== "pending") {
      found.request = request;
      if (shownKey === key) shown?.setBacktest(request.result);
    }
  }
}
