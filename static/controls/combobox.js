// Ticker search: a combobox with list autocomplete and automatic selection, after the ARIA Authoring Practices.
import { findSymbols, warmUp } from "../api/client.js";
import { todaysPrices } from "../api/sources.js";
import { element } from "../page/element.js";
import { isSymbol } from "../page/storage.js";
import { exchangeName } from "./data_told.js";

const PAUSE_MS = 120;
const PATIENCE_MS = 1_500;
export const NO_TICKER = "Enter a ticker or a company name, for example AAPL or Apple.";

/**
 * Makes `input` a combobox. Calls `settled` with the ticker when a person chooses one or leaves the
 * field, and fetches its prices early. Enter takes the marked suggestion, which is the first one unless
 * the person marks another. `meant` waits for the search and returns the ticker that the text stands
 * for: `{symbol}`, or `{symbol, name, available: false}` if it has no data.
 */
export function combobox(input, settled = () => {}) {
  const listId = `${input.id}-list`;
  const list = element("ul.options", { id: listId, role: "listbox", "aria-label": "Matching tickers", hidden: true });
  const status = element("p.unseen", { role: "status" });
  const box = element("div.combobox");
  input.replaceWith(box);
  box.append(input, list, status);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId })) {
    input.setAttribute(name, value);
  }

  let active = -1;
  let turn = 0;
  let timer;
  let found = { query: "", listings: [] };

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled=true])")];
  const text = () => input.value.trim();

  function close() {
    turn += 1; // ignore answers that arrive later
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(index) {
    active = index;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = options()[index];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function take(symbol) {
    input.value = symbol;
    found = { query: symbol, listings: found.listings };
    close();
    settle();
  }

  function settle() {
    const symbol = text().toUpperCase();
    if (!isSymbol(symbol)) return;
    warmUp(symbol);
    settled(symbol);
  }

  const item = ({ symbol, name, exchange, available }, index) =>
    element(
      available ? "li" : "li.without-data",
      { id: `${listId}-${index}`, role: "option", "aria-selected": "false", "aria-disabled": !available && "true", "data-symbol": symbol },
      element("b", {}, symbol),
      " ",
      element("span", {}, name),
      exchange && element("small", {}, exchangeName(exchange)),
      !available && element("small", {}, "no data"),
    );

  function show({ listings }) {
    const sorted = [...listings.filter(({ available }) => available), ...listings.filter(({ available }) => !available)];
    const isAnyWithout = sorted.some(({ available }) => !available);
    list.replaceChildren(...sorted.map(item));
    if (isAnyWithout) list.append(element("li.bring", { role: "presentation" }, "To forecast a ticker without data, add a data source: ", element("code", {}, todaysPrices()[0])));
    list.hidden = sorted.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    const choices = options().length;
    const exact = sorted.findIndex(({ symbol }) => symbol === text().toUpperCase());
    if (exact >= 0) activate(sorted[exact].available ? exact : -1); // if the exact match has no data, mark nothing
    else activate(choices ? 0 : -1);
    const count = choices === 1 ? "1 match" : `${choices} matches`;
    if (choices) status.textContent = `${count}. Enter takes the first; use the arrow keys for others.`;
    else status.textContent = isAnyWithout ? "No match has data." : "No match.";
  }

  /** The listings for the current text, or null if the search does not answer. */
  async function lookUp() {
    const query = text();
    if (query === found.query) return found;
    const listings = await findSymbols(query).catch(() => null);
    if (listings) found = { query, listings };
    return listings && { query, listings };
  }

  async function search() {
    const mine = (turn += 1);
    const answer = await lookUp();
    if (mine !== turn || document.activeElement !== input) return;
    if (answer) return show(answer);
    close();
    status.textContent = "The search does not answer. You can still enter a ticker.";
  }

  /** The text itself if it is a ticker, else the first suggestion. */
  async function meant() {
    const typed = text().toUpperCase();
    if (typed === "") return null;
    const answer = await Promise.race([lookUp(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null))]);
    const listings = answer?.listings ?? [];
    const exact = listings.find(({ symbol }) => symbol === typed);
    // 0700.HK, ^GSPC and @MY-FILE are not company names.
    if (!exact && isSymbol(typed) && /[.^=@-]/.test(typed)) return { symbol: typed };
    const first = exact ?? listings.find(({ available }) => available) ?? listings[0];
    if (first) return first;
    return isSymbol(typed) ? { symbol: typed } : null;
  }

  function move(step) {
    const count = options().length;
    if (count === 0) return;
    const from = active < 0 && step < 0 ? 0 : active;
    activate((from + step + count) % count);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (text() === "") close();
    else timer = setTimeout(search, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    const done = () => event.preventDefault();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      done();
      if (isOpen) move(event.key === "ArrowDown" ? 1 : -1);
      else search();
    } else if ((event.key === "Enter" || event.key === "Tab") && isOpen && active >= 0 && found.query === text()) {
      take(options()[active].dataset.symbol); // then Enter submits the form, and Tab moves to the next field
    } else if (event.key === "Enter") {
      close();
    } else if (event.key === "Escape" && isOpen) {
      done();
      close();
    } else if (event.key === "Escape") {
      input.value = "";
    }
  });
  // Keep the focus in the field when a person presses an option.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]:not([aria-disabled=true])");
    if (option) take(option.dataset.symbol);
  });
  input.addEventListener("blur", close);
  input.addEventListener("change", settle);
  return { close, meant };
}
