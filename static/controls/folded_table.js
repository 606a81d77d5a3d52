// The chart as tables, for people who cannot see it. A table creates its rows when it opens.
import { element } from "../page/element.js";

/** A folded table. `rows()` returns rows of texts. The first text of each row is its header. */
export function foldedTable(title, columns, rows, { isOpen = false } = {}) {
  const body = element("tbody");
  const details = element(
    "details",
    { open: isOpen },
    element("summary", {}, title),
    element(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": title },
      element("table", {}, element("caption.unseen", {}, title), element("thead", {}, element("tr", {}, columns.map((name) => element("th", { scope: "col" }, name)))), body),
    ),
  );
  const fill = () => {
    if (body.children.length || !details.open) return;
    body.append(...rows().map(([head, ...cells]) => element("tr", {}, element("th", { scope: "row" }, head), cells.map((text) => element("td", {}, text)))));
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}
