// A labelled field for a ticker, with search and a place for what is wrong with it.
import { combobox } from "./combobox.js";
import { element } from "../page/element.js";

export function tickerField(id, label, { placeholder = "AAPL", maxlength = 60, settled = () => {} } = {}) {
  const input = element("input.ticker", { id, maxlength, placeholder, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", "aria-describedby": `${id}-error` });
  const error = element("p.error", { id: `${id}-error` });
  const field = element("div.field", {}, element("label", { for: id }, label), input, error);
  const { close } = combobox(input, settled);
  return {
    field,
    input,
    close,
    /** "" takes a complaint back. */
    complain: (message) => {
      error.textContent = message;
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}
