// Ticker search: an editable combobox with list autocomplete, after the ARIA Authoring Practices.
import { findSymbols, warmUp } from "../api/client.js";
import { element } from "../page/element.js";
import { isSymbol } from "../page/storage.js";

const PAUSE_MS = 120;
export const NO_TICKER = "Enter a ticker, for example AAPL or BRK.B.";

/**
 * Makes `input` a combobox. `settled` gets the ticker once one is chosen or left in the field;
 * its prices are then fetched ahead.
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

  const options = () => [...list.children].filter((option) => option.getAttribute("role") === "option");

  function close() {
    turn += 1; // an answer that is under way opens nothing
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

  function choose(option) {
    input.value = option.dataset.symbol;
    close();
    settle();
  }

  function settle() {
    const symbol = input.value.trim().toUpperCase();
    if (!isSymbol(symbol)) return;
    warmUp(symbol);
    settled(symbol);
  }

  function show(found) {
    const offered = found.filter(({ available }) => available);
    const items = offered.map(({ symbol, name }, index) =>
      element(
        "li",
        { id: `${listId}-${index}`, role: "option", "aria-selected": "false", "data-symbol": symbol },
        element("b", {}, symbol),
        " ",
        element("span", {}, name),
      ),
    );
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    activate(-1);
    const count = items.length === 1 ? "1 match" : `${items.length} matches`;
    const others = found.length > offered.length && offered.length === 0;
    status.textContent = items.length ? `${count}. Use the arrow keys.` : others ? "No match among the available tickers." : "No match.";
  }

  async function search() {
    const mine = (turn += 1);
    const found = await findSymbols(input.value.trim()).catch(() => null);
    if (mine !== turn || document.activeElement !== input) return;
    if (found) return show(found);
    close();
    status.textContent = "The search does not answer. A ticker can be entered all the same.";
  }

  function move(step) {
    const count = options().length;
    if (count === 0) return;
    const from = active < 0 && step < 0 ? 0 : active;
    activate((from + step + count) % count);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim() === "") close();
    else timer = setTimeout(search, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    const done = () => event.preventDefault();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      done();
      if (isOpen) move(event.key === "ArrowDown" ? 1 : -1);
      else search();
    } else if (event.key === "Enter" && isOpen && active >= 0) {
      done();
      choose(options()[active]);
    } else if (event.key === "Enter") {
      close();
    } else if (event.key === "Escape" && isOpen) {
      done();
      close();
    } else if (event.key === "Escape") {
      input.value = "";
    } else if (event.key === "Tab" && isOpen && active >= 0) {
      choose(options()[active]);
    }
  });
  // The field keeps the focus, so that pressing on an option does not leave it.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  input.addEventListener("blur", close);
  input.addEventListener("change", settle);
  return { close };
}
