// Builds elements. It inserts text as text, so a server's answer can never become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * `name` can have classes: `div.card.wide`. Function properties become listeners (`{ click: … }`).
 * false and null leave out an attribute. Children are elements or texts.
 */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name.split(".", 1)[0]), name, attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name.split(".", 1)[0]), name, attributes, children);
}

function filled(made, name, attributes, children) {
  const [, ...classes] = name.split(".");
  if (classes.length) made.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A list of names, each with its value: rows of `[name, value, class]`. */
export function described(name, rows) {
  const row = ([term, value, kind]) => element(kind ? `div.${kind}` : "div", {}, element("dt", {}, term), element("dd", {}, value));
  return element(name, {}, rows.map(row));
}

/** A card that says what to do next. */
export const invitation = (title, ...children) => element("section.card.invitation", {}, element("h2", {}, title), ...children);

/** Turns a server's text into children of an element. Backticks mark its `commands`. */
export const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));

export const at = (id) => document.getElementById(id);
