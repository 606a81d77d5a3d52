// Builds elements. Text goes in as text, so no answer of the server can become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * `name` may carry classes: `div.card.wide`. Properties that are functions are listeners
 * (`{ click: … }`); false and null leave an attribute out. Children are elements or texts.
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

/** A text of the server whose `commands` stand in backticks, as parts of an element. */
export const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));

export const at = (id) => document.getElementById(id);
