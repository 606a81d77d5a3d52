// Shows the view that the address names.
import * as forecast from "../views/forecast/view.js";
import { at } from "./element.js";
import { current, go, start } from "./router.js";

const TITLES = { forecast: "Stockcast", "watch-list": "Watchlist · Stockcast", compare: "Compare · Stockcast", analyses: "Analyses · Stockcast" };

// The other views load when someone first opens them.
const VIEWS = {
  forecast: () => forecast,
  "watch-list": () => import("../views/watch_list/view.js"),
  compare: () => import("../views/compare/view.js"),
  analyses: () => import("../views/analyses/view.js"),
};

let leave = () => {};

async function show(parameters, how) {
  const { view } = parameters;
  leave(view);
  document.title = TITLES[view];
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view !== view) {
      link.removeAttribute("aria-current");
      continue;
    }
    link.setAttribute("aria-current", "page");
    // A view's link leads to its last state. The brand's link leads to the start.
    link.href = location.href;
  }
  for (const name of Object.keys(VIEWS)) at(`${name}-view`).hidden = name !== view;
  const module = await VIEWS[view]();
  if (current().view !== view) return; // the person left while it loaded
  leave = module.leave ?? (() => {});
  module.show(parameters, how);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view], a[data-go]");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(Object.fromEntries(new URL(link.href).searchParams));
  if (link.dataset.go !== undefined) at("main").focus({ preventScroll: false });
});

const withShortcuts = () => import("./shortcuts.js");
at("shortcuts").addEventListener("click", async () => (await withShortcuts()).open());
document.addEventListener("keydown", async (event) => {
  const isTyping = event.target.closest("input, select, textarea, [role=application]");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") event.preventDefault(); // some browsers open their own search
  if (/^[?/fwca]$/.test(event.key)) (await withShortcuts()).press(event.key);
});

start(show);
