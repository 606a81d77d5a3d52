// An analysis form, built from the parameters of its kind.
import { element } from "../../page/element.js";

const MOST_FILE_BYTES = 60_000;
const idOf = ({ name }) => `parameter-${name}`;

/** The fields, filled from `given` (texts from an address). */
export function analysisFields(kind, given) {
  return kind.fields.map((field) => {
    const value = given[field.name] ?? field.value ?? "";
    const error = element("p.error", { id: `${idOf(field)}-error` });
    if (field.type === "checks") return element("fieldset.field", {}, element("legend", {}, field.label), checks(field, value), error);
    return element("div.field", {}, element("label", { for: idOf(field) }, field.label), control(field, value), error);
  });
}

function control(field, value) {
  const common = { id: idOf(field), name: field.name, "aria-describedby": `${idOf(field)}-error` };
  if (field.type === "choice") {
    return element("select", common, Object.entries(field.choices).map(([key, text]) => element("option", { value: key, selected: key === value }, text)));
  }
  if (field.type === "file") return element("input", { ...common, type: "file", accept: ".csv,text/csv" });
  if (field.type === "numbers") return element("input", { ...common, type: "text", inputmode: "decimal", autocomplete: "off", value });
  const { type, min, max, step } = field;
  return element("input", { ...common, type, min, max, step, value, autocomplete: "off" });
}

function checks(field, value) {
  const chosen = Array.isArray(value) ? value : value.split(",");
  return Object.entries(field.choices).map(([key, text]) =>
    element("label.choice", {}, element("input", { type: "checkbox", name: field.name, value: key, checked: chosen.includes(key) }), element("span", {}, text)),
  );
}

export function complain(name, message) {
  const place = document.getElementById(`parameter-${name}-error`);
  if (!place) return false;
  place.textContent = message;
  const input = document.getElementById(`parameter-${name}`);
  if (message) input?.setAttribute("aria-invalid", "true");
  else input?.removeAttribute("aria-invalid");
  return true;
}

/** The form's values as texts for the address, and a file's text. If one is bad, shows why and returns null. */
export async function entered(form, kind) {
  const texts = {};
  let file = null;
  let firstBad = null;
  for (const field of kind.fields) {
    const input = form.elements[field.name];
    let message = "";
    if (field.type === "checks") {
      const chosen = [...form.querySelectorAll(`input[name="${field.name}"]:checked`)].map(({ value }) => value);
      if (!chosen.length) message = "Choose at least one.";
      texts[field.name] = chosen.join(",");
    } else if (field.type === "file") {
      const [chosen] = input.files;
      if (chosen && chosen.size > MOST_FILE_BYTES) message = `The file is larger than ${MOST_FILE_BYTES / 1000} kB. Export a shorter range.`;
      else if (chosen) file = { name: field.name, text: await chosen.text() };
    } else {
      if (!input.validity.valid) message = input.validationMessage;
      else if (input.value === "" && field.type === "number" && !field.isOptional) message = "Enter a number.";
      else if (field.type === "numbers" && numbers(input.value).some(Number.isNaN)) message = "Enter numbers separated by commas, for example 0.05, 0.1.";
      texts[field.name] = input.value;
    }
    complain(field.name, message);
    if (message) firstBad ??= field.type === "checks" ? form.querySelector(`input[name="${field.name}"]`) : input;
  }
  firstBad?.focus();
  return firstBad ? null : { texts, file };
}

const numbers = (text) => text.split(/[\s,;]+/).filter(Boolean).map(Number);

/** Turns texts of the form or an address into the API's parameters. Leaves out empty ones. */
export function parametersOf(kind, texts) {
  const read = {
    number: Number,
    numbers,
    checks: (text) => text.split(","),
    date: String,
    choice: String,
  };
  const parameters = {};
  for (const { name, type } of kind.fields) {
    const text = texts[name];
    if (text !== undefined && text !== "" && read[type]) parameters[name] = read[type](text);
  }
  return parameters;
}
