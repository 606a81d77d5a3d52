// Tabs after the ARIA Authoring Practices. Arrows move. Enter or Space shows, because showing sends a request.
import { element } from "../page/element.js";

/** `items` are pairs [key, text]. Calls `chosen` with the key. All tabs share `panel`, which `chosen` refills. */
export function tabs(label, items, panel, chosen) {
  const buttons = items.map(([key, text]) =>
    element("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": panel.id, "aria-selected": "false", tabindex: "-1", click: () => chosen(key) }, text),
  );
  const list = element("div.tabs", { role: "tablist", "aria-label": label, keydown: move }, buttons);

  function move(event) {
    const at = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to].focus();
  }

  return {
    element: list,
    select: (key) => {
      items.forEach(([one], at) => {
        buttons[at].setAttribute("aria-selected", String(one === key));
        buttons[at].tabIndex = one === key ? 0 : -1;
        if (one === key) {
          panel.setAttribute("aria-labelledby", buttons[at].id);
          const { offsetLeft, offsetWidth } = buttons[at];
          if (offsetLeft < list.scrollLeft || offsetLeft + offsetWidth > list.scrollLeft + list.clientWidth) list.scrollLeft = offsetLeft - list.clientWidth / 3;
        }
      });
    },
  };
}
