// What can be kept of an answer: files, its address, and a place on the watch-list.
import { here } from "../api/client.js";
import { element } from "../page/element.js";
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
  return element("div.keep", {}, watchButton(symbol), copyButton(), printButton(), downloadLinks(`${symbol}-${days}-days`, links));
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

const SAID_MS = 2_000;

export function copyButton() {
  const status = element("span.unseen", { role: "status" });
  const button = element("button.quiet", { type: "button" }, "Copy link");
  button.addEventListener("click", async () => {
    let said = "Copied";
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      said = "Copy the address above"; // no clipboard without a secure connection
    }
    button.textContent = said;
    status.textContent = said;
    setTimeout(() => {
      button.textContent = "Copy link";
      status.textContent = "";
    }, SAID_MS);
  });
  return element("span", {}, button, status);
}

function printButton() {
  return element("button.quiet", { type: "button", click: () => print() }, "Print");
}
