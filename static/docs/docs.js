// The API guide: examples to run, every route of openapi.json, and a search over both.
import { copyButton } from "../controls/copyable.js";
import { at, element } from "../page/element.js";
import { marked } from "../vendor/marked.js";
import MiniSearch from "../vendor/minisearch.js";

const EXAMPLES_AT = /http:\/\/127\.0\.0\.1:8080/g;
const here = new URL(".", location.href).href.replace(/\/$/, "");
const NO_MEANING = new Set("a an the i me my you do does how can to of in on is are it get got for with and or what where which".split(" "));
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

/** Turns Markdown from our own files into elements. */
function rendered(markdown) {
  const made = element("template");
  made.innerHTML = marked.parse(markdown);
  return [...made.content.children];
}

const inline = (markdown) => rendered(markdown).flatMap((one) => [...one.childNodes]);

function copyable(pre) {
  pre.tabIndex = 0; // the block scrolls, so it must take keyboard focus
  const text = pre.textContent.trim();
  const box = element("div.code");
  pre.replaceWith(box);
  box.append(pre, copyButton("Copy", () => text, { name: "Copy this example" }));
}

/** A section for each heading of the guide. */
function guide(markdown) {
  const sections = [];
  for (const one of rendered(markdown.replace(EXAMPLES_AT, here))) {
    if (one.tagName === "H2") sections.push({ title: one.textContent, element: element("section", { id: slug(one.textContent) }), group: "Examples" });
    sections.at(-1)?.element.append(one);
  }
  for (const { element: section } of sections) section.querySelectorAll("pre").forEach(copyable);
  return sections;
}

function operation(path, method, { summary, description = "", parameters = [], requestBody, responses }) {
  const title = `${method.toUpperCase()} ${path}`;
  const section = element("section", { id: slug(title) }, element("h2", {}, element("span.method", {}, method.toUpperCase()), ` ${path}`), element("p", {}, ...inline(`${summary}.`)));
  if (description) section.append(...rendered(description));
  if (parameters.length) section.append(table(["Parameter", "What it is"], parameters.map(({ name, description: told }) => [element("code", {}, name), told])));
  if (requestBody) section.append(element("p", {}, ...bodyOf(requestBody.content)));
  section.append(table(["Status", "Meaning"], Object.entries(responses).map(([status, answer]) => [element("code", {}, status), ...[answer.description]])));
  return { title, element: section, group: "Routes", text: summary };
}

function bodyOf(content) {
  const json = content["application/json"]?.schema;
  if (!json) return [`Body: ${Object.keys(content).join(" or ")}.`];
  const names = (json.oneOf ?? [json]).map(({ $ref: reference }) => reference.split("/").at(-1));
  return ["Body: ", ...names.flatMap((name, index) => [index ? " or " : "", element("a", { href: `#${slug(name)}` }, name)]), ", as JSON."];
}

function table(columns, rows) {
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, columns.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, rows.map(([head, told]) => element("tr", {}, element("th", { scope: "row" }, head), element("td", {}, ...inline(told))))),
  );
}

function schema(name, definition) {
  const text = element("pre", { tabindex: "0" }, JSON.stringify(definition, null, 2));
  return { title: name, element: element("section", { id: slug(name) }, element("h2", {}, name), definition.description && element("p", {}, ...inline(definition.description)), element("details", {}, element("summary", {}, "Schema"), text)), group: "Documents" };
}

function contents(sections, best = "") {
  const groups = [...new Set(sections.map(({ group }) => group))];
  at("contents").replaceChildren(
    ...groups.flatMap((group) => [
      element("h2", {}, group),
      ...sections.filter((one) => one.group === group).map(({ title, element: section }) => element(section.id === best ? "a.best" : "a", { href: `#${section.id}` }, title)),
    ]),
  );
}

/** Leaves out filler words, so that you can search with a whole question. */
function searcher(sections) {
  const index = new MiniSearch({
    fields: ["title", "text"],
    processTerm: (term) => (NO_MEANING.has(term.toLowerCase()) ? null : term.toLowerCase()),
    searchOptions: { boost: { title: 4 }, prefix: true, fuzzy: 0.2, boostDocument: (id) => (sections[id].group === "Examples" ? 2 : 1) },
  });
  index.addAll(sections.map(({ title, element: section }, id) => ({ id, title, text: section.textContent })));
  return (query) => index.search(query).map(({ id }) => sections[id]);
}

async function show() {
  const [markdown, { paths, components }] = await Promise.all([
    fetch(new URL("guide.md", import.meta.url)).then((answer) => answer.text()),
    fetch("openapi.json").then((answer) => answer.json()),
  ]);
  const routes = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, described]) => operation(path, method, described)));
  const sections = [...guide(markdown), ...routes, ...Object.entries(components.schemas).map(([name, definition]) => schema(name, definition))];
  at("loading").replaceWith(...sections.map(({ element: section }) => section));
  contents(sections);
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();

  const find = searcher(sections);
  let found = [];
  at("search").addEventListener("input", () => {
    const query = at("search").value.trim();
    found = query ? find(query) : [];
    at("found").textContent = !query ? "" : found.length ? `${found.length} found. Enter opens the first.` : "Nothing found. Try fewer words.";
    contents(query && found.length ? found : sections, found[0]?.element.id);
  });
  at("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && found.length) location.hash = found[0].element.id;
  });
}

show().catch((error) => {
  at("loading").textContent = "The guide cannot be loaded. Reload the page.";
  reportError(error);
});
