// A labeled ticker field with search and a place for error messages.
import { element } from "../page/element.js";
import { NO_TICKER, combobox } from "./combobox.js";
import { withoutData } from "./without_data.js";

export function tickerField(id, label, { placeholder = "AAPL or Apple", maxlength = 60, settled = () => {} } = {}) {
  const input = element("input.ticker", { id, maxlength, placeholder, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", "aria-describedby": `${id}-error` });
  const error = element("div.error", { id: `${id}-error` });
  const field = element("div.field", {}, element("label", { for: id }, label), input, error);
  const { close, meant } = combobox(input, settled);

  /** Shows an error, made of texts and elements. "" removes it. */
  function complain(...message) {
    const parts = message.filter((part) => part !== "");
    error.replaceChildren(...parts);
    if (parts.length) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  /** The field's ticker. If there is none, returns "", shows the reason and focuses the field. */
  async function entered() {
    close();
    const found = await meant();
    if (found && found.available !== false) {
      complain("");
      input.value = found.symbol;
      return found.symbol;
    }
    complain(...(found ? withoutData(found) : [NO_TICKER]));
    input.focus();
    return "";
  }

  return { field, input, close, complain, entered, meant };
}
