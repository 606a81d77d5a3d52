// The forecast view: asks, waits, answers.
import { get, isRecent } from "../../api/client.js";
import * as ask from "./form.js";
import { at, element } from "../../page/element.js";
import { failure, isUnknownSymbol, offerMeant } from "../../controls/failure.js";
import { follow } from "../../api/follow.js";
import { inDays } from "../../page/format.js";
import { current, go } from "../../page/router.js";
import { remember } from "../../page/storage.js";
import { submit } from "../../api/submit.js";
import { waiting } from "../../controls/waiting.js";

const MOST_KEPT = 12;
const kept = new Map(); // answers by what was asked, for going back and forth
let running = null; // what stops the request that is under way
let shownKey = "";
let answer = null; // the answer's own cleaning up

const isFresh = (key) => isRecent(kept.get(key)?.askedAt);
const keyOf = ({ symbol, days, model }) => `${symbol} ${days} ${model}`;

ask.start((wanted) => {
  shownKey = "";
  kept.delete(keyOf(wanted));
  go(wanted);
});

offerOwnFile();

/** "Use your own file", beside the ticker field. */
async function offerOwnFile() {
  const { mount } = await import("../upload/view.js");
  mount(at("own-file"), { dropZone: at("ask"), chosen: ({ symbol }) => ask.fill({ symbol }) });
}

export function show(parameters, how) {
  const wanted = ask.asked(parameters);
  if (!wanted) {
    ask.explain(parameters);
    if (shownKey !== "none") invite();
    return;
  }
  document.title = `${wanted.symbol}, ${inDays(wanted.days)} · Stockcast`;
  const key = keyOf(wanted);
  if (shownKey === key && (isFresh(key) || !kept.has(key))) return;
  ask.fill(wanted);
  run(wanted, how);
}

export function leave(view) {
  if (view !== "forecast" && running) {
    running.abort();
    shownKey = "";
  }
}

function place(...cards) {
  answer?.destroy();
  answer = null;
  at("outcome").replaceChildren(...cards);
}

function invite() {
  running?.abort();
  shownKey = "none";
  const examples = [
    { symbol: "AAPL", days: 45 },
    { symbol: "MSFT", days: 91 },
  ];
  const links = examples.map(({ symbol, days }) => element("a.button", { href: `./?symbol=${symbol}&days=${days}`, "data-go": "" }, `${symbol} in ${inDays(days)}`));
  place(
    element(
      "section.card.invitation",
      {},
      element("h2", {}, "Ask for a stock"),
      element("p", {}, "You get the range in which its price may be, drawn day by day, and the record: how often such ranges held for this very stock in the past."),
      element("p.links", {}, links),
    ),
  );
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
  ask.setAwaited(wanted);
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
      ask.setAwaited(null);
    }
  }
  return undefined;
}

function cancel(stop) {
  stop.abort();
  running = null;
  shownKey = "";
  ask.setAwaited(null);
  place(
    element(
      "section.card.invitation",
      {},
      element("h2", {}, "Cancelled"),
      element("p", { role: "status" }, "This page has stopped waiting. The answer may still be computed; asked again, it is then there at once."),
      element("p", {}, element("button", { type: "button", click: again }, "Ask again")),
    ),
  );
  at("submit").focus();
}

/** What the form says: it may have been changed since. */
const again = () => at("ask").requestSubmit();

function showFailure(wanted, problem) {
  shownKey = "";
  for (const { field, message } of problem.errors ?? []) ask.complain(field, message);
  const card = failure(problem, again);
  place(card);
  if (isUnknownSymbol(problem)) offerMeant(card, wanted.symbol, (symbol) => go({ ...wanted, symbol }));
}

async function showAnswer(wanted, found, { isFirst }) {
  const key = keyOf(wanted);
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  remember(wanted.symbol);
  ask.offerRecent();
  const { show: showIn } = await import("./answer.js");
  if (shownKey !== key || current().view !== "forecast") return;
  place();
  answer = showIn(at("outcome"), found);
  // Whoever pressed the button wants the answer; whoever opened a link has only begun to look.
  if (!isFirst) at("sentence").focus();
  followBacktest(key, found);
}

const BACKTEST_PAUSE_MS = 500;
const BACKTEST_TRIES = 120;

/** A slow model's backtest comes after its forecast: add it when it is there. */
async function followBacktest(key, found) {
  for (let tries = 0; tries < BACKTEST_TRIES && found.request.result.backtest.status === "pending"; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, BACKTEST_PAUSE_MS));
    if (shownKey !== key) return;
    const request = await get(found.links.self).catch(() => null);
    if (request?.result && request.result.backtest.status !== "pending") {
      found.request = request;
      if (shownKey === key) answer?.setBacktest(request.result.backtest);
    }
  }
}
