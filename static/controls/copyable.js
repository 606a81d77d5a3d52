// A command or an address with a button to copy it.
import { element } from "../page/element.js";

const SAID_MS = 2_000;

/** A button that copies the result of `text()`. */
export function copyButton(label, text, { copied = "Copied", name } = {}) {
  const status = element("span.unseen", { role: "status" });
  const button = element("button.quiet.copy", { type: "button", "aria-label": name }, label);
  button.addEventListener("click", async () => {
    let said = copied;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      said = "Select and copy it"; // no clipboard without a secure connection
    }
    button.textContent = said;
    status.textContent = said;
    setTimeout(() => {
      button.textContent = label;
      status.textContent = "";
    }, SAID_MS);
  });
  return element("span", {}, button, status);
}

export const command = (line) => element("div.command", {}, element("code", {}, line), copyButton("Copy", () => line, { name: `Copy ${line}` }));
