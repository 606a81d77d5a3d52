// Your own price file: choose it or drop it, and see what Stockcast read.
import { history, upload } from "../../api/client.js";
import { sparkline } from "../../charts/sparkline.js";
import { element } from "../../page/element.js";
import { change, number, shortDate } from "../../page/format.js";

const MOST_BYTES = 5 * 1024 * 1024;
const MOST_POINTS = 250;
const MOST_COLUMNS = 12;
const ENDINGS = ".csv,.tsv,.txt,.gz,text/csv,text/tab-separated-values,text/plain";

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/**
 * Offers "Use your own file" in `place`. You can also drop a file on `dropZone`. Calls `chosen` with
 * the `{ symbol, name }` of each file, or series of it, that the server has read.
 */
export function mount(place, { dropZone, chosen }) {
  document.head.append(element("link", { rel: "stylesheet", href: new URL("upload.css", import.meta.url).pathname }));
  const input = element("input", { type: "file", accept: ENDINGS, hidden: true, "aria-label": "File of prices" });
  const button = element("button.quiet", { type: "button", click: () => input.click() }, "Use your own file");
  const told = element("div.read", { role: "status" });
  const error = element("p.error", { role: "alert" });
  place.classList.add("own-file");
  place.replaceChildren(button, input, error, told);
  let latest = null;

  async function take(file, column = "") {
    latest?.abort();
    latest = new AbortController();
    const { signal } = latest;
    error.textContent = "";
    if (file.size > MOST_BYTES) {
      told.replaceChildren();
      error.textContent = `${file.name} is larger than 5 MB. Leave out columns or the oldest rows.`;
      return;
    }
    told.replaceChildren(`Reading ${file.name} …`);
    try {
      const read = await upload(file, column, signal);
      told.replaceChildren(...preview(read, (series) => take(file, series)));
      chosen({ symbol: read.symbol, name: read.name });
      await drawLine(told, read, signal);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      told.replaceChildren();
      error.textContent = `${file.name}: ${problem.message || problem.title}`;
    }
  }

  input.addEventListener("change", () => {
    if (input.files[0]) take(input.files[0]);
    input.value = ""; // so that you can choose the same file again after you fix it
  });
  dropZone.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    dropZone.classList.add("dropping");
  });
  for (const name of ["dragleave", "drop"]) dropZone.addEventListener(name, () => dropZone.classList.remove("dropping"));
  dropZone.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}

/** Describes the file's content. Calls `choose` to take another series of the file. */
function preview(read, choose) {
  const hasSeveral = read.columns.includes(read.column);
  const range = `${number(read.rows)} prices from ${shortDate(read.first_date)} to ${shortDate(read.last_date)}`;
  const notes = read.notes.map((note) => element("li", {}, note));
  return [
    element("p.title", {}, element("b", {}, read.name)),
    element("p", {}, range),
    hasSeveral ? seriesOf(read, choose) : element("p", {}, `Recognized: ${shortened(read.columns)}`),
    notes.length ? element("ul", { "aria-label": "Notes about the file" }, notes) : null,
  ].filter(Boolean);
}

function seriesOf(read, choose) {
  const options = read.columns.map((name) => element("option", { value: name, selected: name === read.column }, name));
  const select = element("select", { change: () => choose(select.value) }, options);
  return element("label", {}, "Series ", select);
}

function shortened(names) {
  const rest = names.length - MOST_COLUMNS;
  return names.slice(0, MOST_COLUMNS).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** The prices as a line, if they are available. */
async function drawLine(told, read, signal) {
  const { close, adj_close: adjusted } = await history(read.symbol, "", signal).catch(() => ({ close: [] }));
  const values = (close.some((price) => price !== null) ? close : (adjusted ?? [])).filter((price) => price !== null);
  if (values.length < 2 || signal.aborted) return;
  const step = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  const points = values.filter((_, at) => (values.length - 1 - at) % step === 0);
  const line = sparkline(read.name, points);
  line.setAttribute("aria-label", `${read.name}: ${change(values.at(-1) / values[0] - 1)} over the whole file`);
  told.querySelector(".title")?.append(line);
}
