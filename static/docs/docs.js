// Shows /openapi.json for people.
const main = document.getElementById("paths");

function element(name, text, ...children) {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...children);
  return made;
}

function bodyOf(content) {
  const json = content["application/json"]?.schema;
  if (!json) return `Body: ${Object.keys(content).join(" or ")}.`;
  const names = (json.oneOf ?? [json]).map(({ $ref: reference }) => reference.split("/").at(-1));
  return `Body: ${names.join(" or ")}, as JSON (see below).`;
}

function operation(path, method, { summary, parameters = [], requestBody, responses }) {
  const section = element("section", "", element("h2", `${method.toUpperCase()} ${path}`), element("p", `${summary}.`));
  for (const { name, description } of parameters) {
    section.append(element("p", `${name}: ${description ?? "the request's id"}`));
  }
  if (requestBody) section.append(element("p", bodyOf(requestBody.content)));
  const list = element("ul", "");
  for (const [status, { description }] of Object.entries(responses)) list.append(element("li", `${status}: ${description}`));
  section.append(list);
  return section;
}

function schema(name, definition) {
  const text = element("pre", JSON.stringify(definition, null, 2));
  text.tabIndex = 0; // it scrolls, so the keys have to reach it
  return element("section", "", element("h2", name), text);
}

try {
  const { paths, components } = await (await fetch("openapi.json")).json();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operation(path, method, described)),
  );
  const schemas = Object.entries(components.schemas).map(([name, definition]) => schema(name, definition));
  main.replaceChildren(...operations, ...schemas);
} catch {
  document.getElementById("loading").textContent = "The description cannot be loaded; try again.";
}
