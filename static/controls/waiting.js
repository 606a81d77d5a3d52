// What is shown while a request is under way: its stages as they happen, and the time they take.
import { element } from "../page/element.js";
import { elapsed } from "../page/format.js";

const STAGES = { queued: "Queued", ingesting: "Fetching prices", forecasting: "Forecasting" };
const ASLEEP_AFTER_MS = 1_000;
const SLOW_AFTER_MS = 5_000;
const TICK_MS = 100;

/**
 * The card for `symbol`, and what is done with it: `tell` it a status document, say whether the
 * connection is `lost`, and `end` it. `cancel` is called when the person does.
 */
export function waiting(symbol, cancel, last = "Forecasting") {
  const stages = { ...STAGES, forecasting: last };
  const items = Object.fromEntries(
    Object.entries(stages).map(([name, label]) => [name, element("li", { "data-stage": name }, element("span", {}, label), element("time", {}, ""))]),
  );
  const clock = element("span.clock", { "aria-hidden": "true" }, elapsed(0));
  const said = element("p.stage", { role: "status" });
  const hint = element("p.hint", { role: "status" });
  const connection = element("p.hint.lost", { role: "status" });
  const button = element("button.quiet", { type: "button", click: cancel }, "Cancel");
  const card = element(
    "section.card.waiting",
    { "aria-label": "Progress" },
    element("div.row", {}, said, clock),
    element("ol.stages", {}, Object.values(items)),
    element("div.hints", {}, hint, connection),
    element("p", {}, button),
  );

  const startedAt = performance.now();
  let status = "";
  let reachedAt = startedAt;
  const sentences = {
    queued: `Asking for ${symbol} …`,
    ingesting: `Fetching the prices of ${symbol} …`,
    forecasting: `${last} ${symbol} …`,
  };

  function tick() {
    const now = performance.now();
    clock.textContent = elapsed(now - startedAt);
    if (items[status]) items[status].lastChild.textContent = elapsed(now - reachedAt);
    const inStage = now - reachedAt;
    if (status === "queued" && inStage > ASLEEP_AFTER_MS) hint.textContent = "Waking the function that fetches prices. It sleeps while nobody asks, and takes a few seconds to start.";
    else if (status === "ingesting" && inStage > SLOW_AFTER_MS) hint.textContent = "This takes longer than usual: the provider of the prices is slow, or the function that forecasts is being woken.";
    else if (status === "forecasting" && inStage > SLOW_AFTER_MS) hint.textContent = "This takes longer than usual. You may leave; asked again, the answer will be there.";
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
  return {
    card,
    tell,
    lost: (isLost) => {
      connection.textContent = isLost ? "The connection is lost. Your request is safe; trying again …" : "";
    },
    end: () => clearInterval(timer),
  };
}
