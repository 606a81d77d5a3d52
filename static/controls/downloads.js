// Ways to keep an answer: files, its address, and the watchlist.
import { here } from "../api/client.js";
import { element } from "../page/element.js";
import { copyButton } from "./copyable.js";
import { TOO_MANY_WATCHED, isWatched, unwatch, watch } from "../page/storage.js";

export function downloadLinks(name, links) {
  const link = (href, type) => element("a.button", { href: here(href), download: `${name}.${type.toLowerCase()}` }, type);
  return element(
    "div.group",
    { role: "group", "aria-label": "Downloads" },
    element("span", { "aria-hidden": "true" }, "Download"),
    link(links.chart, "PNG"),
    link(`${links.self}/result.csv`, "CSV"),
    link(links.self, "JSON"),
  );
}

export function downloads({ symbol, days }, links) {
  return element("div.keep", {}, watchButton(symbol), copyLink(), printButton(), downloadLinks(`${symbol}-${days}-days`, links));
}

function watchButton(symbol) {
  const button = element("button.quiet.watch", { type: "button", "aria-pressed": String(isWatched(symbol)) }, `Watch ${symbol}`);
  button.addEventListener("click", () => {
    if (isWatched(symbol)) unwatch(symbol);
    else if (!watch(symbol)) button.textContent = TOO_MANY_WATCHED;
    button.setAttribute("aria-pressed", String(isWatched(symbol)));
  });
  return button;
}

export const copyLink = () => copyButton("Copy link", () => location.href);

function printButton() {
  return element("button.quiet", { type: "button", click: () => print() }, "Print");
}
