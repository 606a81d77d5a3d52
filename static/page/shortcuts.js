// Keyboard shortcuts, and the dialog that lists them.
import { at, element } from "./element.js";
import { go } from "./router.js";
import { read, write } from "./storage.js";

const VIEWS = { f: ["forecast", "Forecast"], w: ["watch-list", "Watchlist"], c: ["compare", "Compare"], a: ["analyses", "Analyses"] };
const OF_CHART = [
  ["← →", "Move along the chart"],
  ["+ −", "Zoom in and out"],
  ["0", "Back to the chosen range"],
];

const isOn = () => read("shortcuts", true);
let dialog = null;

function build() {
  const row = ([keys, text]) => element("div", {}, element("dt", {}, keys.split(" ").map((key) => element("kbd", {}, key))), element("dd", {}, text));
  const on = element("input", { type: "checkbox", checked: isOn(), change: () => write("shortcuts", on.checked) });
  dialog = element(
    "dialog.card.shortcuts",
    { "aria-labelledby": "shortcuts-title" },
    element("h2", { id: "shortcuts-title" }, "Keyboard shortcuts"),
    element("dl.keys", {}, row(["/", "Go to the ticker field"]), Object.entries(VIEWS).map(([key, [, text]]) => row([key, text])), row(["?", "Show this list"])),
    element("h3", {}, "In a chart"),
    element("dl.keys", {}, OF_CHART.map(row)),
    // WCAG 2.1.4: people can switch off single-character shortcuts.
    element("label.choice", {}, on, element("span", {}, "Use shortcuts outside charts")),
    element("form", { method: "dialog" }, element("button", {}, "Close")),
  );
  document.body.append(dialog);
}

export function open() {
  if (!dialog) build();
  if (!dialog.open) dialog.showModal();
}

/** What a key does outside text fields. */
export function press(key) {
  if (key === "?") return open();
  if (!isOn() || dialog?.open) return undefined;
  if (key === "/") {
    const field = ["symbol", "watch-add", "compare-add", "analysis-symbol"].map(at).find((one) => one?.offsetParent);
    if (!field) at("change")?.click(); // the form is folded
    return (field ?? at("symbol")).focus();
  }
  return go({ view: VIEWS[key][0] });
}
