// Shows the progress of a request: its stages and their times.
import { element } from "../page/element.js";
import { elapsed } from "../page/format.js";

const STAGES = { queued: "Starting", ingesting: "Fetching prices", forecasting: "Forecasting" };
const ASLEEP_AFTER_MS = 1_000;
const SLOW_AFTER_MS = 5_000;
const TICK_MS = 100;

// On one machine, functions always run. If they scale to zero, the server says so in the page.
const sleeps = () => document.documentElement.dataset.functions === "scale-to-zero";

/**
 * The card for `symbol` and its functions. `tell` takes a status document. `lost` takes the
 * milliseconds until the next try to connect. `end` ends the card. Its button calls `cancel`.
 */
export function waiting(symbol, cancel, last = "Forecasting") {
  const stages = { ...STAGES, forecasting: last };
  const items = Object.fromEntries(
    Object.entries(stages).map(([name, label]) => [name, element("li", { "data-stage": name }, element("span", {}, label), element("time", {}, ""))]),
  );
  const clock = element("span.clock", { "aria-hidden": "true" }, elapsed(0));
  const said = element("p.stage", { role: "status" });
  const hint = element("p.hint", { role: "status" });
  const connection = element("span", { role: "status" });
  const countdown = element("span", { "aria-hidden": "true" }); // or screen readers would read it every second
  const button = element("button.quiet", { type: "button", click: cancel }, "Cancel");
  const card = element(
    "section.card.waiting",
    { "aria-label": "Progress" },
    element("div.row", {}, said, clock),
    element("ol.stages", {}, Object.values(items)),
    element("div.hints", {}, hint, element("p.hint.lost", {}, connection, countdown)),
    element("p", {}, button),
  );

  const startedAt = performance.now();
  let status = "";
  let reachedAt = startedAt;
  const sentences = {
    queued: `Starting ${symbol} …`,
    ingesting: `Fetching prices of ${symbol} …`,
    forecasting: `${last} ${symbol} …`,
  };

  function tick() {
    const now = performance.now();
    clock.textContent = elapsed(now - startedAt);
    if (items[status]) items[status].lastChild.textContent = elapsed(now - reachedAt);
    const inStage = now - reachedAt;
    hint.textContent = slowness(status, inStage);
  }

  function tell({ status: reached }) {
    if (reached === status || !(reached in stages)) return;
    if (items[status]) {
      items[status].removeAttribute("aria-current");
      items[status].lastChild.textContent = elapsed(performance.now() - reachedAt);
    }
    status = reached;
    reachedAt = performance.now();
    const names = Object.keys(items);
    names.forEach((name, index) => items[name].classList.toggle("passed", index < names.indexOf(status)));
    items[status].setAttribute("aria-current", "step");
    said.textContent = sentences[status];
    hint.textContent = "";
    tick();
  }

  const timer = setInterval(tick, TICK_MS);
  let nextTry;
  function lost(pauseMs) {
    clearInterval(nextTry);
    connection.textContent = pauseMs === null ? "" : "Connection lost. Your request is safe. ";
    countdown.textContent = "";
    if (pauseMs === null) return;
    const at = performance.now() + pauseMs;
    const say = () => {
      const s = Math.max(0, Math.ceil((at - performance.now()) / 1000));
      countdown.textContent = `Trying again ${s ? `in ${s} s` : "now"} …`;
    };
    say();
    nextTry = setInterval(say, 500);
  }

  return {
    card,
    tell,
    lost,
    end: () => {
      clearInterval(timer);
      clearInterval(nextTry);
    },
  };
}

function slowness(status, inStageMs) {
  if (status === "queued" && inStageMs > ASLEEP_AFTER_MS && sleeps()) return "Waking the function that fetches prices. It sleeps when nobody uses it and starts within seconds.";
  if (inStageMs <= SLOW_AFTER_MS) return "";
  if (status === "ingesting") return "This takes longer than usual. The price provider may be slow.";
  return "This takes longer than usual. You can leave: when you ask again, the answer will be ready.";
}
