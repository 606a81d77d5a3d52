// The page: shows the view that the address names.
import { at } from "./element.js";
import * as forecast from "../views/forecast/view.js";
import { current, go, start } from "./router.js";

const TITLES = { forecast: "Stockcast", "watch-list": "Watch-list · Stockcast", compare: "Compare · Stockcast", analyses: "Analyses · Stockcast" };

// Views other than the first are loaded when they are first looked at.
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
    // Whoever comes back to a view finds it as it was left; the name above leads to the beginning.
    link.href = location.href;
  }
  for (const name of Object.keys(VIEWS)) at(`${name}-view`).hidden = name !== view;
  const module = await VIEWS[view]();
  if (current().view !== view) return; // left while it was loading
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

start(show);
